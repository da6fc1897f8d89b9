"""Says in words what keeps a campaign's letters from their readers."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, distinct, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from audiences.suppressions import Suppression, Why
from mailer.campaigns.models import Campaign
from mailer.delivery.smtp.verdict import Permanence
from mailer.errors import counted
from mailer.feedback.models import (
    BounceDecision,
    FeedbackKind,
    FeedbackMail,
    MailStanding,
)
from mailer.outbox import ledger
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import FOR_ORGANISATION, Message, MessageEvent
from mailer.outcomes.faults import domain_of
from mailer.reports.results.tally import ReaderCounts, share

MOST = 5  # domains, or faults of ours, that are named
# of a hundred letters; mailbox providers refuse a sender above this share
COMPLAINTS = 0.3
Mine = tuple[ColumnElement[bool], ...]  # as of ledger.of_campaign
_BELIEVED = (
    FeedbackMail.kind == FeedbackKind.BOUNCE,
    FeedbackMail.standing == MailStanding.BELIEVED,
)


async def sentences(
    session: AsyncSession,
    campaign: Campaign,
    mine: Mine,
    total: ReaderCounts,
    *,
    zone: ZoneInfo,
    now: datetime,
) -> tuple[str, ...]:
    """Return what an operator should know, the worst first; times are in `zone`."""
    if campaign.released_at is None:
        return ()
    found = [
        *await _ours(session, campaign),
        *await _dead(session, campaign, mine),
        *await _deferred(session, mine, zone=zone, now=now),
        *await _passing(session, campaign),
        *_complaints(total),
    ]
    if not found and total.accepted and total.accepted == total.audience:
        return ("every letter was taken, and none has come back",)
    return tuple(found)


async def _dead(session: AsyncSession, campaign: Campaign, mine: Mine) -> Sequence[str]:
    """Return how many addresses are dead since this campaign, and of how many."""
    row = await session.execute(
        select(
            func.count(distinct(Contact.address_key)),
            func.count(distinct(FOR_ORGANISATION)),
        )
        .select_from(Message)
        .join(Contact, Contact.id == Message.contact_id)
        .join(Suppression, Suppression.address_key == Message.address_key)
        .where(
            *mine, ledger.refused_by(campaign), Suppression.reason == Why.BOUNCED.value
        )
    )
    addresses, organisations = row.one()
    if not addresses:
        return ()
    is_dead = "is dead" if addresses == 1 else "are dead"
    named = "1 address" if addresses == 1 else f"{addresses:,} addresses"
    return (f"{named} of {counted(organisations, 'organisation')} {is_dead}",)


async def _deferred(
    session: AsyncSession, mine: Mine, *, zone: ZoneInfo, now: datetime
) -> Sequence[str]:
    """Return which domains take no letters for now, since when, and how many wait."""
    domain = domain_of(session)
    rows = await session.execute(
        select(
            domain,
            Message.reply.is_not(None),
            func.min(MessageEvent.at),
            func.count(distinct(Message.id)),
        )
        .select_from(Message)
        .join(Contact, Contact.id == Message.contact_id)
        .join(MessageEvent, MessageEvent.message_number == Message.id)
        .where(
            *mine,
            Message.due_at.is_not(None) & (Message.state == MessageState.DEFERRED),
            MessageEvent.state == MessageState.DEFERRED,
        )
        .group_by(domain, Message.reply.is_not(None))
        .order_by(func.count(distinct(Message.id)).desc(), domain)
    )
    unreached, since_unreached, found = 0, now, []
    for name, answered, since, waiting in rows:
        if answered:
            letters = f"{counted(waiting, 'letter')} wait{'s' * (waiting == 1)}"
            when = _since(since, zone=zone, now=now)
            found.append(f"{name} defers us since {when}: {letters}")
        else:
            unreached, since_unreached = (
                unreached + waiting,
                min(since, since_unreached),
            )
    if unreached:
        when = _since(since_unreached, zone=zone, now=now)
        letters = f"{counted(unreached, 'letter')} wait{'s' * (unreached == 1)}"
        found.insert(0, f"the connection to the relay fails since {when}: {letters}")
    rest = len(found) - MOST
    return found if rest <= 0 else [*found[:MOST], f"so do {rest:,} more domains"]


def _since(at: datetime, *, zone: ZoneInfo, now: datetime) -> str:
    """Return when something began: the time if today, else the day, too."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    return f"{local:%H:%M}" if local.date() == today else f"{local:%Y-%m-%d %H:%M}"


async def _passing(session: AsyncSession, campaign: Campaign) -> Sequence[str]:
    """Return how many letters came back for a reason that passes."""
    number = await session.scalar(
        select(func.count(distinct(FeedbackMail.message_number))).where(
            *_BELIEVED,
            FeedbackMail.campaign_id == campaign.id,
            FeedbackMail.permanence == Permanence.TRANSIENT,
            FeedbackMail.decision.is_distinct_from(BounceDecision.OURS),
        )
    )
    if not number:
        return ()
    letters = "1 letter" if number == 1 else f"{number:,} letters"
    return (f"{letters} came back for a reason that passes, such as a full mailbox",)


async def _ours(session: AsyncSession, campaign: Campaign) -> Sequence[str]:
    """Return for which faults of ours letters came back."""
    number = func.count(distinct(FeedbackMail.message_number))
    rows = await session.execute(
        select(FeedbackMail.reason, number)
        .where(
            *_BELIEVED,
            FeedbackMail.campaign_id == campaign.id,
            (FeedbackMail.permanence == Permanence.SENDER)
            | (FeedbackMail.decision == BounceDecision.OURS),
        )
        .group_by(FeedbackMail.reason)
        .order_by(number.desc(), FeedbackMail.reason)
        .limit(MOST)
    )
    return [
        f"{counted(count, 'letter')} came back by a fault of ours: {reason}"
        for reason, count in rows
    ]


def _complaints(total: ReaderCounts) -> Sequence[str]:
    """Return how many readers complained, and whether these are too many."""
    reached = total.accepted + total.complained
    if not total.complained:
        return ()
    found = (
        f"{counted(total.complained, 'reader')} reported the letter as spam,"
        f" {share(total.complained, reached)} of those who got it"
    )
    if 100 * total.complained > COMPLAINTS * reached:
        found += f"; providers refuse senders above {COMPLAINTS} %"
    return (found,)
