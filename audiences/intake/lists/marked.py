"""Asks about rows of a sheet that are struck through, or have a comment on a wish."""

from audiences.intake.wishes import optouts
from audiences.intake.workbooks.reading import Sheet

SHOWN = 10  # rows, or comments


def questions(sheet: Sheet, *, after: int) -> list[str]:
    """Return what must be answered first; the headings are in row `after`."""
    asked = []
    rows = [each for each in sheet.struck if each > after]
    if rows:
        listed = ", ".join(map(str, rows[:SHOWN]))
        more = f" and {len(rows) - SHOWN} more" if len(rows) > SHOWN else ""
        asked.append(
            f"{sheet.name!r} has text that is struck through, in row {listed}{more}:"
            " delete it there if these people left, or take the line away"
        )
    told = [each for each in sheet.comments if optouts.tells(each[1])]
    asked += [
        f"the comment on {cell} in {sheet.name!r} may say who opted out:"
        f" {text[:80]!r}; write it into a column, or delete the comment"
        for cell, text in told[:SHOWN]
    ]
    return asked
