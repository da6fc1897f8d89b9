"""When a block takes place: its lines date, until and time, and its agenda's steps."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from mailer.rendering.source import Block
from mailer.rendering.timing import agenda, spans
from mailer.rendering.timing.spans import Span

ALL_DAY = "all day"  # the line `time` of what lasts whole days


@dataclass(frozen=True, kw_only=True, slots=True)
class Occasion:
    """A day, or all days from `first` to `last`; each at the hours of `span`."""

    first: date
    last: date
    span: Span | None = None
    all_day: bool = False

    def starts(self) -> Iterator[datetime]:
        """Yield the local start of the first day, and of the last if it is another."""
        if self.span is not None:
            for day in dict.fromkeys((self.first, self.last)):
                yield datetime.combine(day, self.span.start)


def of(fields: Mapping[str, str]) -> Occasion | None:
    """Return when a block with these lines takes place; None if it has no date."""
    if "date" not in fields:
        return None
    first, hour = date.fromisoformat(fields["date"]), fields.get("time", "")
    return Occasion(
        first=first,
        last=date.fromisoformat(fields.get("until", fields["date"])),
        span=spans.read(hour) if hour and hour != ALL_DAY else None,
        all_day=hour == ALL_DAY,
    )


def fault(fields: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the line that does not fit the others and a sentence; None if all fit."""
    for name in ("until", "time"):
        if name in fields and "date" not in fields:
            return name, f"found {name} without date; add a line date: 2027-06-15"
    when = of(fields)
    if when is None:
        return None
    if when.last < when.first:
        return "until", (
            f"until is {when.last}, before date, {when.first}; correct one of the two"
        )
    span = when.span
    if span is not None and span.ends_before_it_starts and when.first == when.last:
        return "time", agenda.backwards(span)
    return None


def local_times(block: Block) -> Iterator[tuple[datetime, int]]:
    """Yield each local time at which something in a block begins or ends.

    The number is that of its line in the text, from 0; -1 is the line `time`.
    """
    when = of(block.fields)
    if when is None:
        return
    found = [(when.span, -1)] if when.span else []
    days = [when.first + timedelta(n) for n in range((when.last - when.first).days + 1)]
    if block.type == "agenda":
        found = [(step.span, step.line) for step in agenda.steps(block.text)]
        days = [when.first]
    for span, line in found:
        for day in days:
            yield datetime.combine(day, span.start), line
            if end := span.end_on(day):
                yield end, line
