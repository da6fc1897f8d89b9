"""Reads and writes files of a folder of campaigns or templates, and nothing outside it.

Only regular files are read, up to a limit. No link below the folder is followed: each
step of a path is opened from the one before it. A pipe or a device is not waited for.
"""

import errno
import os
import re
import stat
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from audiences import characters
from mailer.errors import ContentError

MAX_NAMES = 500  # in a folder
_OF_SYSTEM = re.compile(  # made by a desktop or an editor, not by the author
    r"\._.*|~\$.*|\.~lock\..*#|.*~|.*\.sw[op]|\.DS_Store|Thumbs\.db|ehthumbs\.db"
    r"|desktop\.ini|\.git|\.gitignore|\.gitkeep|\.svn|\.idea|\.vscode|__MACOSX|Icon\r"
    r"|\.(?:AppleDouble|Spotlight-V100|Trashes|fseventsd|localized|directory)",
    re.IGNORECASE,
)
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
_FILE = os.O_RDONLY | os.O_NONBLOCK  # a pipe is opened, too, and then refused


def read(folder: Path, parts: Sequence[str], *, limit: int, advice: str = "") -> bytes:
    """Return the content of a file below a folder, at most `limit` octets.

    `parts` are the names of its path; `advice` says what to do with more octets. Raises
    ContentError for a link, for anything but a regular file, and for too many octets;
    OSError if it cannot be read.
    """
    where = "/".join((folder.name, *parts))
    *above, last = parts
    with _opened(folder, above, where) as inside:
        file = _open(last, _FILE, inside, where)
    return _content(file, where, limit, advice)


def read_one(path: Path, *, limit: int) -> bytes:
    """Return the content of a file that an operator names; links to it are followed.

    Raises as `read` does.
    """
    return _content(os.open(path, _FILE), path.name, limit)


def _content(file: int, where: str, limit: int, advice: str = "") -> bytes:
    """Return the content of an open file, and close it."""
    try:
        mode = os.fstat(file).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not stat.S_ISREG(mode):
            raise ContentError(where, "is not a regular file")
        with os.fdopen(file, "rb", closefd=False) as stream:
            octets = stream.read(limit + 1)
    finally:
        os.close(file)
    if len(octets) > limit:
        raise ContentError(where, f"has more than {limit / 1e6:g} MB{advice}")
    return octets


def write(folder: Path, parts: Sequence[str], content: bytes) -> None:
    """Write a file below a folder as a whole, for its owner only; make its folders.

    Raises ContentError where a folder of its path is a link, OSError if it cannot be
    written; a former file then stays.
    """
    *above, last = parts
    where = "/".join((folder.name, *parts))
    for depth in range(1, len(above) + 1):
        with _opened(folder, above[: depth - 1], where) as inside:
            with suppress(FileExistsError):
                os.mkdir(above[depth - 1], 0o700, dir_fd=inside)
    with _opened(folder, above, where) as inside:
        new = f".{last}.{os.getpid()}.new"
        try:
            number = os.open(new, _NEW_FILE, 0o600, dir_fd=inside)
            with os.fdopen(number, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(new, last, src_dir_fd=inside, dst_dir_fd=inside)
        except OSError:
            with suppress(FileNotFoundError):
                os.unlink(new, dir_fd=inside)
            raise


def remove(folder: Path, parts: Sequence[str]) -> None:
    """Remove a file below a folder, and the folders that are empty then.

    It may be missing. Raises as `write` does.
    """
    where = "/".join((folder.name, *parts))
    *above, last = parts
    try:
        with _opened(folder, above, where) as inside:
            os.unlink(last, dir_fd=inside)
    except FileNotFoundError:
        return
    while above:
        *above, last = above
        with _opened(folder, above, where) as inside:
            try:
                os.rmdir(last, dir_fd=inside)
            except OSError:  # it has other files
                return


def names(folder: Path, parts: Sequence[str] = ()) -> dict[str, bool]:
    """Return the sorted names in a folder below a folder; True if it is a folder.

    Files that a desktop or an editor leaves there are left out.
    Raises ContentError if the folder is a link, for too many names, for a name that is
    not UTF-8 or has invisible characters, and for two names that differ only by case or
    Unicode form; OSError if the folder cannot be read.
    """
    where = "/".join((folder.name, *parts))
    found: dict[str, bool] = {}
    with _opened(folder, parts, where) as inside, os.scandir(inside) as entries:
        for entry in entries:
            if _OF_SYSTEM.fullmatch(entry.name):
                continue
            found[entry.name] = entry.is_dir(follow_symlinks=False)
            if len(found) > MAX_NAMES:
                raise ContentError(where, f"has more than {MAX_NAMES} files")
    ordered = {name: found[name] for name in sorted(found)}
    _check_names(ordered, where)
    return ordered


def _check_names(found: Iterable[str], where: str) -> None:
    known: dict[str, str] = {}
    for name in found:
        shown = "".join(each if each.isprintable() else "\ufffd" for each in name)
        if characters.printable(name) != name:
            sentence = "its name has invisible characters or is not UTF-8; rename it"
            raise ContentError(f"{where}/{shown}", sentence)
        folded = unicodedata.normalize("NFKC", name).casefold()
        if folded in known:
            sentence = (
                f"differs from {known[folded]} only in capitals or Unicode form; rename"
                " one of them"
            )
            raise ContentError(f"{where}/{shown}", sentence)
        known[folded] = name


@contextmanager
def _opened(folder: Path, parts: Sequence[str], where: str) -> Iterator[int]:
    """Open a folder below a folder, step by step."""
    flags = os.O_RDONLY | os.O_DIRECTORY
    inside = os.open(folder, flags)
    try:
        for each in parts:
            below = _open(each, flags, inside, where)
            os.close(inside)
            inside = below
        yield inside
    finally:
        os.close(inside)


def _open(name: str, flags: int, inside: int, where: str) -> int:
    try:
        return os.open(name, flags | os.O_NOFOLLOW, dir_fd=inside)
    except OSError as fault:
        if stat.S_ISLNK(_mode(name, inside)):
            sentence = f"is a link; the file itself must be in {_above(where)}/"
            raise ContentError(where, sentence) from None
        if fault.errno == errno.ENXIO:  # a socket
            raise ContentError(where, "is not a regular file") from None
        raise


def _above(where: str) -> str:
    """Return the folder of a file below the campaign folder, or that folder's name."""
    first, *below = where.split("/")[:-1]
    return "/".join(below) or first


def _mode(name: str, inside: int) -> int:
    try:
        return os.stat(name, dir_fd=inside, follow_symlinks=False).st_mode
    except OSError:
        return 0
