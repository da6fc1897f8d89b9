"""What the phrases of a cadence say, before they are put together."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from scheduler.cadences import Offset, Shift, Unit, Weekday
from scheduler.errors import ScheduleError
from scheduler.reading.tokens import Token

CADENCE_PERIODS = {"day": 0, "week": 1, "month": 1, "quarter": 3, "half": 6, "year": 12}
_FORTNIGHT = 15  # days, as French counts the first and the last
OFFSET_UNITS = {"day": Unit.DAY, "week": Unit.WEEK, "month": Unit.MONTH}


@dataclass(frozen=True, slots=True)
class Period:
    """How often: every so many days, weeks or months."""

    unit: str  # day, week, month
    interval: int = 1


@dataclass
class Heard:
    """What has been read of a cadence so far; None and () are not said."""

    period: Period | None = None
    weekdays: tuple[Weekday, ...] = ()
    numbers: tuple[int, ...] = ()
    working: bool = False
    any_day: bool = False
    every: bool = False
    months: tuple[int, ...] = ()
    times: tuple[int, str] | None = None  # twice a year
    month_of_quarter: int | None = None
    else_last: bool = False
    offsets: tuple[Offset, ...] = ()
    event: str = ""
    shift: Shift | None = None
    starts: date | None = None
    ends: date | None = None
    # the name of what each phrase set, and its words
    said: list[tuple[str, str]] = field(default_factory=list)

    def put(self, name: str, value: object, words: str) -> None:
        """Store a value; only a period may come twice: monthly, day 1 of the month.

        Raises ScheduleError if there is another value already.
        """
        before = getattr(self, name)
        if before and not (name == "period" and before == value):
            what = _NAMES.get(name, "day")
            raise ScheduleError(
                f"a cadence has one {what}; make a second series for another {what}"
            )
        setattr(self, name, value)
        self.said.append((name, words))

    def words_besides(self, used: set[str]) -> list[str]:
        """Return the words that set something else than the names given."""
        return [words for name, words in self.said if name not in used]


_NAMES = {
    "period": "period",
    "times": "period",
    "months": "list of months",
    "shift": "rule for closed days",
    "starts": "beginning",
    "ends": "end",
    "event": "event",
    "offsets": "offset",
    "month_of_quarter": "month",
}


def joined(tokens: Sequence[Token]) -> str:
    """Return the words of tokens as they were compared."""
    return " ".join(token.text for token in tokens)


def period_of(unit: str, count: int) -> Period:
    """Return the period of a number of units; quarters and years become months."""
    if unit in {"day", "week"}:
        return Period(unit, count)
    return Period("month", CADENCE_PERIODS[unit] * count)


def in_weeks(text: str, number: Token, unit: Token) -> tuple[str, int]:
    """Return a period, of days as weeks: 14 days, and in French quinze jours.

    Raises ScheduleError for days that make no weeks.
    """
    if unit.value != "day":
        return unit.value, number.value
    if unit.text == "jours" and number.value == _FORTNIGHT:
        return "week", 2
    weeks, rest = divmod(number.value, len(Weekday))
    if rest or not weeks:
        raise ScheduleError(
            f"{text!r}: {joined([number, unit])!r} are no whole weeks; write every day,"
            " every 2 weeks on Monday, or a day of the month"
        )
    return "week", weeks
