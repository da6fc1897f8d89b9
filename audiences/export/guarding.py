"""Guards cells against spreadsheets that would take them for formulas.

An apostrophe is put in front of such a cell; an import takes it away again.
"""

import re

BEGINNINGS = frozenset("=+-@＝＋－＠'\t\r")
_GUARDED = re.compile(r"'+[=+\-@＝＋－＠]")


def guarded(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    if cell[:1] not in BEGINNINGS or not cell:
        return cell
    if cell[0] == "'" and not _GUARDED.match(cell):
        return cell  # 'Alamo: an apostrophe of the text
    return f"'{cell}"


def unguarded(cell: str) -> str:
    """Return a cell without the apostrophe that `guarded` put in front."""
    return cell[1:] if cell[:1] == "'" and _GUARDED.match(cell) else cell
