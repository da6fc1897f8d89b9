"""Rewrites the file of opt-outs when it is large, without what later lines repeat.

Which backups can still be restored is not known, so nothing is left out because of its
age: of each reader, kind and topic the last line stays.
"""

import heapq
import os
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import structlog

from mailer.readers import optouts
from mailer.store.disk import sync_folder

LARGE = 50_000_000  # octets; about 300,000 opt-outs
_PART = 50_000_000  # octets whose readers are held in memory at once
_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
log = structlog.get_logger()


def compact(root: Path) -> None:
    """Rewrite the file if it is large, and the store has taken all of it.

    A file that cannot be written stays as it was.
    """
    path, new = root / optouts.FILE, root / f"{optouts.FILE}.new"
    try:
        if path.stat().st_size <= LARGE:
            return
        with optouts.locked(path), path.open("rb") as file:
            if optouts.has_pending(root):
                return
            kept = _kept(file)
            with os.fdopen(os.open(new, _NEW, 0o600), "wb") as written:
                for place in heapq.merge(*kept):
                    file.seek(place)
                    written.write(file.readline())
                written.flush()
                os.fsync(written.fileno())
            size = new.stat().st_size
            # until its cursor is written, the new file would be applied from its start
            optouts.rewind(root)
            new.replace(path)
            sync_folder(root)
            optouts.write_cursor(root, size)
    except FileNotFoundError:
        return
    except OSError as fault:
        log.warning("optouts.not_compacted", reason=fault.strerror)
        return
    log.info("optouts.compacted", lines=sum(map(len, kept)), octets=size)


def _kept(file: BinaryIO) -> "list[array[int]]":
    """Return where the lines begin that stay, in a sorted array for each part.

    The readers are divided into parts, so that memory is bounded: 8 octets a line, and
    the names of one part.
    """
    parts = os.fstat(file.fileno()).st_size // _PART + 1
    kept = []
    for part in range(parts):
        last: dict[int, int] = {}
        for place, line in _lines(file):
            name = hash(_named(line))
            if name % parts == part:
                last[name] = place
        kept.append(array("Q", sorted(last.values())))
    return kept


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    place = 0
    file.seek(0)
    for line in file:
        yield place, line
        place += len(line)


def _named(line: bytes) -> object:
    """Return whose line it is, and of which kind.

    A line that cannot be read is a kind of its own. A line without a
    topic is about the topic of its message.
    """
    try:
        read = optouts.read_line(line)
    except ValueError:
        return line
    if read.key and read.kind != optouts.Wish.LEAVE:
        return read.key, read.kind
    if read.key and read.topic:
        return read.key, read.kind, read.topic
    return read.key, read.kind, read.topic, read.message, read.epoch
