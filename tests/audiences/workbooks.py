"""Makes workbooks that are meant to exhaust memory or time."""

import io
import random
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEADING = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
STRINGS = "<si><t>address</t></si>"


def book(
    path: Path,
    rows: Iterable[str],
    *,
    strings: str = STRINGS,
    styles: str = "",
    sheets: int = 1,
    head: str = "",
) -> None:
    """Write a workbook part by part; `rows` is the XML of the first sheet's rows."""
    parts = {
        **_outline(sheets),
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{strings}</sst>',
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
        for number in range(sheets):
            name = f"xl/worksheets/sheet{number + 1}.xml"
            with archive.open(name, "w", force_zip64=True) as part:
                part.write(f'{head}<worksheet xmlns="{MAIN}"><sheetData>'.encode())
                for row in rows if number == 0 else ():
                    part.write(row.encode())
                part.write(b"</sheetData></worksheet>")


def _outline(sheets: int) -> dict[str, str]:
    """Return the parts that name the others."""
    targets = {"sharedStrings": "sharedStrings", "styles": "styles"}
    targets |= {f"worksheets/sheet{n + 1}": "worksheet" for n in range(sheets)}
    links = "".join(
        f'<Relationship Id="r{n}" Type="{OFFICE}/{kind}" Target="{target}.xml"/>'
        for n, (target, kind) in enumerate(targets.items())
    )
    names = "".join(
        f'<sheet name="s{n}" sheetId="{n + 1}" r:id="r{n + 2}"/>' for n in range(sheets)
    )
    relations = f'<Relationships xmlns="{PACKAGE}/relationships">'
    book_link = (
        f'<Relationship Id="r0" Type="{OFFICE}/officeDocument"'
        ' Target="xl/workbook.xml"/>'
    )
    return {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": f"{relations}{book_link}</Relationships>",
        "xl/_rels/workbook.xml.rels": f"{relations}{links}</Relationships>",
        "xl/workbook.xml": (
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{names}</sheets>'
            "</workbook>"
        ),
    }


def corners(path: Path) -> None:
    book(path, [HEADING, '<row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'])


def far_cells(path: Path) -> None:
    cells = (
        f'<row r="{n * 1000}"><c r="ZZ{n * 1000}"><v>2</v></c></row>'
        for n in range(1, 1000)
    )
    book(path, [HEADING, *cells])


def repeated_text(path: Path) -> None:
    strings = f"{STRINGS}<si><t>{'x' * 1_000_000}</t></si>"
    book(path, [HEADING, *shared(20_000)], strings=strings)


def longest_shared_text(path: Path) -> None:
    strings = f"{STRINGS}<si><t>{'x' * 32_767}</t></si>"
    book(path, [HEADING, *shared(50_000)], strings=strings)


def shared(rows: int) -> Iterable[str]:
    return (
        f'<row r="{n}"><c r="A{n}" t="s"><v>1</v></c></row>' for n in range(2, rows)
    )


def inline(words: str) -> str:
    return f'<c t="inlineStr"><is><t>{words}</t></is></c>'


def longest_texts(path: Path) -> None:
    cell = inline("x" * 32_767)
    book(path, [HEADING, *(f"<row>{cell}</row>" for _ in range(8_000))])


def longest_random_texts(path: Path) -> None:
    dice = random.Random(1)  # noqa: S311 (not a secret)
    rows = (f"<row>{inline(dice.randbytes(16_383).hex())}</row>" for _ in range(1_500))
    book(path, [HEADING, *rows])


def empty_cells(path: Path) -> None:
    row = f"<row>{'<c/>' * 16_000}</row>"
    book(path, (row for _ in range(4_000)))


def entities(path: Path) -> None:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    cell = f"<row>{inline('&e9;')}</row>"
    head = f'<!DOCTYPE w [<!ENTITY e0 "lol">{levels}]>'
    book(path, [HEADING, cell], head=head)


def zeros(path: Path) -> None:
    book(path, [HEADING])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("xl/x.xml", "w", force_zip64=True) as part:
            for _ in range(390):
                part.write(bytes(1_000_000))


def million_formats(path: Path) -> None:
    formats = "".join(f'<xf numFmtId="{n % 160}"/>' for n in range(1_000_000))
    book(path, [HEADING], styles=f"<cellXfs>{formats}</cellXfs>")


def many_parts(path: Path) -> None:
    book(path, [HEADING], sheets=3_000)


def parts_beyond_the_directory(path: Path) -> None:
    book(path, [HEADING])
    with zipfile.ZipFile(path, "a") as archive:
        for number in range(70_000):
            archive.writestr(f"{number}", b"")


def nested(path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("again.xlsx", b"PK\x03\x04")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("list.xlsx", inner.getvalue())


def repeated_cells(path: Path) -> None:
    """Write an OpenDocument table whose one cell stands for a whole sheet."""
    spaces = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    cell = (
        '<table:table-cell table:number-columns-repeated="16384"'
        ' office:value-type="string"><text:p>address</text:p></table:table-cell>'
    )
    content = (
        f"<office:document-content{spaces}><office:body><office:spreadsheet>"
        '<table:table table:name="s">'
        f'<table:table-row table:number-rows-repeated="1048576">{cell}'
        "</table:table-row></table:table></office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", content)


def wrong_sum(path: Path) -> None:
    book(path, [HEADING, *shared(300)])
    octets = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        part = archive.getinfo("xl/worksheets/sheet1.xml")
    octets[part.header_offset + 120] ^= 0x55
    path.write_bytes(octets)


def small_size_stated(path: Path) -> None:
    """State in the directory that the sheet unpacks to a hundred octets."""
    row = f"<row>{'<c/>' * 16_000}</row>"
    book(path, (row for _ in range(1_000)))
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    octets = path.read_bytes()
    for width in (4, 8):
        octets = octets.replace(
            size.to_bytes(width, "little"), (100).to_bytes(width, "little")
        )
    path.write_bytes(octets)


BOMBS: list[Callable[[Path], None]] = [
    *(corners, far_cells, repeated_text, longest_shared_text, longest_texts),
    *(longest_random_texts, empty_cells, entities, zeros, many_parts),
    *(parts_beyond_the_directory, nested, repeated_cells, wrong_sum),
    small_size_stated,
]

# Web pages: what they begin with, and what is repeated.
PAGES = {
    "cells over many rows": ("<table>", "<tr><td rowspan=65534 colspan=1000>x"),
    "rows far apart": ("<table>", "<tr ss:index=1048576><td ss:index=1000>"),
    "tables in tables": ("", "<table><tr><td>"),
    "tags that never end": ("<table><tr><td>", "<a "),
}
