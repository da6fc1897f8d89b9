"""Lets a table stand on a phone as one list for each row, with the heads as labels.

A style of the layout stacks the class `stacked` on narrow screens, and shows the labels
there; programs without such styles show the table. A table whose heads span columns or
rows stays as it is.
"""

import re
from collections.abc import Iterator

_HEAD = re.compile(r"<thead\b.*?</thead>", re.DOTALL)
_ROW = re.compile(r"<tr\b.*?</tr>", re.DOTALL)
_CELL = re.compile(r"(<t[dh]\b[^>]*>)(.*?)(?=<t[dh]\b|</tr>)", re.DOTALL)
_SPANS = re.compile(r"<t[dh]\b[^>]*\b(?:col|row)span=")
_TAG = re.compile(r"<[^<>]{0,400}>")
_PARTS = re.compile(r'<(thead|tbody)\b(?: class="([^"]*)")?')
_LABEL = '<span class="of" style="display:none;mso-hide:all">{} </span>'


def stacked(table: str) -> str:
    """Return a table in HTML with the labels of its cells; as it is if it cannot be."""
    head = _HEAD.search(table)
    if head is None or _SPANS.search(table) or len(_ROW.findall(head[0])) != 1:
        return table
    labels = [_TAG.sub("", inside).strip() for _, inside in _CELL.findall(head[0])]
    rows = table[head.end() :]
    if any(len(_CELL.findall(row)) != len(labels) for row in _ROW.findall(rows)):
        return table
    labelled = _ROW.sub(lambda row: _labelled(row[0], labels), rows)
    return _PARTS.sub(_with_class, table[: head.end()] + labelled)


def _with_class(part: re.Match[str]) -> str:
    classes = " ".join(filter(None, [part[2], "stacked"]))
    return f'<{part[1]} class="{classes}"'


def _labelled(row: str, labels: list[str]) -> str:
    """Return a row with a label in each cell that has words, but the first."""
    following: Iterator[str] = iter(labels)

    def cell(found: re.Match[str]) -> str:
        label, first = next(following), found.start() == row.find("<t", 1)
        is_empty = not _TAG.sub("", found[2]).strip()
        if first or is_empty or not label:
            return found[0]
        return f"{found[1]}{_LABEL.format(label)}{found[2]}"

    return _CELL.sub(cell, row)
