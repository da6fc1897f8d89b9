"""Reads what became of a campaign, all parts of it, for every surface that shows it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns.models import Campaign
from mailer.campaigns.review import audience_guard
from mailer.outbox import ledger
from mailer.reports import totals
from mailer.reports.results import breakdown, deliverability, tally, timeline
from mailer.reports.results.breakdown import Groups
from mailer.reports.results.tally import ReaderCounts
from mailer.reports.results.timeline import CountedPeriod


@dataclass(frozen=True, kw_only=True, slots=True)
class Before:
    """The letter of the series, or of the kind, before this one."""

    id: int
    name: str
    total: ReaderCounts


@dataclass(frozen=True, kw_only=True, slots=True)
class Results:
    """What became of a campaign's letters."""

    total: ReaderCounts
    groups: Groups  # kind, region, country, language, sector, relay, domain
    over_time: tuple[CountedPeriod, ...]
    before: Before | None
    deliverability: tuple[str, ...]  # sentences

    def as_json(self) -> dict[str, Any]:
        """Return the results as keys of the report."""
        before = self.before
        return {
            "replied": self.total.replied,
            "answered": self.total.answered,
            "out_of_office": self.total.out_of_office,
            "by": {
                name: {group: each.as_json() for group, each in found.items()}
                for name, found in self.groups.items()
            },
            "over_time": [each.as_json() for each in self.over_time],
            "before": before
            and {"id": before.id, "name": before.name, **before.total.as_json()},
            "deliverability": list(self.deliverability),
        }


async def read(
    session: AsyncSession, campaign: Campaign, *, zone: ZoneInfo, now: datetime
) -> Results:
    """Return what became of a campaign until now; times are in `zone`."""
    mine = await ledger.of_campaign(session, campaign.id)
    total = await breakdown.total(session, campaign, mine)
    return Results(
        total=total,
        groups=await breakdown.read(session, campaign, mine),
        over_time=await timeline.read(session, campaign, zone=zone),
        before=await _before(session, campaign),
        deliverability=await deliverability.sentences(
            session, campaign, mine, total, zone=zone, now=now
        ),
    )


async def document(
    session: AsyncSession, campaign: Campaign, *, zone: ZoneInfo, now: datetime
) -> dict[str, Any]:
    """Return the report of a campaign as JSON, with all its tables."""
    counted = await totals.report(session, campaign)
    found = await read(session, campaign, zone=zone, now=now)
    return {**counted.as_json(), **found.as_json()}


async def _before(session: AsyncSession, campaign: Campaign) -> Before | None:
    if campaign.released_at is None:
        return None
    last = await audience_guard.last_of_kind(session, campaign)
    if last is None:
        return None
    mine = await ledger.of_campaign(session, last.id)
    counts = await breakdown.total(session, last, mine)
    return Before(id=last.id, name=last.name, total=counts)


def compared(results: Results) -> list[tuple[str, str, str]]:
    """Return a row for each count: its name, its share now, and its share before.

    Answers and complaints are shares of the readers, as all are.
    """
    if results.before is None:
        return []
    now, before = results.total, results.before.total
    rows = [("audience", f"{now.audience:,}", f"{before.audience:,}")]
    for name in tally.NAMES[1:]:
        mine, theirs = getattr(now, name), getattr(before, name)
        if mine or theirs:
            rows.append(
                (
                    name.replace("_", " "),
                    tally.share(mine, now.audience),
                    tally.share(theirs, before.audience),
                )
            )
    return rows
