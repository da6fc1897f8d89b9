"""Counts over time: when letters were accepted, came back, and were answered.

Hours of many days would be a long list, so a long time is counted by day.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, DateTime, String, cast, func, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from audiences.store import dialects
from mailer.campaigns.models import Campaign
from mailer.feedback.models import EventAnswer, FeedbackKind, FeedbackMail, MailStanding
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import Message

BY_HOUR = timedelta(days=2)  # the longest time that is counted by hour
# taken by the relay, whatever came back later
_TAKEN = (MessageState.ACCEPTED, MessageState.BOUNCED, MessageState.COMPLAINED)
_CAME = {
    FeedbackKind.BOUNCE: (MailStanding.BELIEVED, "bounced"),
    FeedbackKind.COMPLAINT: (MailStanding.BELIEVED, "complained"),
    FeedbackKind.REPLY: (MailStanding.FILED, "replied"),
    FeedbackKind.AUTO_REPLY: (MailStanding.FILED, "out_of_office"),
}
NAMES = ("accepted", "bounced", "complained", "replied", "answered", "out_of_office")


@dataclass(frozen=True, slots=True)
class CountedPeriod:
    """An hour or a day of a campaign in which something happened."""

    begins: datetime
    counts: dict[str, int]  # has NAMES

    def as_json(self) -> dict[str, Any]:
        """Return the beginning and the counts."""
        return {"begins": self.begins.isoformat(timespec="seconds"), **self.counts}


async def read(
    session: AsyncSession, campaign: Campaign, *, zone: ZoneInfo
) -> tuple[CountedPeriod, ...]:
    """Return the periods in which something happened, oldest first.

    `accepted` counts every letter that a relay took, also one that came back later.
    """
    by_hour: dict[datetime, Counter[str]] = defaultdict(Counter)
    hour = _hour(session, Message.settled_at)
    taken = (
        select(hour, func.count())
        .where(
            Message.campaign_id == campaign.id,
            Message.state.in_(_TAKEN),
            Message.settled_at.is_not(None),
        )
        .group_by(hour)
    )
    for at, number in await session.execute(taken):
        by_hour[_instant(at)]["accepted"] += number
    hour = _hour(session, FeedbackMail.seen_at)
    came = (
        select(hour, FeedbackMail.kind, FeedbackMail.standing, func.count())
        .where(
            FeedbackMail.campaign_id == campaign.id,
            FeedbackMail.message_number.is_not(None),
            FeedbackMail.kind.in_(_CAME),
        )
        .group_by(hour, FeedbackMail.kind, FeedbackMail.standing)
    )
    for at, kind, standing, number in await session.execute(came):
        wanted, name = _CAME[FeedbackKind(kind)]
        if standing == wanted:
            by_hour[_instant(at)][name] += number
    hour = _hour(session, EventAnswer.at)
    uid = (campaign.event or {}).get("uid", "")
    answered = select(hour, func.count()).where(EventAnswer.uid == uid).group_by(hour)
    for at, number in await session.execute(answered):
        by_hour[_instant(at)]["answered"] += number
    return _periods(by_hour, zone)


def _hour(
    session: AsyncSession,
    column: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None],
) -> ColumnElement[str]:
    """Return the hour of an instant in UTC, such as “2027-05-04 10”."""
    if dialects.is_sqlite(session):
        return func.substr(type_coerce(column, String), 1, 13)
    local = cast(func.timezone("UTC", column), DateTime)
    return func.to_char(local, "YYYY-MM-DD HH24")


def _instant(hour: str) -> datetime:
    return datetime.strptime(hour, "%Y-%m-%d %H").replace(tzinfo=UTC)


def _periods(
    by_hour: dict[datetime, Counter[str]], zone: ZoneInfo
) -> tuple[CountedPeriod, ...]:
    if not by_hour:
        return ()
    by_day = max(by_hour) - min(by_hour) > BY_HOUR
    found: dict[datetime, Counter[str]] = defaultdict(Counter)
    for hour, counts in by_hour.items():
        begins = hour.astimezone(zone)
        found[begins.replace(hour=0, minute=0) if by_day else begins].update(counts)
    return tuple(
        CountedPeriod(begins, {name: found[begins][name] for name in NAMES})
        for begins in sorted(found)
    )
