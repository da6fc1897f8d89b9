"""The dates of a calendar as the pages show them: in words, with what is late."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from mailer.calendar.showing.entries import NO_CAMPAIGN, WAITS, CalendarEntry
from mailer.web.console import strings
from mailer.web.console.guard import Visit
from mailer.web.console.names.state_names import named
from scheduler.leads import Turn

OUTCOMES = {
    "skipped": "skipped",
    "missed": "no letter went",
    "released": "sent",
}
LATE = {
    Turn.DRAFT: "the draft is late since %(day)s",
    Turn.APPROVAL: "the approval is late since %(day)s",
}
PASSED = "its time has passed"
NO_LETTER = "waits for a letter"
STRINGS = (
    *(words for words in WAITS.values() if words),
    NO_LETTER,
    *OUTCOMES.values(),
    *LATE.values(),
    PASSED,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class DateShown:
    """One date, in the words of a page."""

    entry: CalendarEntry
    day: str  # Tue 4
    hour: str  # with the city, where it is not that of the page
    state: str  # class of the style sheet; empty: none
    said: str  # the state of its letter, or what became of the slot
    waits: str  # for what
    late: str
    usual: str  # the local time of its cadence, if it was moved; else empty

    @property
    def local(self) -> str:
        """Return the local time as forms name it: 2027-05-04T10:00."""
        return f"{self.entry.local:%Y-%m-%dT%H:%M}"


@dataclass(frozen=True, kw_only=True, slots=True)
class MonthShown:
    """One month with its dates, and the days on which the office is closed."""

    number: int
    name: str
    dates: list[DateShown]
    closed: list[tuple[str, str]]  # days, why


def shown(asked: Visit, entry: CalendarEntry) -> DateShown:
    """Return a date as a page shows it."""
    words, local = asked.words, entry.local
    hour = words.time(local)
    if entry.zone != asked.zone.key:
        place = strings.place(words, entry.zone)
        hour = words.noted(hour, place)
    names: Mapping[str, str] = named(words)
    said = names.get(entry.state, "")
    if not said and entry.state in OUTCOMES:
        said = words.text(OUTCOMES[entry.state])
    waits = NO_LETTER if entry.waits == NO_CAMPAIGN else entry.waits
    if waits and entry.at <= asked.now:
        waits = PASSED
    return DateShown(
        entry=entry,
        day=words.short_day(local.date()),
        hour=hour,
        state=entry.state,
        said=said,
        waits=words.text(waits) if waits else "",
        late=_late(asked, entry),
        usual=entry.slot if entry.moved else "",
    )


def _late(asked: Visit, entry: CalendarEntry) -> str:
    """Return since when a date is late; empty: it is not."""
    turn = entry.late(asked.now)
    if turn is None:
        return ""
    since = entry.turns[turn].astimezone(entry.local.tzinfo)
    return asked.words.text(LATE[turn], day=asked.words.day(since.date()))


def by_month(
    asked: Visit, entries: Iterable[CalendarEntry]
) -> dict[int, list[DateShown]]:
    """Return the dates of a year by the number of their month, in local time."""
    ordered = sorted(entries, key=lambda each: (each.local.month, each.at))
    grouped = groupby(ordered, key=lambda each: each.local.month)
    return {month: [shown(asked, each) for each in found] for month, found in grouped}
