"""Reads the size of a picture, and what programs do not show, from its file."""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePath

_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # the JPEG segments with the size
_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD9)}
_EXIF, _ORIENTATION, _SCAN = 0xE1, 0x0112, 0xDA
_TURNED = {5, 6, 7, 8}  # orientations in which width and height change places
_PRINTED = 4  # components
_TAIL = 4096  # octets at the end of a file, in which programs may add some
_PALETTE = 0x80  # of a GIF or a picture in it: 2 to 256 colours follow
_DENSITY = re.compile(r"@([1-4])x$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Frame:
    """What a JPEG says of its picture, before it is turned."""

    width: int
    height: int
    components: int  # 1 grey, 3 colours of screens, 4 colours of print
    orientation: int

    @property
    def turned(self) -> bool:
        return self.orientation in range(2, 9)

    @property
    def swapped(self) -> bool:
        """Whether width and height change places."""
        return self.orientation in _TURNED


def of(octets: bytes) -> tuple[int, int] | None:
    """Return width and height as a PNG, GIF or JPEG is shown; None if it is damaged."""
    try:
        size = _size(octets)
    except (struct.error, IndexError):
        return None
    return size if size is not None and min(size) > 0 else None


def is_whole(octets: bytes) -> bool:
    """Return whether the file of a PNG, GIF or JPEG has its end."""
    end = octets[-_TAIL:].rstrip(b"\0\r\n")
    if octets.startswith(b"\x89PNG"):
        return b"IEND" in end
    if octets.startswith(b"GIF8"):
        return end.endswith(b";")
    # telephones add films behind the picture, so its end may be far from the file's
    scan = next((rest for kind, rest in _segments(octets) if kind == _SCAN), end)
    return b"\xff\xd9" in scan


def remarks(octets: bytes) -> Iterator[str]:
    """Yield what some mail programs do not show well."""
    if _moves(octets):
        yield "moves, which some programs do not show; its first picture must suffice"
    try:
        frame = _frame(octets) if octets.startswith(b"\xff\xd8") else None
    except (struct.error, IndexError):
        return
    if frame is not None and frame.turned:
        yield "is turned by its Exif data, which some programs ignore; save it upright"
    if frame is not None and frame.components == _PRINTED:
        yield "has colours for print (CMYK), which some programs miss; save it as RGB"


def _moves(octets: bytes) -> bool:
    """Return whether a GIF or PNG has several pictures."""
    if octets.startswith(b"\x89PNG"):
        return b"acTL" in octets[: max(octets.find(b"IDAT"), 0)]
    return octets.startswith(b"GIF8") and next(islice(_pictures(octets), 1, 2), 0) > 0


def _pictures(gif: bytes) -> Iterator[int]:
    """Yield the place of each picture of a GIF; stop where the file is damaged."""
    at = 13 + _palette(gif, 10)
    while gif[at : at + 1] in {b"!", b","}:
        if gif[at : at + 1] == b",":
            yield at
            at += 11 + _palette(gif, at + 9)
        else:
            at += 2
        while at < len(gif) and gif[at]:
            at += gif[at] + 1
        at += 1


def _palette(gif: bytes, at: int) -> int:
    """Return the length of the palette that the octet at a place announces."""
    flags = gif[at] if at < len(gif) else 0
    return 3 * 2 ** (flags % 8 + 1) if flags & _PALETTE else 0


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
    frame = _frame(octets)
    if frame is None:
        return None
    size = frame.width, frame.height
    return (size[1], size[0]) if frame.swapped else size


def _frame(octets: bytes) -> _Frame | None:
    """Return what the first frame of a JPEG says; None if there is none."""
    orientation = 1
    for kind, content in _segments(octets):
        if kind == _EXIF and content.startswith(b"Exif\0\0"):
            orientation = _orientation(content[6:])
        if kind in _FRAMES:
            height, width, components = struct.unpack(">HHB", content[1:6])
            return _Frame(int(width), int(height), int(components), orientation)
    return None


def _segments(octets: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the kind and content of each segment of a JPEG, last its scan and rest."""
    at = 2
    while at + 4 <= len(octets):
        if octets[at] != 0xFF:  # noqa: PLR2004 (each marker begins with it)
            return
        kind = octets[at + 1]
        if kind == 0xFF or kind in _WITHOUT_LENGTH:  # noqa: PLR2004 (filling)
            at += 1 if kind == 0xFF else 2  # noqa: PLR2004
            continue
        if kind == _SCAN:
            yield kind, octets[at:]
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
