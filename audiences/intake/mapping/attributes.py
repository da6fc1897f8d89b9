"""Spreads a column of JSON objects over columns of their own, one for each key.

listmonk and others export what they know of a person so: {"country": "FR"}.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from audiences.intake.lists.table import Table
from audiences.intake.mapping import evidence

MOST_KEYS = 20  # of one column
MOST_ADDED = 100  # columns in all
MOST_NOTED = 5  # keys that are named
LONGEST = 20_000  # characters of a cell that are read
Objects = dict[int, list[str]]  # place of a column → keys


def found(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Objects:
    """Return the columns whose cells are objects, with the keys in the first rows."""
    objects: Objects = {}
    for place in range(len(header)):
        cells = [row[place] for row in rows if place < len(row)]
        filled = [each.strip() for each in cells if each.strip()]
        if evidence.share(filled, _is_object) < evidence.MOST:
            continue
        keys = dict.fromkeys(key for each in filled for key in _values(each))
        most = min(MOST_KEYS, MOST_ADDED - sum(map(len, objects.values())))
        if keys and most:
            objects[place] = list(keys)[:most]
    return objects


def headings(objects: Objects) -> list[str]:
    """Return the headings of the columns that are added: the keys."""
    return [key for keys in objects.values() for key in keys]


def spread(
    rows: Iterator[list[str]], objects: Objects, width: int, table: Table
) -> Iterator[list[str]]:
    """Yield rows of `width` cells with those of the keys behind them.

    A note on the table names keys that come later, and are not read.
    """
    later: dict[str, None] = {}
    for row in rows:
        if not "".join(row).strip():
            yield row
            continue
        cells = [*row[:width], *[""] * (width - len(row))]
        for place, keys in objects.items():
            values = _values(cells[place])
            later.update(dict.fromkeys(values.keys() - set(keys)))
            cells += [values.get(key, "") for key in keys]
        yield [*cells, *row[width:]]
    if later:
        listed = ", ".join(repr(each[:40]) for each in sorted(later)[:MOST_NOTED])
        note = f"keys of objects that come later are not read: {listed}"
        table.notes += [note] if note not in table.notes else []


def _is_object(cell: str) -> bool:
    return cell[:1] == "{" and cell[-1:] == "}"


def _values(cell: str) -> dict[str, str]:
    """Return the values of an object as cells, by their keys; {} if it is none."""
    if not _is_object(cell.strip()) or len(cell) > LONGEST:
        return {}
    try:
        value = json.loads(cell)
    except (ValueError, RecursionError):
        return {}
    texts = {str(key).strip(): _text(each) for key, each in value.items()}
    return {key: text for key, text in texts.items() if key and text}


def _text(value: Any) -> str:
    """Return a value as people write it; an object within one is left out."""
    match value:
        case bool():
            return "yes" if value else "no"
        case None | dict():
            return ""
        case list():
            return ", ".join(filter(None, map(_text, value)))
        case _:
            return str(value)
