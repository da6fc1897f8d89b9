"""The files of a templates folder as values, read once.

Regular files inside the folder are read, within limits; no link is followed. A file
that is not read is an error for the letter that needs it, and for no other. Hidden
files and samples are left out.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from mailer import regular_files
from mailer.errors import ContentError, unreadable

MAX_FILE = 1_000_000  # octets
MAX_TOGETHER = 5_000_000  # octets of all files
MAX_FILES = 1_000
MAX_DEPTH = 6  # folders above a file
_SAMPLE = "sample"


@dataclass(frozen=True, kw_only=True)
class TemplateFiles:
    """Path within the folder → content, and why a path was not read.

    `place` is the folder, for errors. Two of the same content are equal.
    """

    place: str = field(compare=False)
    files: Mapping[str, bytes] = field(compare=False, repr=False)
    refused: Mapping[str, str] = field(compare=False, default_factory=dict)
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", digest_of(self.digests))

    @cached_property
    def digests(self) -> dict[str, str]:
        """Return the digest of each file by its path."""
        return {
            path: hashlib.sha256(octets).hexdigest()
            for path, octets in self.files.items()
        }

    def octets(self, path: str) -> bytes:
        """Return the content of a file; raise ContentError where there is none."""
        if path not in self.files:
            absent = ContentError(path, "is not in the templates folder")
            raise self.refusal(path) or absent
        return self.files[path]

    def refusal(self, path: str) -> ContentError | None:
        """Return the fault for which a file, or a folder above it, was not read."""
        for part, why in self.refused.items():
            if path == part or path.startswith(f"{part}/"):
                return ContentError(part, why)
        return None

    def text(self, path: str) -> str:
        """Return the text of a file; raise ContentError where it cannot be read."""
        octets = self.octets(path)
        try:
            text = octets.decode("utf-8")
            return text.replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeError as fault:
            raise ContentError(path, unreadable(fault)) from None


def read(folder: Path) -> TemplateFiles:
    """Read a templates folder.

    Raises ContentError if it cannot be read, or is above the limits of all files.
    """
    files: dict[str, bytes] = {}
    refused: dict[str, str] = {}
    together = 0
    try:
        for parts in _paths(folder, (), refused):
            octets = _read(folder, parts, refused)
            if octets is not None:
                files["/".join(parts)] = octets
                together += len(octets)
            if len(files) > MAX_FILES or together > MAX_TOGETHER:
                limits = f"{MAX_FILES:,} files or {MAX_TOGETHER / 1e6:g} MB"
                raise ContentError(
                    str(folder), f"has more than {limits}; keep only templates in it"
                )
    except OSError as fault:
        raise ContentError(str(folder), unreadable(fault)) from None
    return TemplateFiles(place=str(folder), files=files, refused=refused)


def _paths(
    folder: Path, above: tuple[str, ...], refused: dict[str, str]
) -> Iterator[tuple[str, ...]]:
    """Yield the parts of each path; add to `refused` the folders that are not read."""
    if len(above) > MAX_DEPTH:
        refused["/".join(above)] = f"is more than {MAX_DEPTH} folders deep"
        return
    try:
        inside = regular_files.names(folder, above)
    except (ContentError, OSError) as fault:
        if not above:
            raise
        refused["/".join(above)] = f"cannot be read: {fault}"
        return
    for name, is_folder in inside.items():
        if name.startswith(".") or (is_folder and name == _SAMPLE):
            continue
        if is_folder:
            yield from _paths(folder, (*above, name), refused)
        else:
            yield (*above, name)


def _read(
    folder: Path, parts: tuple[str, ...], refused: dict[str, str]
) -> bytes | None:
    """Return the content of a file, or add to `refused` why it is not read."""
    try:
        return regular_files.read(folder, parts, limit=MAX_FILE)
    except ContentError as fault:
        refused["/".join(parts)] = fault.sentence
    except OSError as fault:
        refused["/".join(parts)] = unreadable(fault)
    return None


def digest_of(digests: Mapping[str, str]) -> str:
    """Return the digest of files, given the digest of each by its path."""
    total = hashlib.sha256()
    for path in sorted(digests):
        total.update(f"{path}\0{digests[path]}\n".encode())
    return total.hexdigest()
