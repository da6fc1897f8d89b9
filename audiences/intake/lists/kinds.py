"""Tells what a file is by its first octets, whatever its name says."""

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

START = 4_096  # octets that are looked at


class FileKind(StrEnum):
    """How a file is read."""

    TEXT = "CSV"
    ZIPPED = "XLSX"
    ODS = "ODS"
    OLD = "XLS of Excel 97–2003"
    PAGE = "a web page"
    XML = "an XML spreadsheet of Excel 2003"
    OTHER = ""


_OLDER = "is of Excel 2 to 5; open it in a spreadsheet and save it as .xlsx"
# How files begin that are surely no lists, and what to do about them.
_OTHERS = (
    (b"%PDF", "is a PDF; copy its table into a spreadsheet and save that"),
    (b"{\\rtf", "is a text document (RTF); save its table as CSV"),
    (b"\x1f\x8b", "is compressed (gzip); unpack it and import the list in it"),
    (b"7z\xbc\xaf", "is compressed (7-Zip); unpack it and import the list in it"),
    (b"Rar!", "is compressed (RAR); unpack it and import the list in it"),
    (b"BZh", "is compressed (bzip2); unpack it and import the list in it"),
    (b"\xfd7zXZ", "is compressed (xz); unpack it and import the list in it"),
    (b"\x89PNG", "is a picture; a list must be text or a workbook"),
    (b"\xff\xd8\xff", "is a picture; a list must be text or a workbook"),
    (b"GIF8", "is a picture; a list must be text or a workbook"),
    (b"SQLite format 3", "is a database (SQLite); export its table as CSV"),
    (b"\x00\x01\x00\x00Standard", "is a database (Access); export its table as CSV"),
    # a stream of BIFF 2, 3, 4 or 5 without a container: record BOF and its length
    *((mark, _OLDER) for mark in (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00")),
    *((mark, _OLDER) for mark in (b"\x09\x04\x06\x00", b"\x09\x08\x08\x00")),
    (b"MIME-Version:", "is a web archive (MHTML); save it as .xlsx or CSV"),
)
# Texts that are surely no tables, by how they begin.
_NO_TABLES = (
    (re.compile(rb"[\[{]\s*[{\"]"), "is JSON; export the list as CSV"),
    (re.compile(rb"(?:version: 1\s+)?dn:"), "is LDIF; export it as CSV or vCard"),
    (re.compile(rb"From |Return-Path:|Received:"), "is an e-mail; save its list"),
    (re.compile(rb"BEGIN:VCALENDAR"), "is a calendar; a list has addresses"),
)
_PAGE = re.compile(
    rb"<(?:!doctype\s+html|html|head|meta|body|table|style)\b", re.IGNORECASE
)
_NAMES = {
    FileKind.ZIPPED: {".xlsx", ".xlsm", ".xlsb", ".xltx"},
    FileKind.ODS: {".ods"},
    FileKind.OLD: {".xls", ".xlt"},
    FileKind.PAGE: {".html", ".htm"},
    FileKind.XML: {".xml"},
}
_WORKBOOKS = set().union(*_NAMES.values())


@dataclass(frozen=True, kw_only=True)
class ToldFile:
    """What a file is; `refusal` ends a sentence when it cannot be a list."""

    kind: FileKind
    refusal: str = ""
    notes: tuple[str, ...] = ()


def tell(start: bytes, path: Path) -> ToldFile:
    """Return what a file is, by its first START octets.

    A name that says something else is noted.
    """
    kind = _kind(start)
    if kind is FileKind.OTHER:
        refusal = next(said for mark, said in _OTHERS if start.startswith(mark))
        return ToldFile(kind=kind, refusal=refusal)
    bare = _bare(start)
    for mark, refusal in _NO_TABLES if kind is FileKind.TEXT else ():
        if mark.match(bare):
            return ToldFile(kind=kind, refusal=refusal)
    suffix = path.suffix.lower()
    usual = _NAMES.get(kind)
    differs = suffix in _WORKBOOKS if usual is None else suffix not in usual
    note = f"its name ends in {suffix or 'nothing'}, and it is read as what it is:"
    return ToldFile(kind=kind, notes=(f"{note} {kind}",) if differs else ())


def _bare(start: bytes) -> bytes:
    """Return the first octets without marks of an encoding and space before them."""
    return start.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")


def _kind(start: bytes) -> FileKind:
    if start.startswith(b"PK"):
        is_ods = b"application/vnd.oasis.opendocument.spreadsheet" in start[:120]
        return FileKind.ODS if is_ods else FileKind.ZIPPED
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        return FileKind.OLD
    if any(start.startswith(mark) for mark, _ in _OTHERS):
        return FileKind.OTHER
    text = _bare(start)
    if text.startswith(b"<?xml") and b"urn:schemas-microsoft-com:office:spread" in text:
        return FileKind.XML
    if text.startswith(b"<?xml"):
        text = text.partition(b"?>")[2].lstrip()
    return FileKind.PAGE if _PAGE.match(text) else FileKind.TEXT
