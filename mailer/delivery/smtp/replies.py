"""Replies of an SMTP server, cut out of what arrives; RFC 5321 section 4.2.

A line that is no reply, one reply with two codes, and one that does not end are each
refused: the connection is then out of step and must not be used again.
"""

import re
from typing import NamedTuple

CLOSING = 421  # the relay closes the connection, RFC 5321 section 3.8
MAX_LINE = 2_048  # octets; RFC 5321 section 4.5.3.1.5 says 512
MAX_REPLY = 16_384
_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?=\s|$)")
_USUAL = re.compile(
    rb"2(\d\d) ([^\r\n\0]{,500})\r\n(?:2\d\d [^\r\n]{,500}\r\n){2}354 [^\r\n]{,500}\r\n"
)
_CODES = {str(code).encode(): code for code in range(200, 600)}


class MalformedError(Exception):
    """The relay said something that is not an SMTP reply."""


class Reply(NamedTuple):
    """What the relay answered."""

    code: int
    text: str

    @property
    def enhanced(self) -> str | None:
        """Return the enhanced status code, RFC 3463, if the reply has one."""
        match = _ENHANCED.match(self.text)
        return match[1] if match else None

    @property
    def positive(self) -> bool:
        """Whether the relay agreed."""
        return self.code < 400  # noqa: PLR2004 (RFC 5321 section 4.2.1)

    def __str__(self) -> str:
        return f"{self.code} {self.text}".strip()


def usual(data: bytes) -> Reply | None:
    """Read at once what a relay with no complaint says to a dot and an envelope.

    That is its reply to the dot, if MAIL and RCPT were agreed to and DATA may go on;
    None for anything else, which a ReplyParser must read.
    """
    found = _USUAL.fullmatch(data)
    if found is None:
        return None
    return Reply(200 + int(found[1]), found[2].decode("utf-8", "replace"))


class ReplyParser:
    """Cuts octets into replies, in order."""

    def __init__(self) -> None:
        self._rest = b""
        self._lines: list[bytes] = []
        self._code = b""
        self._size = 0

    @property
    def between(self) -> bool:
        """Whether everything that arrived has been read."""
        return not self._rest and not self._lines

    def feed(self, data: bytes) -> None:
        """Take what arrived."""
        self._rest += data

    def next(self) -> Reply | None:
        """Return the next whole reply, None where more must arrive first."""
        while True:
            line, found, rest = self._rest.partition(b"\n")
            if not found:
                if len(line) > MAX_LINE:
                    raise MalformedError("a reply line that does not end")
                return None
            self._rest = rest
            if self._last(line.rstrip(b"\r")):
                text = b"\n".join(self._lines).decode("utf-8", "replace")
                self._lines.clear()
                self._size = 0
                return Reply(_CODES[self._code], text)

    def _last(self, line: bytes) -> bool:
        """Keep one line; say whether it ends its reply."""
        code, sign = line[:3], line[3:4]
        if code not in _CODES or sign not in {b"", b" ", b"-"} or len(line) > MAX_LINE:
            raise MalformedError(f"not an SMTP reply: {line[:80]!r}")
        if self._lines and code != self._code:
            raise MalformedError(f"one reply with two codes, {self._code!r}, {code!r}")
        self._code = code
        self._lines.append(line[4:].replace(b"\0", b"?"))  # no store keeps a NUL
        self._size += len(line)
        if self._size > MAX_REPLY:
            raise MalformedError("a reply that does not end")
        return sign != b"-"
