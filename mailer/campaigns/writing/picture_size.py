"""Reads the size of a picture, in pixels, from the head of its file."""

import re
import struct
from collections.abc import Iterator
from pathlib import PurePath

_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # the JPEG segments with the size
_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD9)}
_EXIF, _ORIENTATION, _SCAN = 0xE1, 0x0112, 0xDA
_TURNED = {5, 6, 7, 8}  # orientations in which width and height change places
_DENSITY = re.compile(r"@([1-4])x$", re.IGNORECASE)


def of(octets: bytes) -> tuple[int, int] | None:
    """Return width and height as a PNG, GIF or JPEG is shown; None if it is damaged."""
    try:
        size = _size(octets)
    except (struct.error, IndexError):
        return None
    return size if size is not None and min(size) > 0 else None


def density(name: str) -> int:
    """Return how many pixels of a file make one on the screen: 2 for logo@2x.png."""
    written = _DENSITY.search(PurePath(name).stem)
    return int(written[1]) if written else 1


def _size(octets: bytes) -> tuple[int, int] | None:
    if octets.startswith(b"\x89PNG\r\n\x1a\n"):
        width, height = struct.unpack(">II", octets[16:24])
        return int(width), int(height)
    if octets.startswith(b"GIF8"):
        width, height = struct.unpack("<HH", octets[6:10])
        return int(width), int(height)
    turned = False
    for kind, content in _segments(octets):
        if kind == _EXIF and content.startswith(b"Exif\0\0"):
            turned = _orientation(content[6:]) in _TURNED
        if kind in _FRAMES:
            height, width = struct.unpack(">HH", content[1:5])
            return (int(height), int(width)) if turned else (int(width), int(height))
    return None


def _segments(octets: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the kind and content of each segment of a JPEG, up to its scan."""
    at = 2
    while at + 4 <= len(octets):
        if octets[at] != 0xFF:  # noqa: PLR2004 (each marker begins with it)
            return
        kind = octets[at + 1]
        if kind == 0xFF or kind in _WITHOUT_LENGTH:  # noqa: PLR2004 (filling)
            at += 1 if kind == 0xFF else 2  # noqa: PLR2004
            continue
        if kind == _SCAN:
            return
        (length,) = struct.unpack(">H", octets[at + 2 : at + 4])
        yield kind, octets[at + 4 : at + 2 + length]
        at += 2 + length


def _orientation(tiff: bytes) -> int:
    """Return the orientation in the Exif data of a JPEG; 1 if it has none."""
    order = "<" if tiff[:2] == b"II" else ">"
    (start,) = struct.unpack(f"{order}I", tiff[4:8])
    (count,) = struct.unpack(f"{order}H", tiff[start : start + 2])
    for number in range(count):
        entry = tiff[start + 2 + 12 * number :][:12]
        tag, _, _, value = struct.unpack(f"{order}HHIH", entry[:10])
        if tag == _ORIENTATION:
            return int(value)
    return 1
