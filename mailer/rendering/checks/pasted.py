"""Finds what is pasted beside a table in a text.

Rows of a spreadsheet are a table only in a block `table`. A line directly below a table
of Markdown would be a row of it.
"""

import re
from collections.abc import Iterator

from mailer.rendering.checks import problem
from mailer.rendering.checks.problem import Problem
from mailer.rendering.markup import parser
from mailer.rendering.source import Block, Translation

_MARK = re.compile(r"^\s*(?:[^\w\s]|o|\w{1,3}[.)、]|\(\w{1,4}\))\t")  # a mark of a list
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
        yield from _check_below(block, translation.language)


def _check_below(block: Block, language: str) -> Iterator[Problem]:
    """Yield a problem for each line without bars that is a row of a table."""
    if block.type == "table" or "|" not in block.text:
        return
    lines = block.text.split("\n")
    for token in parser.parse(block.text):
        if token.type == "tr_open" and token.map and "|" not in lines[token.map[0]]:
            found = lines[token.map[0]].strip()[:40]
            what = f"found {found!r} directly below a table; put an empty line between"
            yield problem.error(language, block.line(token.map[0]), what)
