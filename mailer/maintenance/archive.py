"""The archive of a backup: a tar file by gzip whose last member is its manifest.

It is written and read as a stream, so its size does not matter. Until it is whole it
has another name, and without its manifest it is no backup.
"""

import gzip
import hashlib
import io
import json
import os
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Self

from audiences.intake.encodings import parsed
from mailer import named_files
from mailer.errors import RefusedError
from mailer.store.disk import sync_folder

MANIFEST = "manifest.json"
FORMAT = 1
_MAX_MANIFEST = 1 << 24  # octets
_CHUNK = 1 << 20  # octets


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What an archive holds. Sizes in octets, digests by SHA-256 in hexadecimal."""

    format: int
    version: str  # of mailer
    made_at: str
    store: str  # "sqlite" or "postgresql"
    revision: str  # of the schema
    epoch: str
    address_check: str | None  # of the key that made the fingerprints
    rows: Mapping[str, int]  # by table
    columns: Mapping[str, list[str]] = field(default_factory=dict)  # PostgreSQL only
    members: Mapping[str, tuple[int, str]] = field(default_factory=dict)


class _Hashed:
    """A file that counts and hashes what is read from it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.size = 0
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        octets = self._file.read(size)
        self.size += len(octets)
        self.digest.update(octets)
        return octets


class Writer:
    """Writes one archive; leaving the block without `finish` leaves no archive."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._part = path.with_name(f".{path.name}.part")
        self.members: dict[str, tuple[int, str]] = {}

    def __enter__(self) -> Self:
        """Begin the archive; raise RefusedError if there is a file of its name."""
        refuse_existing(self._path)
        self._part.unlink(missing_ok=True)  # of a backup that was killed
        handle = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(handle, "wb")
        self._gzip = gzip.GzipFile(fileobj=self._file, mode="wb", compresslevel=4)
        self._tar = tarfile.open(fileobj=self._gzip, mode="w|")
        return self

    def __exit__(self, *_fault: object) -> None:
        """Remove what is not whole, also on a disk that is full."""
        for each in (self._tar, self._gzip, self._file):
            with suppress(OSError, ValueError):  # what is left is not written
                each.close()
        self._part.unlink(missing_ok=True)

    def add(self, name: str, source: Path) -> None:
        """Add a file."""
        with source.open("rb") as file:
            self._add(name, file, os.fstat(file.fileno()).st_size)

    def _add(self, name: str, file: IO[bytes], size: int) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        hashed = _Hashed(file)
        self._tar.addfile(member, hashed)
        self.members[name] = (hashed.size, hashed.digest.hexdigest())

    def finish(self, manifest: Manifest | None) -> None:
        """Write the manifest, and give the archive its name once it is on the disk."""
        if manifest is not None:
            octets = json.dumps(asdict(manifest), indent=1).encode()
            self._add(MANIFEST, io.BytesIO(octets), len(octets))
        self._tar.close()
        self._gzip.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._part.rename(self._path)
        sync_folder(self._path.parent)


def refuse_existing(path: Path) -> None:
    """Raise RefusedError if there is a file of this name."""
    if path.exists():
        raise RefusedError(f"{path} exists; a backup overwrites nothing")


def verified(path: Path) -> Manifest:
    """Return the manifest of an archive; raise RefusedError unless it is whole."""
    found: dict[str, tuple[int, str]] = {}
    octets = b""
    with _faults_of(path):
        for name, file in _members(path):
            hashed = _Hashed(file)
            if name == MANIFEST:
                octets = hashed.read(_MAX_MANIFEST)
                continue
            while hashed.read(_CHUNK):
                pass
            found[name] = (hashed.size, hashed.digest.hexdigest())
    manifest = _parsed(path, octets)
    if manifest.format != FORMAT:
        raise RefusedError(f"{path} was made by a newer version, {manifest.version}")
    if found != manifest.members:
        wrong = sorted(each for each, _ in found.items() ^ manifest.members.items())
        raise RefusedError(f"{path} is damaged: {wrong[0]} is not what was backed up")
    return manifest


def _parsed(path: Path, octets: bytes) -> Manifest:
    try:
        values = parsed.json_value(octets)
        listed = values.pop("members").items()
        members = {name: (size, digest) for name, (size, digest) in listed}
        return Manifest(**values, members=members)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise RefusedError(f"{path} has no manifest: it is no whole backup") from None


def extract(path: Path, folder: Path, below: str = "") -> None:
    """Write the members whose names begin with `below` into a folder."""
    with _faults_of(path):
        for name, file in _members(path):
            if name != MANIFEST and name.startswith(below):
                _write(folder / name, file)


@contextmanager
def _faults_of(path: Path) -> Iterator[None]:
    """Raise RefusedError for the faults of an archive that is read."""
    try:
        yield
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as fault:
        raise RefusedError(f"{path} is no whole backup: {fault}") from None


def _members(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield the name and content of each file; raise RefusedError for other members."""
    with (
        named_files.opened(path) as packed,
        tarfile.open(fileobj=packed, mode="r|gz") as archive,
    ):
        for member in archive:
            file = archive.extractfile(member) if member.isreg() else None
            if file is None or not _is_inside(member.name):
                raise RefusedError(f"{path} has a member that no backup has")
            yield member.name, file


def _is_inside(name: str) -> bool:
    return not PurePosixPath(name).is_absolute() and ".." not in name.split("/")


def _write(path: Path, file: IO[bytes]) -> None:
    """Write a file that only its owner can read, and see it to the disk."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as written:
        while octets := file.read(_CHUNK):
            written.write(octets)
        written.flush()
        os.fsync(written.fileno())
