"""Reads a Maildir: each mail in new/ and cur/ is stored, then removed.

Another program delivers into the folder. Only regular files are read; a link, a device
or an unreadable file stays where it is, and is named in the log.
"""

import asyncio
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from itertools import islice
from pathlib import Path

import structlog

from mailer.errors import RefusedError
from mailer.feedback.arrivals import taking
from mailer.feedback.arrivals.taking import BATCH, MAX_OCTETS
from mailer.feedback.belief.arrival import Arrival
from mailer.feedback.belief.recording import Recorded
from mailer.feedback.mime import MAX_BYTES
from mailer.sites.site import Site

PLACES = ("new", "cur")
log = structlog.get_logger()


async def read(
    site: Site, folder: Path, *, of_replies: bool = False, now: datetime
) -> Recorded:
    """Take in all mails of a Maildir; return what was new.

    Raises RefusedError if the folder is not a Maildir that can be read.
    """
    total = Recorded()
    left: set[Path] = set()  # files that stay
    while True:
        found = await asyncio.to_thread(_batch, folder, left)
        if not found:
            return total
        arrivals = [
            Arrival(octets=octets, way="maildir", of_replies=of_replies)
            for octets in found.values()
        ]
        total.add(await taking.take(site, arrivals, now=now))
        left |= await asyncio.to_thread(_remove, found)


def _batch(folder: Path, left: set[Path]) -> dict[Path, bytes]:
    """Return the octets of some mails: at most BATCH, of MAX_OCTETS together."""
    found: dict[Path, bytes] = {}
    size = 0
    try:
        for path in islice(_files(folder, left), BATCH):
            octets = _octets(path)
            if octets is None:
                left.add(path)
                continue
            found[path] = octets
            size += len(octets)
            if size > MAX_OCTETS - MAX_BYTES:
                break
    except OSError as fault:
        raise RefusedError(
            f"{folder} cannot be read as a Maildir, with new and cur in it:"
            f" {fault.strerror}; correct feedback.maildir, or make the folder"
        ) from None
    return found


def _files(folder: Path, left: set[Path]) -> Iterator[Path]:
    for place in PLACES:
        with os.scandir(folder / place) as entries:
            for entry in entries:
                path = folder / place / entry.name
                if not entry.name.startswith(".") and path not in left:
                    yield path


def _octets(path: Path) -> bytes | None:
    """Return the beginning of a regular file; None if it cannot be read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                return file.read(MAX_BYTES)
            reason = "not a regular file"
    except FileNotFoundError:  # another reader was faster
        return None
    except OSError as fault:
        reason = fault.strerror or "unreadable"
    log.warning("feedback.unreadable", file=path.name, reason=reason)
    return None


def _remove(paths: dict[Path, bytes]) -> set[Path]:
    """Remove files that are stored; return those that cannot be removed."""
    left = set()
    for path in paths:
        try:
            with suppress(FileNotFoundError):
                path.unlink()
        except OSError as fault:
            left.add(path)
            reason = f"it is stored and cannot be removed: {fault.strerror}"
            log.warning("feedback.unreadable", file=path.name, reason=reason)
    return left
