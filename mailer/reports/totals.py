"""The report of one campaign, counted from the ledger.

Each reader of the audience is in exactly one number: the numbers of the states and of
the reasons for skipping add up to `audience`.
"""

from collections import Counter
from collections.abc import Mapping
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
class CampaignReport:
    """The messages of a campaign, counted; `states` has every state except skipped."""

    state: str
    states: Mapping[MessageState, int]  # marked messages count as waiting
    skipped: dict[str, int]
    by_language: dict[str, int]  # accepted messages
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
    def audience(self) -> int:
        """Return the number of readers."""
        return sum(self.states.values()) + sum(self.skipped.values())

    @property
    def accepted(self) -> int:
        """Return the number of messages that the relay took."""
        return self.states[MessageState.ACCEPTED]

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
    states, skipped = await _states(session, mine)
    started, settled = await _times(session, campaign)
    joined, left = await _difference(session, campaign)
    return CampaignReport(
        state=campaign.state,
        states=states,
        skipped=dict(skipped.most_common()),
        by_language=await _by_language(session, mine),
        by_kind=await _by_kind(session, mine),
        fallbacks=await _fallbacks(session, mine),
        joined_since_approval=joined,
        left_since_approval=left,
        stopped_because=campaign.stopped_because,
        started_at=started,
        settled_at=settled,
        reasons=await _reasons(session, campaign, mine),
        waves=await counts.read(session, campaign.id),
    )


async def _states(
    session: AsyncSession, mine: Mine
) -> tuple[dict[MessageState, int], Counter[str]]:
    """Count messages by state, and skipped messages by reason."""
    rows = await session.execute(
        select(Message.state, Message.reason, func.count())
        .where(*mine)
        .group_by(Message.state, Message.reason)
    )
    states = dict.fromkeys(MessageState, 0)
    skipped: Counter[str] = Counter()
    for state, reason, count in rows:
        states[MessageState(state)] += count
        if state == MessageState.SKIPPED:
            skipped[reason or "unknown"] += count
    del states[MessageState.SKIPPED]
    states[MessageState.WAITING] += states.pop(MessageState.MARKED)
    return states, skipped


async def _reasons(
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


async def _by_language(session: AsyncSession, mine: Mine) -> dict[str, int]:
    rows = await session.execute(
        select(Message.language, func.count())
        .where(*mine, Message.state == MessageState.ACCEPTED)
        .group_by(Message.language)
        .order_by(func.count().desc())
    )
    return {language or "und": count for language, count in rows}


async def _by_kind(session: AsyncSession, mine: Mine) -> dict[str, int]:
    rows = await session.execute(
        select(Organisation.kind, func.count())
        .select_from(Message)
        .join(Contact, Contact.id == Message.contact_id)
        .join(Organisation, Organisation.id == FOR_ORGANISATION)
        .where(*mine, Message.state == MessageState.ACCEPTED)
        .group_by(Organisation.kind)
        .order_by(func.count().desc())
    )
    return {kind: count for kind, count in rows}


async def by_region(session: AsyncSession, campaign: Campaign) -> dict[str, int]:
    """Return the accepted messages by the region of the organisation's country.

    Organisations without a country are under an empty code.
    """
    region = func.coalesce(Country.region, "")
    rows = await session.execute(
        select(region, func.count())
        .select_from(Message)
        .join(Contact, Contact.id == Message.contact_id)
        .join(Organisation, Organisation.id == FOR_ORGANISATION)
        .outerjoin(Country, Country.code == Organisation.country)
        .where(
            Message.campaign_id == campaign.id, Message.state == MessageState.ACCEPTED
        )
        .group_by(region)
        .order_by(func.count().desc())
    )
    return {code: count for code, count in rows}


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
