"""Encodes text for its place in a message: quoted-printable bodies, RFC 2047 headers.

Every public function returns octets that can be sent as they are: lines end in CRLF, no
other control character; in bodies no line has more than 76 octets or begins with a dot
or "From ". All are ASCII, except an address whose local part is not.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Sequence

from audiences import characters

SOFT_BREAK = b"=\r\n"
_LINE = 76  # octets with the "=" of a soft break, RFC 2045 section 6.7
_ENCODED_WORD = 75  # octets, RFC 2047 section 2
_FIELD_NAME = 10  # octets kept for the field's name and ": " before a display name
_PLAIN_VALUE = re.compile(
    r"(?!From )[A-Za-z0-9,;:!?&#/()'\"+*_-][A-Za-z0-9 ,;:!?&#/.()'\"+*_-]*"
)
_QP = [
    each if re.fullmatch(rb"[ !-<>-~]", each) else b"=%02X" % each[0]
    for each in (bytes([octet]) for octet in range(256))
]
# A piece of an escaped line that splits no escape and no character; it is shorter where
# its first octet will be escaped too.
_PIECE = re.compile(rb"(?:(?:\.|From ).{0,68}|.{1,75})(?<!=)(?<!=.)(?!=[89AB])")
_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")  # RFC 5322 atext and space
_PRINTABLE = re.compile(r"[ -~]*")
_Q_LITERAL = re.compile(r"[A-Za-z0-9!*+/-]")  # RFC 2047 section 5 (3)
_Q_LITERALS = bytes(octet for octet in range(128) if _Q_LITERAL.fullmatch(chr(octet)))
_Q_ESCAPED = re.compile(rb"[^A-Za-z0-9!*+/ -]+")


def quoted_printable(text: str) -> bytes:
    """Encode body text whose lines end in a line feed; the result has CRLF."""
    return b"\r\n".join(_wrapped(line) for line in text.split("\n"))


def value(text: str) -> bytes:
    """Encode a reader's value as one line of a body, to stand between soft breaks."""
    if len(text) < _LINE - 1 and _PLAIN_VALUE.fullmatch(text) and text[-1] != " ":
        return text.encode()
    return _wrapped(characters.plain(text))


def _wrapped(line: str) -> bytes:
    """Encode one line, with soft breaks where it is too long."""
    escaped = b"".join([_QP[octet] for octet in line.encode()])
    if escaped.endswith(b" "):
        escaped = escaped[:-1] + b"=20"
    return SOFT_BREAK.join(map(_escape_start, _PIECE.findall(escaped)))


def _escape_start(piece: bytes) -> bytes:
    """Escape what SMTP or a mailbox file would change at the start of a line."""
    if piece.startswith(b"."):
        return b"=2E" + piece[1:]
    return b"=46" + piece[1:] if piece.startswith(b"From ") else piece


def mailbox(name: str, address: str) -> bytes:
    """Encode a name and address for From or To; fold before the < if it is too long."""
    shown = phrase(name)
    if not shown:
        return address.encode()
    last = shown.rpartition(b"\r\n")[2]
    width = len(last) + (_FIELD_NAME if last == shown else 0)
    fits = width + len(address.encode()) + len(" <>") <= _LINE
    return shown + (b" <" if fits else b"\r\n <") + address.encode() + b">"


def phrase(text: str) -> bytes:
    """Encode a display name as atoms, a quoted-string or encoded-words."""
    text = characters.plain(text).strip()
    plain = _PRINTABLE.fullmatch(text) is not None and "=?" not in text
    room = _LINE - _FIELD_NAME
    if plain and len(text) <= room and _ATOM.fullmatch(text) and "  " not in text:
        return text.encode()
    if plain and len(text) <= room - 2:
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        if len(escaped) <= room - 2:
            return f'"{escaped}"'.encode() if text else b""
    return _single_word(text, room) or b"\r\n ".join(
        _encoded_words(text, first_line=room)
    )


def _single_word(text: str, room: int) -> bytes | None:
    """Encode a text as one encoded-word; None if it does not fit. Most names do."""
    octets = text.encode()
    if len(octets) > room:
        return None
    others = len(octets.translate(None, _Q_LITERALS)) - octets.count(b" ")
    if len(octets) + 2 * others <= -(-len(octets) // 3) * 4:
        quoted = _Q_ESCAPED.sub(_q_escape, octets).replace(b" ", b"_")
        word = b"=?utf-8?q?" + quoted + b"?="
    else:
        word = b"=?utf-8?b?" + binascii.b2a_base64(octets, newline=False) + b"?="
    return word if len(word) <= min(room, _ENCODED_WORD) else None


def _q_escape(octets: re.Match[bytes]) -> bytes:
    return b"=" + octets[0].hex("=").upper().encode()


def unstructured(text: str, *, name: str) -> bytes:
    """Encode the value of an unstructured field such as Subject; fold it if it is long.

    `name` is the field's name, which takes room in the first line.
    """
    text = characters.on_one_line(text)
    room = _LINE - len(name) - 2
    if _PRINTABLE.fullmatch(text) and "=?" not in text:
        if len(text) <= room:
            return text.encode()
        words = text.split(" ")
        if all(0 < len(word) < _LINE - 1 for word in words):
            return _folded(words, room)
    return b"\r\n ".join(_encoded_words(text, first_line=room))


def words(text: str) -> bytes:
    """Encode a part of a Subject as one or more encoded-words, to stand beside others.

    Nothing is encoded as a space: a line of a header may not be blank.
    """
    room = _LINE - len("Subject: ")
    return b"\r\n ".join(_encoded_words(text or " ", first_line=room))


def _folded(words: Sequence[str], room: int) -> bytes:
    """Fold plain text at its spaces (RFC 5322 section 2.2.3)."""
    lines = [words[0]]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) > (room if len(lines) == 1 else _LINE - 1):
            lines.append(word)
        else:
            lines[-1] += " " + word
    return "\r\n ".join(lines).encode()


def _encoded_words(text: str, *, first_line: int) -> Iterator[bytes]:
    """Yield encoded-words of whole characters (RFC 2047 section 5).

    Uses Q or B encoding, whichever is shorter for the whole text. `first_line` is the
    room for the first word, in octets.
    """
    tokens = [_q(character) for character in text]
    octets = len(text.encode())
    short = sum(map(len, tokens)) <= -(-octets // 3) * 4
    prefix = b"=?utf-8?q?" if short else b"=?utf-8?b?"
    widths = (
        [len(each) for each in tokens] if short else [len(c.encode()) for c in text]
    )
    start, room = 0, min(first_line, _ENCODED_WORD) - len(prefix) - 2
    while start < len(text):
        end = _end_of_word(widths, start, room if short else room // 4 * 3)
        if end < len(text):  # end at a space: some mail programs show one between words
            end = text.rfind(" ", start + (end - start) // 2, end) + 1 or end
        inside = (
            "".join(tokens[start:end]).encode()
            if short
            else base64.b64encode(text[start:end].encode())
        )
        yield prefix + inside + b"?="
        start, room = end, _ENCODED_WORD - len(prefix) - 2


def _end_of_word(widths: Sequence[int], start: int, room: int) -> int:
    """Return the index after the last character that fits into one encoded-word."""
    end = start
    while end < len(widths) and widths[end] <= room:
        room -= widths[end]
        end += 1
    return end


def _q(character: str) -> str:
    if character == " ":
        return "_"
    if _Q_LITERAL.fullmatch(character):
        return character
    return "".join(f"={octet:02X}" for octet in character.encode())
