"""Makes small pictures and archives for tests."""

import hashlib
import struct
import zipfile
import zlib
from io import BytesIO

from mailer.campaigns.writing.files import Attached


def png(width: int, height: int) -> bytes:
    """Return a black PNG of a size."""
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes((width + 7) // 8 + 1) * height)
    chunks = [(b"IHDR", head), (b"IDAT", rows), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + _checksum(kind + data)
        for kind, data in chunks
    )


def attached(name: str, octets: bytes) -> Attached:
    """Return a file of every letter."""
    digest = hashlib.sha256(octets).hexdigest()
    return Attached(
        name=name, language="", type="image/png", digest=digest, octets=octets
    )


def _checksum(octets: bytes) -> bytes:
    return struct.pack(">I", zlib.crc32(octets))


def jpeg(width: int, height: int, orientation: int, components: int = 3) -> bytes:
    """Return head and end of a JPEG of a size, turned by its Exif data."""
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    tiff = b"MM\x00*" + struct.pack(">IH", 8, 1) + entry + bytes(4)
    frame = struct.pack(">BHHB", 8, height, width, components) + bytes(9)
    segments = _segment(0xE1, b"Exif\0\0" + tiff) + _segment(0xC0, frame)
    return b"\xff\xd8" + segments + b"\xff\xd9"


def _segment(kind: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, kind, len(content) + 2) + content


def archive(*names: str) -> bytes:
    """Return a ZIP archive with files of these names; the same at every time."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as written:
        for name in names:
            written.writestr(zipfile.ZipInfo(name), "x")
    return made.getvalue()


def damaged(*names: str) -> bytes:
    """Return a ZIP archive as `archive` does; the first file cannot be unpacked."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as written:
        for name in names:
            entry = zipfile.ZipInfo(name)
            written.writestr(entry, bytes(range(200)), zipfile.ZIP_DEFLATED)
    begins = 30 + len(names[0])  # after the head of its entry
    return made.getvalue()[:begins] + b"\xff" * 9 + made.getvalue()[begins + 9 :]
