"""Checks the days and hours of a campaign against its zone and the present day.

An hour that the clocks skip is an error. What may be meant is a warning: an hour that
comes twice, a day that is over, a step of an agenda before the one above it.
"""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from mailer.rendering.checks import clock_changes, problem
from mailer.rendering.checks.problem import Problem
from mailer.rendering.source import Block, Translation
from mailer.rendering.timing import agenda, occasions

NOON = 12


def check(translation: Translation, *, zone: str, goes: datetime) -> Iterator[Problem]:
    """Yield the problems of the days and hours in the campaign's default language.

    `goes` is when the letter goes.
    """
    place = ZoneInfo(zone)
    today = goes.astimezone(place).date()
    for block in translation.blocks:
        yield from _past(translation.language, block, today)
        yield from _hours(translation.language, block, place)
        if block.type == "agenda":
            yield from _order(translation.language, block)


def _past(language: str, block: Block, today: date) -> Iterator[Problem]:
    """Warn of a block whose last day is over."""
    when = occasions.of(block.fields)
    if when is not None and when.last < today:
        what = f"{block.id}: {when.last} is over when the letter goes, {today}"
        yield problem.warning(language, block.where, what, timed=True)


def _hours(language: str, block: Block, place: ZoneInfo) -> Iterator[Problem]:
    """Report the hours that do not exist in a zone, or come twice."""
    seen = set()
    for local, line in occasions.local_times(block):
        if local in seen:
            continue
        seen.add(local)
        where = block.where if line < 0 else block.line(line)
        yield from clock_changes.check(local, place, language=language, where=where)


def _order(language: str, block: Block) -> Iterator[Problem]:
    """Warn of a step that starts before the one above it."""
    steps = agenda.steps(block.text)
    for above, step in pairwise(steps):
        first, then = above.span.start, step.span.start
        if then < first and not above.span.next_day:
            meant = f"{then.hour + 12}:{then:%M}" if then.hour < NOON else "another"
            what = (
                f"{then:%H:%M} stands below {first:%H:%M}; is {meant} meant? A step"
                " after midnight goes into an agenda of the next day"
            )
            yield problem.warning(language, block.line(step.line), what)
