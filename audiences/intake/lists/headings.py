"""Finds the row of headings: lists have titles, dates and empty rows above it."""

import re
from dataclasses import dataclass

from audiences.intake.mapping import synonyms, wording
from audiences.intake.wishes import optouts

_ADDRESS = re.compile(r"[^\s@]@[^\s@]{1,255}\.[^\s@.]")
_BODIES = frozenset(("organisation", "organisation_name"))  # of a group of columns
_NAMED = frozenset(("nom", "name"))
LONGEST_TITLE = 80  # characters; a longer cell is a text
LEAST = 2  # columns of a list with a heading about wishes
AT_LEAST = 0.6  # the share of addresses in a column that is surely one of addresses


@dataclass(frozen=True, kw_only=True)
class Headings:
    """The row of headings, its place among the rows given, and remarks on it."""

    row: list[str]
    place: int  # from 0; -1 when the list has no headings
    known: int  # how many headings name a column
    notes: tuple[str, ...] = ()
    above: str = ""  # the titles in the rows above it

    @property
    def folded(self) -> list[str]:
        """Return the headings to compare, without empty ones at the end."""
        every = [synonyms.fold(each) for each in self.row]
        while every and not every[-1]:
            every.pop()
        return every


def find(rows: list[list[str]], *, first: int) -> Headings:
    """Return the headings among the first rows of a list, which are not all empty.

    `first` is the number of the first row, for the notes. The row with the most known
    headings is taken, and the first row with a cell when no heading is known.
    """
    filled = [place for place, row in enumerate(rows) if any(map(str.strip, row))]
    known = {
        place: 0
        if _has_address(rows[place]) or _is_caption(rows[place])
        else wording.recognised(rows[place])
        for place in filled
    }
    best = max(filled, key=lambda place: known[place])
    if known[best]:
        upper, lower, row = _with_second_row(rows, best)
        above = [place for place in filled if place < upper]
        notes = [_told(rows, above, first)] if above else []
        if upper < lower:
            notes.append(f"rows {first + upper} and {first + lower} are the headings")
        return Headings(
            row=row,
            place=lower,
            known=wording.recognised(row),
            notes=tuple(notes),
            above=" ".join(
                cell
                for place in above
                for cell in rows[place]
                if len(cell) <= LONGEST_TITLE
            ),
        )
    column = _column_of_addresses([rows[place] for place in filled])
    if column is None:
        return Headings(row=rows[best], place=best, known=0)
    return _without_headings(rows, column, first + filled[0])


def _has_address(row: list[str]) -> bool:
    """Whether a row has an e-mail address, as a row of headings has not."""
    return any(_ADDRESS.search(cell) for cell in row)


def _is_caption(row: list[str]) -> bool:
    """Whether the only cell of a row is a title such as “Unsubscribed:”."""
    filled = list(filter(None, map(str.strip, row)))
    return len(filled) == 1 and len(row) < LEAST and optouts.is_caption(filled[0])


def _with_second_row(rows: list[list[str]], best: int) -> tuple[int, int, list[str]]:
    """Return the first and last row of the headings, and what they are together.

    Headings may stand in two rows, the upper one over groups of columns:
    `Organisation` over `Name` and `Country`.
    """
    if best + 1 < len(rows) and _are_headings(rows[best + 1], below=rows[best]):
        return best, best + 1, _together(rows[best], rows[best + 1])
    if best:
        together = _together(rows[best - 1], rows[best])
        alone = [*rows[best], *[""] * (len(together) - len(rows[best]))]
        if list(map(_target, together)) != list(map(_target, alone)):
            return best - 1, best, together
    return best, best, rows[best]


def _are_headings(row: list[str], *, below: list[str]) -> bool:
    """Whether all cells of a row below headings are headings, too, and others."""
    cells = [each for each in row if each.strip()]
    folded = [synonyms.fold(each) for each in row]
    return (
        len(cells) > 1
        and wording.recognised(cells) == len(cells)
        and folded != [synonyms.fold(each) for each in below]
    )


def _together(upper: list[str], lower: list[str]) -> list[str]:
    """Return the headings of two rows; an upper one holds for the columns after it."""
    width = max(len(upper), len(lower))
    found: list[str] = []
    group = ""
    for over, under in zip(
        [*upper, *[""] * (width - len(upper))],
        [*lower, *[""] * (width - len(lower))],
        strict=True,
    ):
        group = over.strip() or group
        both = f"{group} {under.strip()}"
        known = _target(both) is not None or _target(under) is None
        if not under.strip():
            found.append(over)
        elif _target(group) in _BODIES and _target(under) in _NAMED:
            found.append(group)
        elif known and group and synonyms.fold(group) != synonyms.fold(under):
            found.append(both)
        else:
            found.append(under)
    return found


def _target(heading: str) -> str | None:
    """Return the column that a heading names for sure."""
    meaning = wording.meaning(heading.strip())
    return meaning.target if meaning is not None and meaning.sure else None


def _told(rows: list[list[str]], above: list[int], first: int) -> str:
    """Return the note on rows above the headings."""
    shown = next(each.strip() for each in rows[above[0]] if each.strip())[:40]
    numbers = [str(first + place) for place in above]
    if len(numbers) == 1:
        return f"row {numbers[0]} ({shown!r}) is above the headings and is not read"
    listed = f"{', '.join(numbers[:-1])} and {numbers[-1]}"
    return f"rows {listed} ({shown!r} …) are above the headings and are not read"


def _column_of_addresses(rows: list[list[str]]) -> int | None:
    """Return the one column whose cells are addresses, if its first cell is one, too.

    Then the first row is no row of headings.
    """
    width = max(map(len, rows))
    found = []
    for column in range(width):
        cells = [row[column].strip() for row in rows if len(row) > column]
        filled = [cell for cell in cells if cell]
        marked = sum("@" in cell for cell in filled)
        if filled and marked >= AT_LEAST * len(filled):
            found.append(column)
    if len(found) != 1 or "@" not in "".join(rows[0][found[0] : found[0] + 1]):
        return None
    return found[0]


def _without_headings(rows: list[list[str]], column: int, first: int) -> Headings:
    """Return headings for a list that has none but has a column of addresses."""
    width = max(map(len, rows))
    made = [f"column {number}" for number in range(1, width + 1)]
    made[column] = "address"
    others = ", ".join(each for each in made if each != "address")
    told = f"; {others} cannot be known and are not read" if others else ""
    note = (
        f"row {first} has no headings but an address: column {column + 1} is read as"
        f" the addresses{told}. Put a row of headings above to read more"
    )
    return Headings(row=made, place=-1, known=1, notes=(note,))
