"""When a slot needs its people: days before it, at its own hour. Pure rules."""

from datetime import datetime, timedelta

from mailer.campaigns.models import Occurrence, Series
from scheduler import zones
from scheduler.instants import instant_of
from scheduler.leads import USUAL, Leads, Turn


def of(series: Series) -> Leads:
    """Return the leads of a series, the usual ones where it has none."""
    return Leads(
        draft=_or(series.draft_lead, USUAL.draft),
        translation=_or(series.translation_lead, USUAL.translation),
        approval=_or(series.approval_lead, USUAL.approval),
    )


def _or(given: int | None, usual: int) -> int:
    return usual if given is None else given


def local_of(occurrence: Occurrence) -> datetime:
    """Return the local time of a slot, without its zone."""
    return datetime.fromisoformat(occurrence.moved_to or occurrence.slot)


def instants(series: Series, local: datetime) -> dict[Turn, datetime]:
    """Return when each turn of a slot comes, the first turn first."""
    zone = zones.named(series.zone)
    return {
        turn: instant_of(local - timedelta(days=days), zone)
        for turn, days in of(series).days.items()
    }


def first(series: Series, local: datetime) -> datetime | None:
    """Return when a slot needs its people first; None: its series opens no drafts."""
    if series.letter_type is None:
        return None
    return min(instants(series, local).values())


def after_move(
    series: Series, occurrence: Occurrence, now: datetime
) -> datetime | None:
    """Return when a slot with a new time needs its people next."""
    local = local_of(occurrence)
    if occurrence.draft_id is None:
        return first(series, local)
    return following(series, local, now)


def following(series: Series, local: datetime, now: datetime) -> datetime | None:
    """Return when a slot needs its people next; None: not any more."""
    coming = [each for each in instants(series, local).values() if each > now]
    return min(coming, default=None)
