"""Measures a workbook that is a ZIP archive (XLSX, XLSB, ODS) before it is read.

Runs in the child. A small archive can unpack to more than fits into memory (a ZIP
bomb), and the sizes that it states can be wrong: each part is unpacked once, without
keeping it. What calamine does not tell is looked for meanwhile: hidden rows and
columns, and cells with an error.
"""

import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import IO
from xml.etree import ElementTree as ET

from audiences.intake.workbooks import marks
from audiences.intake.workbooks.marks import SheetMarks

MB = 1_000_000
MAX_UNPACKED = 400 * MB
MAX_PARTS = 2_000  # files within a workbook
SMALL = 10 * MB  # a part of at most this size is not looked at more closely
MAX_RATIO = 100  # of a part's unpacked and packed size; real sheets have 5 to 25
CELL = (10, 2_000)  # octets of a cell or text, on average: the least and the most
BLOCK = 1 << 20  # octets
TAIL = 10_000  # octets of a tag that continues in the next block, at most
SHEETS = "xl/worksheets/"
OPEN_DOCUMENT = "content.xml"
MANIFEST = "META-INF/manifest.xml"
PASSWORD = "is protected by a password; save it without one"  # noqa: S105 (a sentence)
_RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_HIDDEN = {
    "rows": re.compile(rb'<(?:\w+:)?row\b[^<>]*\shidden="(?:1|true)"'),
    "columns": re.compile(rb'<(?:\w+:)?col\b[^<>]*\shidden="(?:1|true)"'),
}
_COLLAPSED = re.compile(
    rb'<table:table-(row|column)\b[^<>]*table:visibility="(?:collapse|filter)"'
)
_ERROR = re.compile(rb'(<(?:\w+:)?c\b[^<>]*\s)t="e"')

DAMAGE = (  # what zipfile raises for an archive that is damaged or forged
    *(zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError),
    *(EOFError, ValueError, zlib.error, lzma.LZMAError),
)


class WorkbookRefusedError(Exception):
    """The workbook is not read; the message continues a sentence after its name."""


@dataclass
class Measured:
    """What is known of an archive: octets unpacked, and what its parts contain.

    `hidden` has the numbers of hidden rows and columns of each part that has any.
    """

    octets: int = 0
    errors: bool = False  # whether a cell of an XLSX has an error such as #N/A
    hidden: dict[str, dict[str, int]] = field(default_factory=dict)
    sheets: dict[str, str] = field(default_factory=dict)  # name of a sheet → its part
    marks: dict[str, SheetMarks] = field(default_factory=dict)  # by part
    struck: frozenset[bytes] = frozenset()  # styles that strike a cell through


def measure(path: str) -> Measured:
    """Measure the workbook; raise WorkbookRefusedError if it is no usable workbook."""
    measured = Measured()
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS:
                raise WorkbookRefusedError(
                    f"has {len(parts)} parts; at most {MAX_PARTS} are read"
                )
            _refuse_encrypted(archive)
            _check_form([part.filename for part in parts])
            if sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise _too_large()
            for part in parts:
                _check_ratio(part)
            measured.struck = marks.struck_styles(archive)
            for part in parts:
                _unpack(archive, part, measured)
            measured.sheets = _sheet_parts(archive)
            for name in set(measured.sheets.values()):
                marked = measured.marks.setdefault(name, SheetMarks())
                marked.comments = marks.comments(archive, name)
    except DAMAGE as fault:
        raise WorkbookRefusedError(
            f"is damaged ({str(fault)[:200]}); save it again as .xlsx"
        ) from None
    return measured


def _refuse_encrypted(archive: zipfile.ZipFile) -> None:
    """Refuse an ODS that is protected by a password."""
    if MANIFEST in archive.namelist():
        with archive.open(MANIFEST) as part:
            if b"encryption-data" in part.read(MB):
                raise WorkbookRefusedError(PASSWORD)


def _check_form(names: list[str]) -> None:
    """Refuse an archive that is something else than a workbook, and say what it is."""
    if any(name.startswith("xl/") or name == OPEN_DOCUMENT for name in names):
        return
    for start, form in (
        ("word/", "a text document of Word"),
        ("ppt/", "a presentation"),
        ("Index/", "a document of Numbers or Pages"),
    ):
        if any(name.startswith(start) for name in names):
            raise WorkbookRefusedError(f"is {form}; export its table as .xlsx or CSV")
    shown = ", ".join(PurePosixPath(name).name for name in names[:3]) or "nothing"
    raise WorkbookRefusedError(
        f"is a ZIP archive with {shown}; unpack it and import the list in it"
    )


def _check_ratio(part: zipfile.ZipInfo) -> None:
    if part.file_size > SMALL and part.file_size > MAX_RATIO * part.compress_size:
        raise WorkbookRefusedError(
            f"has a part of {part.compress_size:,} octets that unpacks to"
            f" {part.file_size:,}; save it again as .xlsx or as CSV"
        )


def _unpack(
    archive: zipfile.ZipFile, part: zipfile.ZipInfo, measured: Measured
) -> None:
    """Unpack a part without keeping it, and look at what it contains."""
    mark = _mark_of_cells(part.filename)
    octets = cells = 0
    tail = b""
    with archive.open(part) as stream:
        while block := stream.read(BLOCK):
            octets += len(block)
            if measured.octets + octets > MAX_UNPACKED:
                raise _too_large()
            cells += block.count(mark) if mark else 0
            tail = _look(tail + block, part.filename, measured)
    measured.octets += octets
    if mark and octets > SMALL:
        least, most = CELL
        if not least * cells < octets < most * (cells + 1):
            raise WorkbookRefusedError(
                f"has {cells:,} cells or texts in {octets:,} octets of"
                f" {PurePosixPath(part.filename).name}: its cells are mostly empty, or"
                " their texts too long; save the rows that you need as CSV"
            )


def _look(block: bytes, name: str, measured: Measured) -> bytes:
    """Look for errors and hidden rows; return the tag that is cut at the end."""
    if not (name.startswith(SHEETS) or name == OPEN_DOCUMENT):
        return b""
    cut = block.rfind(b"<")
    cut = len(block) if cut < 0 or len(block) - cut > TAIL else cut
    block, tail = block[:cut], block[cut:]
    found: dict[str, int] = {}
    if b"hidden=" in block:
        found = {kind: len(mark.findall(block)) for kind, mark in _HIDDEN.items()}
    elif b"table:visibility=" in block:
        kinds = [kind.decode() + "s" for kind in _COLLAPSED.findall(block)]
        found = {kind: kinds.count(kind) for kind in set(kinds)}
    for kind, count in found.items():
        if count:
            hidden = measured.hidden.setdefault(name, {})
            hidden[kind] = hidden.get(kind, 0) + count
    if measured.struck and (rows := marks.struck_rows(block, measured.struck)):
        measured.marks.setdefault(name, SheetMarks()).struck |= rows
    if not measured.errors and b't="e"' in block:
        measured.errors = _ERROR.search(block) is not None
    return tail


def _mark_of_cells(name: str) -> bytes | None:
    """Return how a cell of a sheet, or a shared text, begins in a part of an .xlsx."""
    if name.startswith(SHEETS):
        return b"<c"
    return b"<si" if name == "xl/sharedStrings.xml" else None


def _too_large() -> WorkbookRefusedError:
    return WorkbookRefusedError(
        f"unpacks to more than {MAX_UNPACKED // MB} MB; save it as CSV"
    )


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the part of each sheet of an XLSX; nothing when they cannot be told."""
    try:
        book = _tree(archive, "xl/workbook.xml")
        links = _tree(archive, "xl/_rels/workbook.xml.rels")
    except (KeyError, ET.ParseError):
        return {}
    targets = {each.get("Id"): each.get("Target", "") for each in links}
    return {
        each.get("name", ""): _part(targets.get(each.get(_RELATIONS), ""))
        for each in book.iter()
        if each.tag.endswith("}sheet")
    }


def _part(target: str) -> str:
    return target[1:] if target.startswith("/") else f"xl/{target}"


def _tree(archive: zipfile.ZipFile, name: str) -> ET.Element:
    with archive.open(name) as part:
        text = part.read(MB)
    return ET.fromstring(text)  # noqa: S314 (this process has limits)


def with_errors_as_text(path: str) -> io.BytesIO:
    """Return an XLSX whose cells with an error are texts such as #N/A.

    calamine reads some errors as empty cells, and refuses the sheet for others.
    """
    copy = io.BytesIO()
    with (
        zipfile.ZipFile(path) as old,
        zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for part in old.infolist():
            with old.open(part) as source, new.open(part.filename, "w") as target:
                for block in _blocks(source, rewrite=part.filename.startswith(SHEETS)):
                    target.write(block)
    copy.seek(0)
    return copy


def _blocks(source: IO[bytes], *, rewrite: bool) -> Iterator[bytes]:
    tail = b""
    while block := source.read(BLOCK):
        if not rewrite:
            yield block
            continue
        block = tail + block
        cut = block.rfind(b"<")
        cut = len(block) if cut < 0 or len(block) - cut > TAIL else cut
        yield _ERROR.sub(rb'\1t="str"', block[:cut])
        tail = block[cut:]
    yield _ERROR.sub(rb'\1t="str"', tail)
