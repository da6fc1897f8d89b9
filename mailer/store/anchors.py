"""Anchors of the record: lines of a file beside the store, which say where it ended.

The store alone cannot show that the end of its record was cut off, or that all of it
was written again; this file can. It is in no backup, and has one JSON object a line.
"""

import json
import os
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from audiences.intake.encodings import parsed
from audiences.record import chain
from audiences.record.writing import ChainEnd
from mailer import clock
from mailer.errors import StoreError

FILE = "record-anchors.jsonl"
_LINE = 512  # octets; more than a line has
SECONDS = 60.0  # between two anchors that a process appends by itself
log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class Anchor:
    """Where the record ended at an instant."""

    number: int
    digest: bytes
    at: str  # as chain.instant writes it
    cut: bool = False  # the rows up to this one are cut off from then on

    @property
    def end(self) -> ChainEnd:
        """The row that the anchor names."""
        return ChainEnd(number=self.number, digest=self.digest)

    def line(self) -> bytes:
        """Return the line of the file."""
        values = {"number": self.number, "digest": self.digest.hex(), "at": self.at}
        values |= {"cut": True} if self.cut else {}
        return json.dumps(values, separators=(",", ":")).encode() + b"\n"


def append(root: Path, end: ChainEnd, *, now: datetime, cut: bool = False) -> Anchor:
    """Append an anchor to the file; raise StoreError if it cannot be written."""
    at = chain.instant(now)
    anchor = Anchor(number=end.number, digest=end.digest, at=at, cut=cut)
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    path = root / FILE
    try:
        handle = os.open(path, flags, 0o600)
        try:
            size = os.fstat(handle).st_size
            is_whole = size == 0 or os.pread(handle, 1, size - 1) == b"\n"
            os.write(handle, (b"" if is_whole else b"\n") + anchor.line())
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as fault:
        raise StoreError(
            f"{path}: the end of the record could not be anchored:"
            f" {fault.strerror or fault}; make room, or let this account write the file"
        ) from None
    return anchor


class Anchoring:
    """Appends the ends that a process records: the first, one a minute, the last."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._last = float("-inf")  # time.monotonic() of the last anchor
        self._waiting: ChainEnd | None = None

    def recorded(self, end: ChainEnd) -> None:
        """Take a new end of the record."""
        self._waiting = end
        if time.monotonic() - self._last >= SECONDS:
            self.finish()

    def finish(self) -> None:
        """Append the end that waits, if one does."""
        end, self._waiting = self._waiting, None
        if end is None:
            return
        self._last = time.monotonic()
        try:
            append(self._root, end, now=clock.now())
        except StoreError as fault:
            # the act itself is done and recorded
            log.warning("record.not_anchored", reason=str(fault))


def is_last(root: Path, end: ChainEnd) -> bool:
    """Whether the last line of the file names this end."""
    try:
        with (root / FILE).open("rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - _LINE))
            lines = file.read().splitlines()
    except OSError:
        return False
    last = _read(lines[-1]) if lines else None
    return last is not None and (last.number, last.digest) == (end.number, end.digest)


def read(root: Path) -> tuple[list[Anchor], list[int]]:
    """Return the anchors of a site, and the numbers of lines that are none.

    Raises StoreError if the file cannot be read.
    """
    path = root / FILE
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return [], []
    except OSError as fault:
        raise StoreError(f"{path} cannot be read: {fault.strerror or fault}") from None
    anchors, faulty = [], []
    for number, line in enumerate(lines, start=1):
        anchor = _read(line)
        if anchor is None:
            faulty.append(number)
        else:
            anchors.append(anchor)
    return anchors, faulty


def _read(line: bytes) -> Anchor | None:
    try:
        values = parsed.json_value(line)
        number, digest, at = values["number"], values["digest"], values["at"]
        anchor = Anchor(
            number=number,
            digest=bytes.fromhex(digest),
            at=at,
            cut=values.get("cut") is True,
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    is_sound = type(number) is int and number >= 0 and isinstance(at, str)
    return anchor if is_sound else None
