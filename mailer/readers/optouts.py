"""Opt-outs, kept in a file of the site's folder before the store is asked.

A store may be busy, away or restored from a backup; the file keeps each opt-out, and
each suppression. It has one JSON object a line; `compaction` alone rewrites it. A
second file says how far the store has taken it. Lines may be applied twice: the second
time changes nothing.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

import structlog

from audiences.intake.encodings import parsed
from audiences.suppressions import Why
from mailer.errors import MailerError
from mailer.links import Stamp
from mailer.store.disk import sync_folder

FILE, CURSOR = "opt-outs.jsonl", "opt-outs.cursor"
BATCH = 500  # lines of one transaction
_BEFORE = 200  # octets of the last line that tell one file from another
_CHUNK = 1 << 20  # octets read at once; more than BATCH lines have
_MAX_NUMBER = 2**63 - 1  # of a message, in both stores
_MAX_TEXT = 100  # characters of a topic; octets of a key or an epoch
log = structlog.get_logger()


class Wish(StrEnum):
    """What a line asks for."""

    LEAVE = "leave"  # end one subscription
    STOP = "stop"  # end all, and prevent new ones
    SUPPRESS = "suppress"  # never write to the address
    ERASE = "erase"  # the same, because the person was erased


@dataclass(frozen=True, kw_only=True, slots=True)
class OptOut:
    """One opt-out: of the holder of `key`, or of the reader of `message`.

    `key` is the fingerprint of an address, or its first octets; a former link has none.
    `epoch` is that of the store which made the message. Without a topic, LEAVE is about
    the topic of the message.
    """

    at: datetime
    kind: Wish
    by: str  # "one-click", "page", or why an address is suppressed
    key: bytes = b""
    topic: str | None = None
    message: int | None = None
    epoch: bytes = b""

    @property
    def stamp(self) -> Stamp | None:
        """Return what the link says of its message; None if there was no link."""
        if self.message is None:
            return None
        return Stamp(self.epoch, self.message, self.key)

    def line(self) -> bytes:
        """Return the line of the file."""
        values: dict[str, Any] = {
            "at": self.at.isoformat(),
            "kind": self.kind,
            "key": self.key.hex(),
            "topic": self.topic,
            "by": self.by,
        }
        if self.message is not None:
            values |= {"message": self.message, "epoch": self.epoch.hex()}
        return json.dumps(values, separators=(",", ":")).encode() + b"\n"


def of_link(
    stamp: Stamp, *, at: datetime, kind: Wish, by: str, topic: str | None = None
) -> OptOut:
    """Return the opt-out that a link asks for."""
    return OptOut(
        at=at,
        kind=kind,
        by=by,
        key=stamp.reader,
        topic=topic,
        message=stamp.number,
        epoch=stamp.epoch,
    )


def of_suppression(key: bytes, *, at: datetime, reason: str) -> OptOut:
    """Return the line of a suppression; `key` is the fingerprint of the address."""
    kind = Wish.ERASE if reason == Why.ERASED else Wish.SUPPRESS
    return OptOut(at=at, kind=kind, by=reason, key=key)


class BatchEnd(NamedTuple):
    """Where a batch ends in the file, and the last octets of the batch.

    The octets tell whether the file has been rewritten since.
    """

    end: int  # octets from the beginning
    before: bytes


class NotRecordedError(MailerError):
    """The file of opt-outs cannot be written; nothing was recorded."""


def append(root: Path, optouts: Sequence[OptOut]) -> int:
    """Write opt-outs to the disk; return the size of the file, which ends with them.

    Raises NotRecordedError when they cannot be written; then none of them is there.
    """
    try:
        with locked(root / FILE) as file:
            return _append(file, root, b"".join(each.line() for each in optouts))
    except OSError as fault:
        raise NotRecordedError(f"{FILE} cannot be written: {fault.strerror}") from None


def _append(file: int, root: Path, lines: bytes) -> int:
    size = os.fstat(file).st_size
    if size and os.pread(file, 1, size - 1) != b"\n":
        lines = b"\n" + lines  # after a line that a power cut left unfinished
    try:
        _write_all(file, lines, size)
        os.fsync(file)
    except OSError:
        with suppress(OSError):
            os.ftruncate(file, size)
        raise
    if size == 0:
        sync_folder(root)
    return size + len(lines)


def _write_all(file: int, octets: bytes, place: int) -> None:
    """Write all octets; raise OSError where the disk takes only some of them."""
    while octets:
        written = os.pwrite(file, octets, place)
        octets, place = octets[written:], place + written


def pending(root: Path) -> tuple[list[OptOut], BatchEnd]:
    """Return opt-outs that the store has not taken, BATCH at most, and where they end.

    A line that cannot be read is reported in the log and left out.
    """
    begin = applied(root)
    try:
        with (root / FILE).open("rb") as file:
            file.seek(begin)
            octets = file.read(_CHUNK)
    except OSError as fault:
        if not isinstance(fault, FileNotFoundError):
            log.warning("optouts.unreadable", reason=fault.strerror)
        return [], BatchEnd(begin, b"")
    if len(octets) == _CHUNK and b"\n" not in octets:  # a line that we did not write
        log.warning("optouts.unreadable", at_octet=begin)
        return [], BatchEnd(begin + _CHUNK, octets[-_BEFORE:])
    found, end, before = [], begin, b""
    for line in octets.splitlines(keepends=True)[:BATCH]:
        if line.endswith(b"\n"):
            found += _parsed(line, end)
            end, before = end + len(line), line[-_BEFORE:]
    return found, BatchEnd(end, before)


def _parsed(line: bytes, place: int) -> list[OptOut]:
    """Return the opt-out of a line; none if it cannot be read, or is empty."""
    try:
        return [read_line(line)] if line.strip() else []
    except ValueError:
        log.warning("optouts.unreadable", at_octet=place)
        return []


def read_line(line: bytes) -> OptOut:
    """Return the opt-out of a line; raise ValueError for a line that is none."""
    try:
        values = parsed.json_value(line)
        at, topic = datetime.fromisoformat(values["at"]), values.get("topic")
        read = OptOut(
            at=at.astimezone(UTC),
            kind=Wish(values["kind"]),
            by=str(values["by"]),
            key=bytes.fromhex(values["key"] or ""),
            topic=topic,
            message=values.get("message"),
            epoch=bytes.fromhex(values.get("epoch") or ""),
        )
        known = type(read.message) is int and 0 <= read.message <= _MAX_NUMBER
        named = topic is None or (topic.isprintable() and len(topic) <= _MAX_TEXT)
        short = max(len(read.key), len(read.epoch)) <= _MAX_TEXT
    except (KeyError, TypeError, AttributeError, OverflowError):
        raise ValueError("not an opt-out") from None
    if not (at.tzinfo and named and short and (known or read.message is None)):
        raise ValueError("not an opt-out")
    return read


def has_pending(root: Path) -> bool:
    """Whether the file has more than the store has taken."""
    return waiting(root) > 0


def waiting(root: Path) -> int:
    """Return how many octets of the file the store has not taken."""
    return max(0, _size(root) - applied(root))


def applied(root: Path) -> int:
    """Return how many octets of the file the store has taken.

    Zero if that is not known, or if the file is not the one it was: applying it again
    changes nothing.
    """
    try:
        known = int((root / CURSOR).read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return 0
    return known if 0 <= known <= _size(root) else 0


def mark_applied(root: Path, place: BatchEnd) -> None:
    """Note that the store has taken a batch of the file; call it after the commit.

    A note that cannot be written is left out: the lines are applied again later. So is
    one on a file that was rewritten meanwhile.
    """
    end, before = place
    try:
        with locked(root / FILE) as file:
            same = os.pread(file, len(before), end - len(before)) == before
            if same and end > applied(root):
                write_cursor(root, end)
    except OSError as fault:
        log.warning("optouts.unmarked", reason=fault.strerror)


def write_cursor(root: Path, end: int) -> None:
    """Write how far the store has taken the file; the caller holds its lock."""
    new = root / f"{CURSOR}.new"
    new.touch(mode=0o600)
    new.write_text(str(end), encoding="ascii")
    new.replace(root / CURSOR)


def rewind(root: Path) -> None:
    """Have the whole file applied again, as after the restore of a store."""
    (root / CURSOR).unlink(missing_ok=True)


def _size(root: Path) -> int:
    try:
        return (root / FILE).stat().st_size
    except FileNotFoundError:
        return 0


@contextmanager
def locked(path: Path) -> Iterator[int]:
    """Open a file that only its owner reads; lock out other processes and threads."""
    file = _lock(path)
    while not _is_still(file, path):  # replaced while this process waited
        os.close(file)
        file = _lock(path)
    try:
        yield file
    finally:
        os.close(file)


def _lock(path: Path) -> int:
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
    except OSError:
        os.close(file)
        raise
    return file


def _is_still(file: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except FileNotFoundError:
        return False
