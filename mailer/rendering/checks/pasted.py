"""Finds what is pasted beside a table in a text, and rows that lose cells.

Rows of a spreadsheet are a table only in a block `table`. A line directly below a table
of Markdown would be a row of it, and a cell beyond those of the head would be lost.
"""

import re
from collections.abc import Iterator

from mailer.rendering.checks import problem
from mailer.rendering.checks.problem import Problem
from mailer.rendering.markup import parser
from mailer.rendering.source import Block, Translation

_MARK = re.compile(r"^\s*(?:[^\w\s]|o|\w{1,3}[.)、]|\(\w{1,4}\))\t")  # a mark of a list
_OPENING = re.compile(r"^\s*(?:>\s?|[-*+•]\s+|\d+[.)]\s+)*")  # of a quotation, an item
_BAR = re.compile(r"(?<!\\)\|")
_CELLS = re.compile(r"\S\t+\S")


def check_pasted(translation: Translation) -> Iterator[Problem]:
    """Yield a problem for the first of such rows in each block."""
    for block in translation.blocks:
        if block.type == "agenda":
            continue  # its reader takes a tab as a space
        for offset, line in enumerate(block.text.split("\n")):
            if _CELLS.search(_MARK.sub("", line)):
                what = (
                    f"found {line.strip()[:40]!r}, with tabs as a spreadsheet copies it"
                )
                remedy = "put the rows in a block table"
                where = block.line(offset)
                yield problem.error(translation.language, where, f"{what}; {remedy}")
                break
        yield from _check_rows(block, translation.language)


def _check_rows(block: Block, language: str) -> Iterator[Problem]:
    """Yield a problem for each row of a table in a text that loses or lacks cells.

    A line without bars directly below the table is a row, too.
    """
    if block.type == "table" or "|" not in block.text:
        return
    lines = block.text.split("\n")
    expected = 0
    for token in parser.parse(block.text):
        if token.type == "thead_open":
            expected = 0
        if token.type != "tr_open" or not token.map:
            continue
        line = token.map[0]
        found, cells = lines[line].strip(), _cells(lines[line])
        if "|" not in found:
            what = f"found {found[:40]!r} directly below a table; put an empty line"
            yield problem.error(language, block.line(line), f"{what} between")
        elif expected and cells != expected:
            what = f"this row has {cells} cells, and the head has {expected}; write"
            yield problem.error(language, block.line(line), f"{what} \\| for a bar")
        expected = expected or cells


def _cells(line: str) -> int:
    """Return the number of cells in a row of a table; it may stand in a list."""
    row = _OPENING.sub("", line).strip().removeprefix("|")
    return len(_BAR.split(row[:-1] if _BAR.search(row[-2:]) else row))
