"""What the words of a cadence have in common in all languages."""

from collections.abc import Callable, Sequence

from scheduler.cadences import QUARTER_ENDS, QUARTERS, SHORTEST_MONTH, Recurrence


def listed(words: Sequence[str], conjunction: str) -> str:
    """Return words as a list: a, b and c."""
    *first, last = words
    return f"{', '.join(first)} {conjunction} {last}" if first else last


def is_quarterly(recurrence: Recurrence) -> bool:
    """Return whether the months are those that "of each quarter" means."""
    at_end = any(number < 0 for number in recurrence.nths + recurrence.dates)
    return recurrence.months == (QUARTER_ENDS if at_end else QUARTERS)


def may_be_shorter(recurrence: Recurrence) -> bool:
    """Return whether a month may be too short for a date."""
    return any(number > SHORTEST_MONTH for number in recurrence.dates)


def months_or_run(
    months: Sequence[int],
    *,
    run: Callable[[int, int], str],
    each: Callable[[Sequence[int]], str],
) -> str:
    """Return the words for months: a run of at least three, or one after another.

    A run may go over New Year: from September to June.
    """
    missing = sorted(set(range(1, 13)) - set(months))
    least = 3
    starts = [month for month in months if (month - 2) % 12 + 1 in missing]
    if len(starts) == 1 and len(months) >= least:
        begin = starts[0]
        return run(begin, (begin + len(months) - 2) % 12 + 1)
    return each(months)
