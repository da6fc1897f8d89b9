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
        """Return what is the same whenever the same mail arrives."""
        return hashlib.blake2b(self.octets, digest_size=32).digest()

    def kept(self) -> bytes:
        """Return the beginning of the mail as it is stored."""
        return zlib.compress(self.octets[:MAX_KEPT])


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadMail:
    """An arrival with what it says; None: it could not be read within its limits."""

    arrival: Arrival
    opened: OpenedMail | None


def unpacked(kept: bytes | None) -> bytes:
    """Return the beginning of a stored mail, empty if it is not kept any more."""
    return zlib.decompress(kept) if kept else b""
