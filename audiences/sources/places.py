"""Copies the list of a source from its file or folder, so that it stays the same."""

import hashlib
import os
import shutil
import stat
from pathlib import Path

from audiences.sources import web
from audiences.sources.errors import SourceAwayError

ENDINGS = {
    *(".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"),
    *(".htm", ".html", ".xml", ".vcf"),
}
# Files that programs keep beside those that people have open.
OPEN_ELSEWHERE = ("~$", ".~lock", "._", ".")


def is_web(place: str) -> bool:
    """Whether the place is an address; else it is a path."""
    return "://" in place


def copied(place: str, into: Path, limits: web.FetchLimits) -> tuple[Path, str]:
    """Copy the list at a place into a folder; return the copy and its SHA-256.

    Raises SourceAwayError. Blocks; the caller runs it in a thread.
    """
    if is_web(place):
        copy = web.fetch(place, into, limits)
    else:
        path = Path(place)
        copy = _copy(_newest(path) if path.is_dir() else path, into, limits.octets)
    with copy.open("rb") as file:
        return copy, hashlib.file_digest(file, "sha256").hexdigest()


def _newest(folder: Path) -> Path:
    """Return the list in a folder that was changed last."""
    found: list[tuple[int, str, Path]] = []
    try:
        for each in os.scandir(folder):
            is_list = Path(each.name).suffix.lower() in ENDINGS
            if is_list and not each.name.startswith(OPEN_ELSEWHERE):
                known = each.stat(follow_symlinks=False)
                if stat.S_ISREG(known.st_mode):
                    found.append((known.st_mtime_ns, each.name, Path(each.path)))
    except OSError as fault:
        raise SourceAwayError(f"{folder}: {fault.strerror or fault}") from None
    if not found:
        raise SourceAwayError(f"{folder} has no list, such as one named .csv or .xlsx")
    return max(found)[2]


def _copy(path: Path, into: Path, octets: int) -> Path:
    """Copy a file that no program writes at the moment."""
    try:
        before = path.stat()
        if not stat.S_ISREG(before.st_mode):
            raise SourceAwayError(f"{path} is not a regular file")
        if before.st_size > octets:
            raise SourceAwayError(f"{path} has more than {octets:,} octets")
        copy = Path(shutil.copyfile(path, into / path.name))
        after = path.stat()
    except OSError as fault:
        raise SourceAwayError(f"{path}: {fault.strerror or fault}") from None
    same = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    if not same or copy.stat().st_size != before.st_size:
        raise SourceAwayError(f"{path} is being written")
    return copy
