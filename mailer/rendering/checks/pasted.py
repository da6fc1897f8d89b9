"""Finds rows of a spreadsheet in a text: only a block `table` shows them as a table."""

import re
from collections.abc import Iterator

from mailer.rendering.checks import problem
from mailer.rendering.checks.problem import Problem
from mailer.rendering.source import Translation

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
