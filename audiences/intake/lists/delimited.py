"""Reads CSV in the dialects of spreadsheets, databases and programs.

The delimiter and the quotation mark are those that fit the first rows best. A line
`sep=;` at the top decides, as in Excel, and is not counted as a row.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from audiences.errors import FileRefusedError
from audiences.intake.encodings.evidence import Decoding
from audiences.intake.mapping import wording

MAX_LINE = 1_000_000  # characters
MAX_CELL = 131_072  # characters; a quotation mark that is not closed has more
SAMPLE = 64 * 1024  # characters from which the dialect is found
LOOKED_AT = 20  # rows
DELIMITERS = ",;\t|"
RARE_DELIMITERS = "^~:\x1f"  # taken if they give FEW_KNOWN headings
FEW_KNOWN = 2
BOM = "\ufeff"
END_OF_FILE = "\x1a"  # of DOS
_SEPARATOR = re.compile(r'\ufeff?"?sep=(?P<mark>[^\w\s"]|\t)"?[\s,;]*', re.IGNORECASE)
_ESCAPED = re.compile(r"\\[\"'][^\s,;|]")  # "the \"Friends\" of"
_DOUBLED = re.compile(r"\w\s?[\"']{2}\w|\w[\"']{2}\s?\w")  # "the ""Friends"" of"
_FORMULA = re.compile(r'="(.*)"', re.DOTALL)  # how Excel is made to keep 0033


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """How the cells of a file are written."""

    delimiter: str
    quote: str = '"'
    escape: str | None = None
    spaced: bool = False  # a space stands before a cell in quotation marks
    stated: bool = False  # by a first line such as sep=;

    @property
    def described(self) -> str:
        """Return the dialect for the report: `delimiter ;`."""
        shown = {"\t": "tab"}.get(self.delimiter, self.delimiter)
        stated = " (stated by its first line)" if self.stated else ""
        quote = "" if self.quote == '"' else f", quotation mark {self.quote}"
        escape = f", escape {self.escape}" if self.escape else ""
        return f"delimiter {shown}{stated}{quote}{escape}"

    @property
    def options(self) -> dict[str, Any]:
        """Return the dialect as options of csv.reader."""
        return {
            "delimiter": self.delimiter,
            "quotechar": self.quote,
            "escapechar": self.escape,
            "doublequote": self.escape is None,
            "skipinitialspace": self.spaced,
        }


def tell(path: Path, decoding: Decoding) -> Dialect:
    """Return the dialect of a file; raise FileRefusedError if it is no text."""
    try:
        with _opened(path, decoding) as file:
            sample = file.read(SAMPLE)
    except UnicodeError:
        raise FileRefusedError(
            f"{path.name} is not a text in the encoding {decoding.name}"
        ) from None
    lines = list(io.StringIO(sample, newline=""))
    if lines and "\0" in lines[0]:
        raise FileRefusedError(
            f"{path.name}, row 1: found the character NUL, which no text has; save the"
            " list as CSV in UTF-8"
        )
    stated = _SEPARATOR.fullmatch(lines[0]) if lines else None
    if stated is not None:
        return _quoted(lines[1:], stated["mark"], stated=True)
    if len(lines) > 1 and len(sample) == SAMPLE:
        lines.pop()  # it may be cut
    best = _best(lines, DELIMITERS)
    if _score(lines, best)[0] < FEW_KNOWN:
        rare = _best(lines, RARE_DELIMITERS)
        if _score(lines, rare)[0] >= FEW_KNOWN:
            return rare
    return best


def _best(lines: list[str], delimiters: str) -> Dialect:
    """Return the dialect with one of the delimiters that fits the first rows best."""
    every = [_quoted(lines, mark) for mark in delimiters]
    return max(every, key=lambda dialect: _score(lines, dialect))


def _opened(path: Path, decoding: Decoding) -> TextIO:
    return path.open(encoding=decoding.codec, errors=decoding.errors, newline="")


def _quoted(lines: list[str], mark: str, *, stated: bool = False) -> Dialect:
    """Return the dialect with this delimiter, and the quotation mark that is used."""
    first = next((line for line in lines if line.strip()), "")
    cells = [each.strip(f"{BOM} \r\n") for each in first.split(mark)]
    single = all(len(each) > 1 and each[0] == each[-1] == "'" for each in cells)
    quote = "'" if single else '"'
    text = "".join(lines)
    escaped = _ESCAPED.search(text) is not None and _DOUBLED.search(text) is None
    return Dialect(
        delimiter=mark,
        quote=quote,
        escape="\\" if escaped else None,
        spaced=not escaped and _is_spaced(text, mark, quote),
        stated=stated,
    )


def _is_spaced(text: str, mark: str, quote: str) -> bool:
    """Whether cells in quotation marks have a space before them, and none behind."""
    cells = _begun(mark, quote).findall(text)
    return bool(cells) and all(cells)


def _begun(mark: str, quote: str) -> re.Pattern[str]:
    """Return the pattern of a cell with a space before its quotation mark.

    Its group is the rest of the cell, up to the next delimiter; empty if it goes on.
    """
    mark = re.escape(mark)
    return re.compile(
        rf"{mark} {quote}((?:[^{quote}]|{quote}{quote})*+{quote}(?={mark}|[\r\n]|\Z))?"
    )


def _score(lines: list[str], dialect: Dialect) -> tuple[int, int, int]:
    """Return how well a dialect fits the first rows; the greatest fits best.

    The most known headings of a row, the rows with as many cells as most have, and the
    cells.
    """
    rows: list[list[str]] = []
    try:
        for row in csv.reader(lines, **dialect.options):
            if any(map(str.strip, row)):
                rows.append(row)
            if len(rows) == LOOKED_AT:
                break
    except csv.Error:  # the rows before it tell enough
        pass
    widths = [len(row) for row in rows if len(row) > 1]
    alike = max((widths.count(width) for width in set(widths)), default=0)
    known = max(map(wording.recognised, rows), default=0)
    return known, alike, sum(widths)


def rows(path: Path, decoding: Decoding, dialect: Dialect) -> Iterator[list[str]]:
    """Yield the rows of a file; raise FileRefusedError at one that cannot be read."""
    number = 0
    try:
        with _opened(path, decoding) as file:
            if dialect.stated:
                file.readline(MAX_LINE)
            lines = _Lines(file)
            for row in csv.reader(lines, strict=True, **dialect.options):
                number += 1
                yield [_plain(cell) for cell in row] if lines.formula else row
                lines.formula = False
    except UnicodeError:
        raise FileRefusedError(
            f"{path.name}, after row {number}: found octets that are not"
            f" {decoding.name}; save the whole file as UTF-8"
        ) from None
    except csv.Error as fault:
        raise FileRefusedError(
            f"{path.name}, row {number + 1}: {_sentence(fault)}; look for a quotation"
            " mark that is not closed or not doubled"
        ) from None


def _plain(cell: str) -> str:
    """Return the text of a cell that is written as a formula: ="0033"."""
    match = _FORMULA.fullmatch(cell)
    return match[1].replace('""', '"') if match else cell


def _sentence(fault: csv.Error) -> str:
    """Return what was found in a row."""
    said = str(fault)
    if said.startswith("field larger"):
        return f"a cell of more than {MAX_CELL:,} characters"
    if said == "unexpected end of data":
        return "its quotation mark is not closed before the file ends"
    return "text after a closing quotation mark" if "expected after" in said else said


class _Lines:
    """The lines of a file; `formula` is set when one has a cell such as ="0033"."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.formula = False

    def __iter__(self) -> Iterator[str]:
        while line := self._file.readline(MAX_LINE):
            if len(line) == MAX_LINE and not line.endswith(("\n", "\r")):
                raise csv.Error(f"a line of more than {MAX_LINE:,} characters")
            if line[0] == BOM:  # of files that were joined
                line = line.lstrip(BOM)
            if '="' in line:
                self.formula = True
            if line != END_OF_FILE:
                yield line
