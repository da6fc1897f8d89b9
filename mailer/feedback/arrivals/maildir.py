"""Reads a Maildir: each mail in new/ and cur/ is stored, then removed.

Another program delivers into the folder. Only regular files are read; a link, a device
or an unreadable file stays where it is, and is named in the log.
"""

import asyncio
import os
import stat
from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import structlog

from mailer.errors import RefusedError
from mailer.feedback.arrivals import taking
from mailer.feedback.arrivals.taking import BATCH, MAX_OCTETS, Read
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
    first = _read(site, folder, left, set(), of_replies=of_replies)
    reading = asyncio.create_task(first)
    try:
        while True:
            found, mails = await reading
            if not found:
                return total
            # the child reads the next mails while these are stored
            after = _read(site, folder, left, found, of_replies=of_replies)
            reading = asyncio.create_task(after)
            total.add(await taking.store(site, mails, now=now))
            left |= await asyncio.to_thread(_remove, found)
    finally:
        reading.cancel()


async def _read(
    site: Site, folder: Path, left: set[Path], busy: set[Path], *, of_replies: bool
) -> tuple[set[Path], Read]:
    """Return some files of a Maildir that are not busy, and what their mails say."""
    found = await asyncio.to_thread(_batch, folder, left, busy)
    arrivals = [
        Arrival(octets=octets, way="maildir", of_replies=of_replies)
        for octets in found.values()
    ]
    return set(found), await taking.read(site, arrivals)


def _batch(folder: Path, left: set[Path], busy: set[Path]) -> dict[Path, bytes]:
    """Return the octets of some mails: at most BATCH, of MAX_OCTETS together.

    What cannot be read is added to `left`.
    """
    found: dict[Path, bytes] = {}
    size = 0
    try:
        for path in _files(folder, left | busy):
            octets = _octets(path)
            if octets is None:
                left.add(path)
                continue
            found[path] = octets
            size += len(octets)
            if len(found) >= BATCH or size > MAX_OCTETS - MAX_BYTES:
                break
    except OSError as fault:
        raise RefusedError(
            f"{folder} cannot be read as a Maildir, with new and cur in it:"
            f" {fault.strerror}; correct feedback.maildir, or make the folder"
        ) from None
    return found


def _files(folder: Path, without: set[Path]) -> Iterator[Path]:
    for place in PLACES:
        with os.scandir(folder / place) as entries:
            for entry in entries:
                path = folder / place / entry.name
                if not entry.name.startswith(".") and path not in without:
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


def _remove(paths: Collection[Path]) -> set[Path]:
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
