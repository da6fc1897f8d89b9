"""The first look: a message as octets on lines (RFC 5321 section 4.5.3, RFC 5322 2.1).

This package is written from the RFCs, with a parser of its own, and imports nothing of
the product: what composes a message has no say in whether it is right.
"""

import re
from collections.abc import Iterator

LONGEST, PREFERRED = 998, 78


def faults(octets: bytes, *, smtputf8: bool = False) -> Iterator[str]:
    """Yield what is wrong with the lines of a message."""
    if re.search(rb"(?<!\r)\n", octets):
        yield "L1: a bare LF"
    if re.search(rb"\r(?!\n)", octets):
        yield "L1: a bare CR"
    if b"\0" in octets:
        yield "L1: a NUL"
    if not octets.endswith(b"\r\n"):
        yield "L1: the last line does not end in CRLF"
    lines = octets.split(b"\r\n")
    longest = max(map(len, lines))
    if longest > LONGEST:
        yield f"L2: a line of {longest} octets"
    if not smtputf8 and not octets.isascii():
        yield "L3: octets beyond ASCII"
    if any(line.startswith(b".") for line in lines):
        yield "S-dot: a line begins with a dot"
    if any(line.startswith(b"From ") for line in lines):
        yield "a line begins with From, which mailbox files change"


def split(octets: bytes) -> tuple[bytes, bytes]:
    """Return header and body; the header keeps the CRLF of its last field."""
    head, blank, body = octets.partition(b"\r\n\r\n")
    if not blank:
        raise ValueError("no empty line after the header")
    return head + b"\r\n", body


def received(octets: bytes) -> tuple[dict[str, str], bytes]:
    """Take off the lines that the receiving server put before the message."""
    envelope = {}
    while match := re.match(rb"(Return-Path|Delivered-To): ([^\r\n]*)\r\n", octets):
        envelope[match[1].decode()] = match[2].decode()
        octets = octets[match.end() :]
    return envelope, octets
