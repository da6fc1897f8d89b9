"""The report of one campaign, counted from the ledger.

Each reader of the audience is in exactly one number: the numbers of the states and of
the reasons for skipping add up to `audience`.
"""

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from audiences.organisations import Country, Organisation
from mailer.campaigns.models import ApprovedReader, Campaign, StoredLetter
from mailer.outbox import ledger
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import FOR_ORGANISATION, Message, MessageEvent
from mailer.outbox.waves import counts
from mailer.outbox.waves.counts import WaveCount
from mailer.reports.figures import message_counts
from mailer.reports.figures.message_counts import MessageCounts

# states whose reasons a report gives
_EXPLAINED = (
    MessageState.WAITING,
    MessageState.DEFERRED,
    MessageState.REFUSED,
    MessageState.BOUNCED,
    MessageState.UNCERTAIN,
    MessageState.HELD,
    MessageState.SET_ASIDE,
)
_MOST_REASONS = 20
Mine = tuple[ColumnElement[bool], ...]  # as of ledger.of_campaign


@dataclass(frozen=True, kw_only=True, slots=True)
class ReasonCount:
    """Messages in one state for one reason."""

    state: MessageState
    reason: str  # empty: not known, or not tried yet
    count: int
    since: datetime | None  # when the first of them came into the state
    next_try: datetime | None  # when the first of them is due
    reply: str  # the relay's last reply to one of them; empty: none


@dataclass(frozen=True, kw_only=True)
class CampaignReport(MessageCounts):
    """The messages of a campaign, counted and explained."""

    state: str
    by_kind: dict[str, int]  # accepted messages
    fallbacks: dict[str, int]  # readers by wanted and got: "zh → en"
    joined_since_approval: int
    left_since_approval: int
    stopped_because: str | None
    started_at: datetime | None
    settled_at: datetime | None
    reasons: tuple[ReasonCount, ...] = ()  # the most frequent first
    waves: tuple[WaveCount, ...] = ()  # without the release

    @property
    def per_second(self) -> float:
        """Return the accepted messages per second, from first mark to last answer."""
        if self.started_at is None or self.settled_at is None:
            return 0.0
        seconds = (self.settled_at - self.started_at).total_seconds()
        return self.accepted / seconds if seconds > 0 else 0.0

    def as_json(self) -> dict[str, Any]:
        """Return the report as a JSON document; scripts depend on its keys."""
        values = asdict(self)
        states = values.pop("states")
        values["reasons"] = [_reason_as_json(each) for each in self.reasons]
        values["waves"] = [each.as_json() for each in self.waves]
        for name in ("started_at", "settled_at"):
            moment = values[name]
            values[name] = moment.isoformat() if moment else None
        return {
            "state": values.pop("state"),
            "audience": self.audience,
            **{state.value: count for state, count in states.items()},
            **values,
            "per_second": round(self.per_second, 1),
        }


def _reason_as_json(why: ReasonCount) -> dict[str, Any]:
    return {
        **asdict(why),
        "since": why.since and why.since.isoformat(),
        "next_try": why.next_try and why.next_try.isoformat(),
    }


async def report(session: AsyncSession, campaign: Campaign) -> CampaignReport:
    """Return the report of a campaign: of each reader the last message counts."""
    mine = await ledger.of_campaign(session, campaign.id)
    counted = await message_counts.read(session, campaign)
    started, settled = await _times(session, campaign)
    joined, left = await _difference(session, campaign)
    kinds, _ = await by_kind_and_region(session, mine)
    return CampaignReport(
        state=campaign.state,
        states=counted.states,
        skipped=counted.skipped,
        by_language=counted.by_language,
        by_kind=kinds,
        fallbacks=await _fallbacks(session, mine),
        joined_since_approval=joined,
        left_since_approval=left,
        stopped_because=campaign.stopped_because,
        started_at=started,
        settled_at=settled,
        reasons=await reasons(session, campaign, mine),
        waves=await counts.read(session, campaign.id),
    )


async def reasons(
    session: AsyncSession, campaign: Campaign, of_campaign: Mine
) -> tuple[ReasonCount, ...]:
    """Return why messages are not accepted, since when, and when they are tried."""
    mine = (*of_campaign, Message.state.in_(_EXPLAINED))
    reason = func.coalesce(Message.reason, "")
    rows = await session.execute(
        select(
            Message.state,
            reason,
            func.count(),
            func.min(Message.due_at),
            func.min(Message.reply),
        )
        .where(*mine)
        .group_by(Message.state, reason)
        .order_by(func.count().desc(), Message.state)
        .limit(_MOST_REASONS)
    )
    began = await session.execute(
        select(Message.state, reason, func.min(MessageEvent.at))
        .join(MessageEvent, MessageEvent.message_number == Message.id)
        .where(*mine, MessageEvent.state == Message.state)
        .group_by(Message.state, reason)
    )
    since = {(state, why): at for state, why, at in began}
    return tuple(
        ReasonCount(
            state=MessageState(state),
            reason=why,
            count=count,
            since=since.get((state, why), campaign.released_at),
            next_try=due,
            reply=reply or "",
        )
        for state, why, count, due, reply in rows
    )


async def _times(
    session: AsyncSession, campaign: Campaign
) -> tuple[datetime | None, datetime | None]:
    """Return the times of the first mark and of the last answer."""
    row = await session.execute(
        select(func.min(Message.marked_at), func.max(Message.settled_at)).where(
            Message.campaign_id == campaign.id, Message.marked_at.is_not(None)
        )
    )
    started, settled = row.one()
    return started, settled


async def by_kind_and_region(
    session: AsyncSession, mine: Mine
) -> tuple[dict[str, int], dict[str, int]]:
    """Return the accepted messages by kind of organisation, and by its region.

    Organisations without a country are under an empty code.
    """
    keys = (Organisation.kind, func.coalesce(Country.region, ""))
    rows = await session.execute(
        select(*keys, func.count())
        .select_from(Message)
        .join(Contact, Contact.id == Message.contact_id)
        .join(Organisation, Organisation.id == FOR_ORGANISATION)
        .outerjoin(Country, Country.code == Organisation.country)
        .where(*mine, Message.state == MessageState.ACCEPTED)
        .group_by(*keys)
    )
    kinds: Counter[str] = Counter()
    regions: Counter[str] = Counter()
    for kind, region, count in rows:
        kinds[kind] += count
        regions[region] += count
    return dict(kinds.most_common()), dict(regions.most_common())


async def _fallbacks(session: AsyncSession, mine: Mine) -> dict[str, int]:
    rows = await session.execute(
        select(StoredLetter.wanted, StoredLetter.language, func.count())
        .select_from(Message)
        .join(StoredLetter, StoredLetter.id == Message.letter_id)
        .where(*mine, StoredLetter.wanted != StoredLetter.language)
        .group_by(StoredLetter.wanted, StoredLetter.language)
    )
    return {f"{wanted} → {language}": count for wanted, language, count in rows}


async def _difference(session: AsyncSession, campaign: Campaign) -> tuple[int, int]:
    """Count the readers who joined and who left between approval and release."""
    written = select(Message.contact_id).where(
        Message.campaign_id == campaign.id, Message.state != MessageState.SKIPPED.value
    )
    approved = select(ApprovedReader.contact_id).where(
        ApprovedReader.campaign_id == campaign.id
    )
    # EXCEPT compares whole sets. With NOT EXISTS, a database without fresh statistics
    # may compare every message with every approved reader.
    joined = await session.scalar(_count(written.except_(approved)))
    left = await session.scalar(_count(approved.except_(written)))
    released = campaign.released_at is not None
    return (joined or 0, left or 0) if released else (0, 0)


def _count(rows: CompoundSelect[int]) -> Select[int]:
    return select(func.count()).select_from(rows.subquery())
