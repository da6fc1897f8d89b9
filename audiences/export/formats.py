"""The forms of exported files: CSV, JSON, vCard and XLSX.

A cell that a spreadsheet would take for a formula gets an apostrophe in front, which an
import takes away again.
"""

import csv
import json
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from io import TextIOWrapper
from typing import BinaryIO

from audiences import characters
from audiences.export import workbook
from audiences.export.guarding import BEGINNINGS, guarded

Row = Sequence[str]
Write = Callable[[Sequence[Row]], None]
ROLES = "X-LIAISON-ROLES"  # the codes of roles in a vCard, with spaces
LEFT_OUT = "X-LIAISON-LEFT-OUT"  # why no letter is written to the contact
FOLDED = 74  # octets of a line of a vCard (RFC 2426, section 2.6)


class Form(StrEnum):
    """The form of an exported file."""

    CSV = "csv"
    XLSX = "xlsx"
    VCF = "vcf"
    JSON = "json"


@contextmanager
def opened(
    form: Form, file: BinaryIO, columns: Sequence[str], *, sets: Collection[str] = ()
) -> Iterator[Write]:
    """Write a file of a form; the value is a function that writes rows.

    `sets` are the columns with several codes, which are lists in JSON.
    """
    if form is Form.XLSX:
        with workbook.sheet(file, columns) as write:
            yield lambda rows: write([[guarded(cell) for cell in row] for row in rows])
        return
    text = TextIOWrapper(file, encoding="utf-8", newline="", write_through=False)
    try:
        yield from {Form.CSV: _csv, Form.JSON: _json, Form.VCF: _vcf}[form](
            text, columns, sets
        )
        text.flush()
    finally:
        text.detach()


def _csv(
    text: TextIOWrapper, columns: Sequence[str], _sets: Collection[str]
) -> Iterator[Write]:
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    yield lambda rows: writer.writerows(
        [guarded(cell) if cell[:1] in BEGINNINGS else cell for cell in row]
        for row in rows
    )


def _json(
    text: TextIOWrapper, columns: Sequence[str], sets: Collection[str]
) -> Iterator[Write]:
    kinds = [column in sets for column in columns]
    before = "["

    def write(rows: Sequence[Row]) -> None:
        nonlocal before
        for row in rows:
            values = (
                cell.split() if is_set else cell or None
                for cell, is_set in zip(row, kinds, strict=True)
            )
            document = dict(zip(columns, values, strict=True))
            line = characters.escaped_json(json.dumps(document, ensure_ascii=False))
            text.write(f"{before}\n{line}")
            before = ","

    yield write
    text.write("]\n" if before == "[" else "\n]\n")


def _vcf(
    text: TextIOWrapper, columns: Sequence[str], _sets: Collection[str]
) -> Iterator[Write]:
    def write(rows: Sequence[Row]) -> None:
        text.writelines(_card(dict(zip(columns, row, strict=True))) for row in rows)

    yield write


def _card(cells: dict[str, str]) -> str:
    """Return one vCard 3.0 (RFC 2426), which all address books read."""
    address, roles = cells["address"], cells.get("roles", "")
    name = cells.get("name") or cells.get("organisation_name") or address
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"FN:{_escaped(name)}"]
    lines.append(f"N:{_escaped(cells.get('name', ''))};;;;")
    telephones = cells.get("telephones", "").split("; ")
    address_lines = _escaped(cells.get("postal_address", ""))
    for key, value in (
        ("ORG", _escaped(cells.get("organisation_name", ""))),
        ("TITLE", _escaped(cells.get("function", ""))),
        ("ROLE", _escaped(", ".join(roles.split()).replace("_", " "))),
        (ROLES, roles),
        *(("TEL;TYPE=WORK", _escaped(each)) for each in telephones),
        ("ADR;TYPE=WORK", address_lines and f";;{address_lines};;;;"),
        ("URL", cells.get("website", "")),
        ("CATEGORIES", ",".join(map(_escaped, cells.get("tags", "").split("; ")))),
        ("NOTE", _escaped(cells.get("notes", ""))),
        ("TZ;VALUE=text", cells.get("timezone", "")),
        (LEFT_OUT, cells.get("left_out", "")),
    ):
        if value:
            lines.append(f"{key}:{value}")
    lines += [f"EMAIL;TYPE=INTERNET:{_escaped(address)}", "END:VCARD"]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _escaped(value: str) -> str:
    return re.sub(r"([\\;,])", r"\\\1", value).replace("\n", r"\n")


def _folded(line: str) -> str:
    """Return a line broken after FOLDED octets, between characters."""
    parts, size = [""], 0
    for character in line:
        octets = len(character.encode())
        if size + octets > FOLDED:
            parts.append(" ")
            size = 1
        parts[-1] += character
        size += octets
    return "\r\n".join(parts)
