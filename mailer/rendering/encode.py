"""Encodes text for its place in a message: quoted-printable bodies, RFC 2047 headers.

Every function returns octets that may stand on the wire as they are: ASCII only, CRLF
line ends, no line over 76 octets in bodies, no line that begins with a dot.
"""

import base64
import re
from collections.abc import Iterator

SOFT_BREAK = b"=\r\n"
_LINE = 76  # octets, RFC 2045 section 6.7, with the soft break's own "="
_ENCODED_WORD = 75  # octets, RFC 2047 section 2
_PLAIN_VALUE = re.compile(
    r"[A-Za-z0-9 ,;:!?&#/()'\"+*_-][A-Za-z0-9 ,;:!?&#/.()'\"+*_-]*"
)
_QP = [
    bytes([octet])
    if 33 <= octet <= 126 and octet != ord("=")  # noqa: PLR2004 (RFC 2045 literals)
    else b"=%02X" % octet
    for octet in range(256)
]
_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")  # RFC 5322 atext and space


def quoted_printable(text: str) -> bytes:
    """Encode body text with bare line feeds; the result's lines end in CRLF."""
    return b"\r\n".join(_wrapped(line) for line in text.split("\n"))


def value(text: str) -> bytes:
    """Encode a reader's value on a line of its own, ready between soft breaks."""
    if len(text) < _LINE - 1 and _PLAIN_VALUE.fullmatch(text) and text[-1:] != " ":
        return text.encode()
    return _wrapped(text)


def _wrapped(line: str) -> bytes:
    """Encode one line, broken softly where it would grow too long."""
    tokens = [b" " if octet == 32 else _QP[octet] for octet in line.encode()]  # noqa: PLR2004
    if tokens and tokens[-1] == b" ":
        tokens[-1] = b"=20"
    lines: list[bytes] = []
    current: list[bytes] = []
    width = 0
    for token in tokens:
        if width + len(token) > _LINE - 1:
            lines.append(b"".join(current))
            current, width = [], 0
        if not current and token == b".":
            token = b"=2E"  # noqa: PLW2901 (a dot first on a line would be stuffed)
        current.append(token)
        width += len(token)
    lines.append(b"".join(current))
    return SOFT_BREAK.join(lines)


def phrase(text: str) -> bytes:
    """Encode a display name: as an atom, a quoted string or encoded-words."""
    if _ATOM.fullmatch(text) and "=?" not in text and text.strip() == text:
        return text.encode()
    plain = all(32 <= ord(character) < 127 for character in text)  # noqa: PLR2004 (printable)
    if plain and "=?" not in text and len(text) <= _LINE - 4:
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'.encode()
    return b"\r\n ".join(_encoded_words(text, first_line=_ENCODED_WORD - 10))


def unstructured(text: str, *, name: str) -> bytes:
    """Encode the value of a field such as Subject; long ones are folded."""
    plain = all(32 <= ord(character) < 127 for character in text)  # noqa: PLR2004 (printable)
    if plain and "=?" not in text and len(name) + 2 + len(text) <= _LINE:
        return text.encode()
    room = _LINE - len(name) - 2
    return b"\r\n ".join(_encoded_words(text, first_line=room))


def _encoded_words(text: str, *, first_line: int) -> Iterator[bytes]:
    """Yield base64 encoded-words, none splitting a character (RFC 2047 section 5)."""
    room = first_line
    start = 0
    while start < len(text):
        octets = (min(room, _ENCODED_WORD) - len("=?utf-8?b??=")) // 4 * 3
        end, used = start, 0
        while end < len(text):
            width = len(text[end].encode())
            if used + width > octets:
                break
            used += width
            end += 1
        yield b"=?utf-8?b?" + base64.b64encode(text[start:end].encode()) + b"?="
        start = end
        room = _ENCODED_WORD
