"""What the page of a campaign's report shows, counted together."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns.models import Campaign
from mailer.feedback.replies import counting
from mailer.outbox import ledger
from mailer.outbox.ledger import Unreached
from mailer.outbox.message_states import MessageState
from mailer.reports import totals
from mailer.reports.figures import message_counts
from mailer.reports.figures.message_counts import MessageCounts
from mailer.reports.results import breakdown, deliverability, tally
from mailer.reports.results.tally import ReaderCounts
from mailer.reports.totals import ReasonCount


@dataclass(frozen=True, kw_only=True)
class Summary:
    """Who got a campaign, how well it arrives, and the first who were not reached."""

    counts: MessageCounts
    total: ReaderCounts
    by_kind: Mapping[str, int]  # accepted messages
    by_region: Mapping[str, int]  # accepted messages
    reasons: tuple[ReasonCount, ...]
    deliverability: tuple[str, ...]  # sentences
    answers: Mapping[str, Mapping[str, int]]  # by kind and answer
    unreached: list[Unreached]


async def read(
    session: AsyncSession,
    campaign: Campaign,
    *,
    zone: ZoneInfo,
    now: datetime,
    size: int,
) -> Summary:
    """Count what became of a campaign; `size` readers not reached are named."""
    mine = await ledger.of_campaign(session, campaign.id)
    counts = await message_counts.read(session, campaign)
    answers = await breakdown.answers(session, campaign, mine)
    states: dict[str, int] = {each: count for each, count in counts.states.items()}
    states[MessageState.SKIPPED] = sum(counts.skipped.values())
    total = tally.together(states, answers)
    kinds, regions = await totals.by_kind_and_region(session, mine)
    return Summary(
        counts=counts,
        total=total,
        by_kind=kinds,
        by_region=regions,
        reasons=await totals.reasons(session, campaign, mine),
        deliverability=await deliverability.sentences(
            session, campaign, mine, total, zone=zone, now=now
        ),
        answers=await counting.of_campaign(session, campaign),
        unreached=await ledger.unreached(session, campaign.id, after=0, size=size),
    )
