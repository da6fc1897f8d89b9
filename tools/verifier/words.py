"""Field values read as RFC 5322, 2047 and 2231 say: words, mailboxes, parameters."""

import base64
import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

WORD = re.compile(r"=\?([^?\s]+)\?([bBqQ])\?([^?\s]*)\?=")
_TOKEN = re.compile(
    r"""(?P<white>[ \t]+)|"(?P<quoted>(?:[^"\\]|\\.)*)"|<(?P<angle>[^<>]*)>"""
    r"""|(?P<atom>[^\s"<>(),:;@\\\[\]]+)|(?P<other>.)""",
    re.DOTALL,
)
_ADDRESS = re.compile(r"[^\s@<>(),:;\"\\\[\]]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def decoded_word(word: re.Match[str]) -> str:
    """Return the text of one encoded-word; raise where it is none by itself."""
    charset, encoding, text = word[1], word[2].lower(), word[3]
    if encoding == "b":
        octets = base64.b64decode(text, validate=True)
    else:
        octets = re.sub(
            rb"=([0-9A-F]{2})",
            lambda found: bytes([int(found[1], 16)]),
            text.replace("_", " ").encode("ascii"),
        )
    return octets.decode(charset)


def decoded(value: str) -> str:
    """Return unstructured text; white space between encoded-words is nothing."""
    joined = re.sub(r"(\?=)[ \t]+(?==\?)", r"\1", value)
    return WORD.sub(decoded_word, joined)


def word_faults(name: str, raw: bytes) -> Iterator[str]:
    """Yield what is wrong with the encoded-words of one field as it stands."""
    text = raw.decode("utf-8", "replace")
    for word in WORD.finditer(text):
        if len(word[0]) > 75:
            yield f"H5: {name}: an encoded-word of {len(word[0])} characters"
        try:
            decoded_word(word)
        except (ValueError, UnicodeError):
            yield f"H6: {name}: {word[0]} does not decode by itself"
    if re.search(r"\?==\?", text):
        yield f"H4: {name}: two encoded-words without white space between them"
    for line in text.split("\r\n"):
        if WORD.search(line) and len(line) > 76:
            yield f"H5: {name}: a line of {len(line)} with an encoded-word"
    if "=?" in WORD.sub("", text):
        yield f"H6: {name}: something like an encoded-word that is none"


def mailbox(value: str) -> tuple[str, str]:
    """Return name and address of a field that holds exactly one mailbox."""
    if _ADDRESS.fullmatch(value.strip()):
        return "", value.strip()
    name, address, words = "", None, []
    for token in _TOKEN.finditer(value.strip()):
        if token["other"] is not None or address is not None:
            raise ValueError(f"more than a name and an address: {value!r}")
        if token["angle"] is not None:
            address = token["angle"]
        elif token["quoted"] is not None:
            words.append(re.sub(r"\\(.)", r"\1", token["quoted"]))
        elif token["atom"] is not None:
            words.append(token["atom"])
    if address is None or _ADDRESS.fullmatch(address) is None:
        raise ValueError(f"no address: {value!r}")
    name = decoded(" ".join(words))
    return name, address


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """Return a MIME value and its parameters, RFC 2231 put together."""
    kind, *rest = re.findall(r'(?:[^;"]|"(?:[^"\\]|\\.)*")+', value)
    plain: dict[str, str] = {}
    extended: dict[str, dict[int, str]] = {}
    for each in rest:
        name, _, text = each.strip().partition("=")
        match = re.fullmatch(r"([\w-]+)\*(?:(\d+)\*?)?", name)
        if match:
            extended.setdefault(match[1].lower(), {})[int(match[2] or 0)] = text
        else:
            quoted = text.startswith('"')
            plain[name.lower()] = (
                re.sub(r"\\(.)", r"\1", text[1:-1]) if quoted else text
            )
    for name, pieces in extended.items():
        if sorted(pieces) != list(range(len(pieces))):
            raise ValueError(f"{name}: a segment is missing")
        charset, _, text = "".join(pieces[n] for n in sorted(pieces)).split("'", 2)
        plain[name] = unquote_to_bytes(text).decode(charset)
    return kind.strip().lower(), plain
