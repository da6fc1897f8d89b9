"""Finds the row of headings of a list, and the rows that columns are proposed by."""

from collections.abc import Generator, Iterator
from typing import NamedTuple

from audiences.errors import FileRefusedError
from audiences.intake import columns
from audiences.intake.mapping import evidence

ABOVE = 20  # rows among which the headings stand
SAMPLE = 200  # rows by whose cells columns are proposed
MAX_SAMPLE = 1_000_000  # characters of them
MAX_COLUMNS = 200


class ListHead(NamedTuple):
    """The headings, with the number of their row, some rows below, and all of these."""

    header: list[str]
    number: int  # 0 when the list has no headings
    sample: list[list[str]]
    rows: Iterator[list[str]]


def begin(rows: Iterator[list[str]], name: str) -> ListHead:
    """Return the head of a list; raise FileRefusedError when it is empty.

    The headings are the row with most known ones among the first. A list whose first
    row has an address where most others have one, too, has no headings.
    """
    taken, rest = _sample(rows)
    filled = [i for i, row in enumerate(taken[:ABOVE]) if any(map(str.strip, row))]
    if not filled:
        raise FileRefusedError(f"{name} is empty; its first row must have the headings")
    known = {i: columns.recognised(taken[i]) for i in filled}
    best = max(filled, key=lambda i: known[i])
    header, number = taken[best], best + 1
    if len(header) > MAX_COLUMNS:
        raise FileRefusedError(
            f"the first row has {len(header)} columns; at most {MAX_COLUMNS} are read"
        )
    if not known[best]:
        column = _column_of_addresses([taken[i] for i in filled])
        if column is not None:
            header = [f"column {i + 1}" for i in range(len(taken[filled[0]]))]
            header[column] = "address"
            best, number = -1, 0
    return ListHead(
        header, number, taken[best + 1 :], _resumed(taken[best + 1 :], rest)
    )


def _resumed(taken: list[list[str]], rest: Iterator[list[str]]) -> Iterator[list[str]]:
    """Yield the rows taken and the rest; close the rest at the end."""
    try:
        yield from taken
        yield from rest
    finally:
        if isinstance(rest, Generator):
            rest.close()


def no_addresses(header: list[str]) -> str:
    """Return the sentence on a list without addresses and organisations."""
    found = ", ".join(repr(each[:40]) for each in header[:12]) or "nothing"
    return (
        "no column is headed address (or e-mail) or organisation; there are"
        f" {found}; name the column with --column address=HEADING"
    )


def _sample(rows: Iterator[list[str]]) -> tuple[list[list[str]], Iterator[list[str]]]:
    """Return the first rows, and the rest, which raises a fault of the first ones."""
    taken: list[list[str]] = []
    size = 0
    try:
        for row in rows:
            taken.append(row)
            size += sum(map(len, row))
            if len(taken) == SAMPLE + ABOVE or size > MAX_SAMPLE:
                break
    except FileRefusedError as fault:
        if not taken:
            raise
        return taken, _raising(fault)
    return taken, rows


def _raising(fault: FileRefusedError) -> Iterator[list[str]]:
    raise fault
    yield  # makes this a generator


def _column_of_addresses(rows: list[list[str]]) -> int | None:
    """Return the one column whose cells have an @, if the first cell has one, too."""
    found = []
    for column in range(max(map(len, rows))):
        cells = [row[column].strip() for row in rows if len(row) > column]
        if evidence.share(cells, evidence.has_at) >= evidence.MOST:
            found.append(column)
    if len(found) == 1 and evidence.has_at("".join(rows[0][found[0] : found[0] + 1])):
        return found[0]
    return None
