"""Reads a returned mail into headers and parts, however broken, in bounded time.

Nothing here raises on what a mail contains: what cannot be read is left out. Python's
own parser is not used, because crafted mails cost it much time and memory.
"""

import base64
import binascii
import codecs
import html
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

MAX_BYTES = 30_000_000  # of a mail; the rest is not read
MAX_HEADER = 200_000  # bytes of one header section
MAX_VALUE = 8_000  # characters of a header field
MAX_TEXT = 200_000  # bytes of a part that are decoded
MAX_PARTS, MAX_DEPTH = 100, 10

_FIELD = re.compile(rb"([\x21-\x39\x3b-\x7e]{1,100})[ \t]*:(.*)", re.DOTALL)
_KNOWN = re.compile(
    rb"(content-type|mime-version|subject|from|to|date|message-id)[ \t]*:",
    re.IGNORECASE,
)
_PARAMETER = re.compile(
    r";\s*([\w!#$&+.^`|~*%-]{1,60})\s*=\s*(\"(?:[^\"\\]|\\.){0,500}\"|[^\s;]{0,500})"
)
_WORD = re.compile(
    r"=\?([\w.:+-]{1,40})(?:\*[\w-]*)?\?([bq])\?([^?]{0,2000})\?=", re.IGNORECASE
)
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(=\?)")
_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/li|/h\d|/pre)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_HIDDEN = re.compile(r"<(style|script|head)\b[^<>]*>[^<]*</\1>", re.IGNORECASE)
_LINE = rb"^--%b(--)?[ \t]*$"
_LIKE_BOUNDARY = re.compile(
    rb"^--([^\n]{1,70}?)[ \t]*\ncontent-", re.MULTILINE | re.IGNORECASE
)
_SLOW_CODECS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined"}


@dataclass(kw_only=True)
class MimePart:
    """A part of a mail, or the mail itself."""

    headers: dict[str, list[str]]  # lower-case name → values, decoded
    content_type: str
    parameters: dict[str, str]
    body: bytes = b""
    parts: list["MimePart"] = field(default_factory=list)

    def header(self, name: str) -> str:
        """Return the first value of a field, "" without one."""
        return next(iter(self.headers.get(name, ())), "")

    def walk(self) -> Iterator["MimePart"]:
        """Yield the part and all within it, in order."""
        yield self
        for each in self.parts:
            yield from each.walk()

    def octets(self, limit: int = MAX_TEXT) -> bytes:
        """Return the body without its transfer encoding, up to a number of bytes."""
        encoding = self.header("content-transfer-encoding").strip().lower()
        body = self.body[: 2 * limit if encoding else limit]
        if encoding == "quoted-printable":
            body = quopri.decodestring(body)
        elif encoding == "base64":
            body = _base64(body)
        return body[:limit]

    def text(self) -> str:
        """Return the body as text; of HTML without its tags."""
        text = decoded(self.octets(), self.parameters.get("charset", ""))
        if self.content_type == "text/html":
            text = _BREAK.sub("\n", _HIDDEN.sub(" ", text))
            text = html.unescape(_TAG.sub(" ", text))
        return text.replace("\xa0", " ").replace("\r\n", "\n")


def read(data: bytes) -> MimePart:
    """Return a mail; at most MAX_PARTS parts, MAX_DEPTH deep."""
    data = data[:MAX_BYTES].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    data = data.lstrip(b" \t\n")  # some gateways put a line of blanks first
    while data.startswith((b"From ", b">From ")):  # an mbox separator
        data = data.partition(b"\n")[2]
    mail = part(data)
    waiting, number = [(mail, 0)], 1
    while waiting and number < MAX_PARTS:
        parent, depth = waiting.pop(0)
        if depth >= MAX_DEPTH:
            continue
        for each in _split(parent, MAX_PARTS - number):
            parent.parts.append(each)
            number += 1
            if each.content_type.startswith("multipart/"):
                waiting.append((each, depth + 1))
    return mail


def part(data: bytes, *, usual: str = "text/plain") -> MimePart:
    """Return the header fields and the body of a mail or of a part of one."""
    if data.startswith(b"\n"):
        head, body = b"", data[1:]
    else:
        head, _, body = data.partition(b"\n\n")
    headers, rest = fields(head[:MAX_HEADER])
    kind, parameters = _typed(next(iter(headers.get("content-type", ())), usual))
    return MimePart(
        headers=headers,
        content_type=kind,
        parameters=parameters,
        body=rest + body if rest else body,
    )


def fields(head: bytes) -> tuple[dict[str, list[str]], bytes]:
    """Return the fields of a header section, and what follows a line that is none.

    Some gateways lose the indent of folded lines: before a well-known field, and after
    a semicolon, a line that is no field goes on with the one before.
    """
    found: dict[str, list[str]] = {}
    lines, name = head.split(b"\n"), ""
    last: int | None = None  # the line of the last well-known field, once needed
    for number, line in enumerate(lines):
        if line[:1] in {b" ", b"\t"} and name:
            found[name][-1] += " " + decoded(line.strip(), "")[:MAX_VALUE]
        elif match := _FIELD.match(line):
            name = match[1].decode("ascii").lower()
            value = decoded(match[2].strip(), "")[:MAX_VALUE]
            found.setdefault(name, []).append(value)
        elif name and (
            number < (last := _last_known(lines) if last is None else last)
            or lines[number - 1].rstrip().endswith(b";")
        ):
            found[name][-1] += " " + decoded(line.strip(), "")[:MAX_VALUE]
        elif found and not line.startswith(b">From "):
            return _decode_all(found), b"\n".join(lines[number:]) + b"\n\n"
        elif not found:
            return {}, head + b"\n\n"
    return _decode_all(found), b""


def _last_known(lines: list[bytes]) -> int:
    """Return the place of the last line that begins a well-known field, 0 if none."""
    known = (number for number, line in enumerate(lines) if _KNOWN.match(line))
    return max(known, default=0)


def _decode_all(found: dict[str, list[str]]) -> dict[str, list[str]]:
    return {
        name: [unencoded(value[:MAX_VALUE]) for value in values]
        for name, values in found.items()
    }


def unencoded(value: str) -> str:
    """Return a header value with its encoded-words (RFC 2047) decoded."""
    if "=?" not in value:
        return value
    return _WORD.sub(_word, _BETWEEN_WORDS.sub(r"\1\2", value))


def _word(match: re.Match[str]) -> str:
    raw = match[3].encode("utf-8", "replace")
    if match[2].lower() == "b":
        return decoded(_base64(raw), match[1])
    return decoded(quopri.decodestring(raw, header=True), match[1])


def decoded(octets: bytes, charset: str) -> str:
    """Return octets as text; without a usable charset by UTF-8, else by Latin-1."""
    try:
        name = codecs.lookup(charset.strip()).name.replace("-", "_") if charset else ""
        if name and name not in _SLOW_CODECS:
            return octets.decode(name, "replace")
    except (LookupError, ValueError, UnicodeError):
        pass  # an unknown charset: try the usual ones
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("latin-1")


def _base64(octets: bytes) -> bytes:
    """Return what base64 encodes, as far as it can be read."""
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", octets)
    kept = kept[: len(kept) // 4 * 4] + (kept[len(kept) // 4 * 4 :] + b"===")[:4]
    try:
        return base64.b64decode(kept.removesuffix(b"==="))
    except (binascii.Error, ValueError):
        return base64.b64decode(kept[:-4])


def _typed(value: str) -> tuple[str, dict[str, str]]:
    """Return the type and the parameters of a Content-Type field (RFC 2231)."""
    parameters: dict[str, str] = {}
    pieces: dict[str, dict[int, str]] = {}
    for match in _PARAMETER.finditer(value[:MAX_VALUE]):
        name, star, number = match[1].lower().partition("*")
        text = match[2].strip('"')
        if match[1].endswith("*"):  # charset'language'text, with octets as %41
            text = unquote(text.rpartition("'")[2])
        if star:
            place = number.rstrip("*")
            order = int(place) if place.isdecimal() else 0
            pieces.setdefault(name, {})[order] = text
        else:
            parameters[name] = text
    for name, numbered in pieces.items():
        parameters[name] = "".join(numbered[each] for each in sorted(numbered))
    return value.partition(";")[0].strip().lower(), parameters


def _split(parent: MimePart, most: int) -> Iterator[MimePart]:
    """Yield the parts of a multipart, at most so many; one without an end is taken.

    If no line has the boundary that the field names, the first line of dashes before
    a field of a part counts; without any, the whole is one text.
    """
    if not parent.content_type.startswith("multipart/"):
        return
    usual = "text/plain"
    if parent.content_type == "multipart/digest":
        usual = "message/rfc822"
    line = _boundary(parent)
    if line is None:
        if parent.body.strip():
            yield part(b"\n" + parent.body)
        return
    start, given = -1, 0
    for match in line.finditer(parent.body):
        if start >= 0:
            yield part(parent.body[start : match.start()], usual=usual)
            given += 1
        start = match.end() + 1
        if match[1] or given >= most:
            return
    if start >= 0 and given < most:
        yield part(parent.body[start:], usual=usual)


def _boundary(parent: MimePart) -> re.Pattern[bytes] | None:
    """Return what the lines between the parts look like; None if there are none."""
    named = parent.parameters.get("boundary", "").encode("utf-8", "replace")
    line = re.compile(_LINE % re.escape(named), re.MULTILINE)
    if named and line.search(parent.body):
        return line
    guessed = _LIKE_BOUNDARY.search(parent.body)
    return re.compile(_LINE % re.escape(guessed[1]), re.MULTILINE) if guessed else None
