"""Parses the replies of an SMTP server (RFC 5321 section 4.2).

A malformed line, a reply with two codes, and a reply that does not end are errors: the
connection is then out of step and must not be used again. A long line is cut, since its
code says what became of a message: without it, readers would get the message again.
"""

import re
from typing import NamedTuple

CLOSING = 421  # the relay closes the connection, RFC 5321 section 3.8
MAX_LINE = 2_048  # octets that are kept; 512 are sent, RFC 5321 section 4.5.3.1.5
MAX_REPLY = 16_384  # octets
_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?=\s|$)")
_PIPELINED = re.compile(
    rb"2(\d\d) ([^\r\n\0]{,500})\r\n(?:2\d\d [^\r\n]{,500}\r\n){2}354 [^\r\n]{,500}\r\n"
)
_CODES = {str(code).encode(): code for code in range(200, 600)}


class MalformedError(Exception):
    """The relay sent something that is not an SMTP reply."""


class Reply(NamedTuple):
    """A reply: its code, and the text of all its lines."""

    code: int
    text: str

    @property
    def enhanced(self) -> str | None:
        """The enhanced status code (RFC 3463), or None."""
        match = _ENHANCED.match(self.text)
        return match[1] if match else None

    @property
    def positive(self) -> bool:
        """Whether the code is below 400."""
        return self.code < 400  # noqa: PLR2004 (RFC 5321 section 4.2.1)

    def __str__(self) -> str:
        return f"{self.code} {self.text}".strip()


def parse_pipelined(data: bytes) -> Reply | None:
    """Return the reply to a dot from four positive replies: dot, MAIL, RCPT and DATA.

    Return None for any other data, which needs a ReplyParser. This is a fast path.
    """
    match = _PIPELINED.fullmatch(data)
    if match is None:
        return None
    return Reply(200 + int(match[1]), match[2].decode("utf-8", "replace"))


class ReplyParser:
    """Parses octets into replies."""

    def __init__(self) -> None:
        self._rest = b""
        self._lines: list[bytes] = []
        self._code = b""
        self._size = 0

    @property
    def empty(self) -> bool:
        """Whether no octets are left that belong to a reply not yet returned."""
        return not self._rest and not self._lines

    def feed(self, data: bytes) -> None:
        """Add octets that have arrived."""
        self._rest += data

    def next(self) -> Reply | None:
        """Return the next complete reply, or None.

        Raises MalformedError if the octets are not a reply.
        """
        while True:
            line, newline, rest = self._rest.partition(b"\n")
            if not newline:
                if len(line) > MAX_REPLY:
                    raise MalformedError("a reply line that does not end")
                return None
            self._rest = rest
            if self._add_line(line.rstrip(b"\r")):
                text = b"\n".join(self._lines).decode("utf-8", "replace")
                self._lines.clear()
                self._size = 0
                return Reply(_CODES[self._code], text)

    def _add_line(self, line: bytes) -> bool:
        """Add one line; return whether it is the last of its reply."""
        code, sign = line[:3], line[3:4]
        if code not in _CODES or sign not in {b"", b" ", b"-"}:
            shown = line[:80].decode("utf-8", "backslashreplace")
            raise MalformedError(f"not an SMTP reply: {shown}")
        if self._lines and code != self._code:
            codes = f"{_CODES[self._code]} and {_CODES[code]}"
            raise MalformedError(f"one reply with two codes, {codes}")
        self._code = code
        kept = line[4:MAX_LINE].replace(b"\0", b"?")  # neither store keeps NUL
        self._lines.append(kept)
        self._size += len(line)
        if self._size > MAX_REPLY:
            raise MalformedError("a reply that does not end")
        return sign != b"-"
