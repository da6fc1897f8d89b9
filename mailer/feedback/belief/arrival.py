"""A mail as it arrives, and as it was read in the child: plain values."""

import hashlib
import zlib
from dataclasses import dataclass
from functools import cached_property

from mailer.feedback.opening import OpenedMail

MAX_KEPT = 1_000_000  # octets of a mail that are kept


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """A mail as it arrived."""

    octets: bytes
    way: str  # by which it came: maildir, pipe …
    recipient: str | None = None  # for whom a mail server took it, if that is known
    of_replies: bool = False  # it came to the address for answers

    @cached_property
    def digest(self) -> bytes:
        """Return what is the same whenever the same mail arrives, by any way.

        A Maildir has lines that end with LF, IMAP and LMTP with CRLF.
        """
        return _digest(self.octets.replace(b"\r\n", b"\n"))

    @cached_property
    def digests(self) -> frozenset[bytes]:
        """Return the digest, and that of the octets as they came.

        The store has the latter of mails that it took before line ends were alike.
        """
        return frozenset({self.digest, _digest(self.octets)})

    def kept(self) -> bytes:
        """Return the beginning of the mail as it is stored."""
        return zlib.compress(self.octets[:MAX_KEPT])


def _digest(octets: bytes) -> bytes:
    return hashlib.blake2b(octets, digest_size=32).digest()


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadMail:
    """An arrival with what it says; None: it could not be read within its limits."""

    arrival: Arrival
    opened: OpenedMail | None


def unpacked(kept: bytes | None) -> bytes:
    """Return the beginning of a stored mail, empty if it is not kept any more."""
    return zlib.decompress(kept) if kept else b""
