"""Finds in an XLSX what people mark and calamine does not tell. Runs in the child.

A row that is struck through, or a comment beside it, often says that a person left.
"""

import re
import zipfile
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from xml.etree import ElementTree as ET

MAX_OCTETS = 10_000_000  # of a part that is parsed
MOST = 1_000  # comments, and struck rows, of a sheet
LONGEST = 300  # characters of a comment
STYLES = "xl/styles.xml"
_CELL = re.compile(rb'<(?:\w+:)?c\b[^<>]*\sr="[A-Z]+(\d+)"[^<>]*(?<!/)>')
_STYLE = re.compile(rb'\ss="(\d+)"')
_OFF = frozenset(("0", "false"))


@dataclass
class SheetMarks:
    """What is marked in one sheet."""

    struck: set[int] = field(default_factory=set)  # numbers of rows, from 1
    comments: list[tuple[str, str]] = field(default_factory=list)  # cell, text


def struck_styles(archive: zipfile.ZipFile) -> frozenset[bytes]:
    """Return the numbers of the styles of cells whose font is struck through."""
    root = _tree(archive, STYLES)
    parts = () if root is None else tuple(root)
    fonts = [each for each in parts if each.tag.endswith("}fonts")]
    struck = {
        str(number)
        for font in fonts
        for number, each in enumerate(font)
        if any(_is_on(part) for part in each if part.tag.endswith("}strike"))
    }
    formats = [each for each in parts if each.tag.endswith("}cellXfs")]
    return frozenset(
        str(number).encode()
        for listed in formats
        for number, each in enumerate(listed)
        if each.get("fontId") in struck
    )


def _is_on(mark: ET.Element) -> bool:
    return mark.get("val", "1") not in _OFF


def struck_rows(block: bytes, styles: frozenset[bytes]) -> set[int]:
    """Return the rows of a piece of a sheet with a struck cell that is not empty."""
    found: set[int] = set()
    for cell in _CELL.finditer(block):
        style = _STYLE.search(cell[0])
        if style is not None and style[1] in styles and len(found) < MOST:
            found.add(int(cell[1]))
    return found


def comments(archive: zipfile.ZipFile, part: str) -> list[tuple[str, str]]:
    """Return the comments of a sheet, with their cells."""
    path = PurePosixPath(part)
    links = _tree(archive, f"{path.parent}/_rels/{path.name}.rels")
    found: list[tuple[str, str]] = []
    for link in links if links is not None else ():
        target = PurePosixPath(link.get("Target", ""))
        if not link.get("Type", "").endswith("/comments"):
            continue
        root = _tree(archive, f"xl/{target.name}")
        every = root.iter() if root is not None else ()
        for each in every:
            if each.tag.endswith("}comment") and len(found) < MOST:
                text = " ".join("".join(each.itertext()).split())
                found.append((each.get("ref", ""), text[:LONGEST]))
    return found


def _tree(archive: zipfile.ZipFile, name: str) -> ET.Element | None:
    """Return a part as a tree; None if it is not there, or cannot be read."""
    try:
        with archive.open(name) as part:
            text = part.read(MAX_OCTETS + 1)
        return ET.fromstring(text) if len(text) <= MAX_OCTETS else None  # noqa: S314
    except (KeyError, ET.ParseError):
        return None
