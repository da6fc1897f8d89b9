"""Gives the rows of a list the form of a proposal: joined, translated, filled cells.

A column with one heading and nothing else set is read where it stands, so that rows of
a list with our own headings pass unchanged.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from audiences.intake import columns
from audiences.intake.mapping import synonyms, turning
from audiences.intake.mapping.evidence import is_han
from audiences.intake.mapping.layout import Layout
from audiences.intake.wishes import dates, optouts

_BETWEEN = {
    "postal_address": ", ",
    "function": ", ",
    "telephones": "; ",
    "second_address": ", ",
    "tags": ", ",
    "notes": "; ",
    "opt_out": optouts.BETWEEN,
    "bounced": optouts.BETWEEN,
    "opt_in": optouts.BETWEEN,
}
# a name to show, as address books write it: Ada Lee (ada@x.example)
_ADDRESS_IN_BRACKETS = re.compile(r"[(<][^\s()<>@]+@[^\s()<>]+[)>]")
Make = Callable[[list[str]], str]  # the cell of one column, from a row of full width


class Shaped(NamedTuple):
    """The positions of columns, and the rows they are about."""

    positions: dict[str, int]
    rows: Iterator[list[str]]


def shape(layout: Layout, rows: Iterator[list[str]]) -> Shaped:
    """Return rows in which each column has one cell; cells too many stay at the end."""
    width = len(layout.found)
    mapping = layout.mapping
    positions: dict[str, int] = {}
    makes: list[Make] = []
    for column in columns.NAMES:
        places = layout.positions.get(column, ())
        instead = layout.instead.get(column, ())
        default = mapping.defaults.get(column, "")
        values = mapping.values.get(column, {})
        labels = {place: layout.found[place].heading for place in places}
        plain = column != "consent" or {*map(synonyms.fold, labels.values())} == {
            column
        }
        turned = column == "name" and layout.turned
        plain = plain and not turned
        if len(places) == 1 and plain and not (default or values or instead):
            positions[column] = places[0]
        elif places or default:
            positions[column] = width + len(makes)
            make = _make(column, labels, values, "" if instead else default)
            if turned:
                make = _turned(make)
            if instead:
                others = {place: layout.found[place].heading for place in instead}
                make = _either(make, _make(column, others, values, default))
            makes.append(make)
    return Shaped(positions, _shaped(rows, width, makes) if makes else rows)


def _make(
    column: str, places: Mapping[int, str], values: Mapping[str, str], default: str
) -> Make:
    """Return the function that makes a cell from those at `places`."""
    join = _evidence if column == "consent" else _joined(column)

    def make(row: list[str]) -> str:
        given = {
            label: values.get(cell, cell)
            for place, label in places.items()
            if (cell := row[place].strip())
        }
        return join(given) if given else default

    return make


def _turned(make: Make) -> Make:
    """Return the name that `make` makes, with the given name first."""
    return lambda row: turning.turned(make(row))


def _either(first: Make, second: Make) -> Make:
    """Return the cell of the first, else of the second without an address in it."""
    return lambda row: first(row) or _without_address(second(row))


def _without_address(name: str) -> str:
    """Return a name to show without the addresses in it."""
    words = _ADDRESS_IN_BRACKETS.sub(" ", name).split()
    return " ".join(word for word in words if "@" not in word)


def _joined(column: str) -> Callable[[dict[str, str]], str]:
    between = _BETWEEN.get(column, " ")

    def join(given: dict[str, str]) -> str:
        cells = list(given.values())
        if len(cells) > 1 and between == " " and all(map(is_han, cells)):
            return "".join(cells)
        return between.join(cells)

    return join


def _evidence(given: dict[str, str]) -> str:
    """Return what a list says of consent; a day or a yes gets its heading before it.

    A cell that says no counts more than the others; a day that is none is left out.
    """
    declined = next(filter(optouts.declines, given.values()), None)
    return declined or "; ".join(
        f"{label}: {cell}" if dates.is_day(cell) or _is_yes(cell) else cell
        for label, cell in given.items()
        if not dates.is_none(cell)
    )


def _is_yes(cell: str) -> bool:
    return synonyms.fold(cell) in optouts.answers()["yes"]


def _shaped(
    rows: Iterator[list[str]], width: int, makes: list[Make]
) -> Iterator[list[str]]:
    for row in rows:
        if not "".join(row).strip():
            yield row  # an empty row stays empty, so that it is not counted
            continue
        full = [*row[:width], *[""] * (width - len(row))]
        yield [*full, *[make(full) for make in makes], *row[width:]]
