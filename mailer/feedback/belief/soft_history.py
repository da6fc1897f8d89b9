"""Reads the bounces of addresses that are not final, and what follows from the last."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.store import batches
from mailer.delivery.smtp.verdict import Permanence
from mailer.feedback.belief import policy
from mailer.feedback.belief.policy import SILENCE, SoftLimits, SoftStep
from mailer.feedback.models import (
    BounceDecision,
    FeedbackKind,
    FeedbackMail,
    MailStanding,
)
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import Message


async def steps(
    session: AsyncSession,
    bounces: Sequence[FeedbackMail],
    limits: SoftLimits,
    *,
    now: datetime,
) -> dict[int, SoftStep]:
    """Return what follows from bounces that are not final, by their numbers."""
    if not bounces:
        return {}
    keys = {each.address_key for each in bounces if each.address_key is not None}
    before = await _before(session, keys)
    delivered = await _delivered(session, keys, now - SILENCE)
    found = {}
    for each in bounces:
        key = each.address_key or b""
        since = delivered.get(key)
        earliest: dict[int, datetime] = {}  # campaign → its first bounce
        for campaign, sent, at in before[key]:
            if at <= each.seen_at and (since is None or sent > since):
                earliest.setdefault(campaign, at)
        is_first = earliest.get(each.campaign_id or 0) == each.seen_at
        ordered = sorted(earliest.values())
        found[each.id] = policy.step(ordered, limits) if is_first else SoftStep.KEEP
    return found


async def _before(
    session: AsyncSession, keys: set[bytes]
) -> dict[bytes, list[tuple[int, datetime, datetime]]]:
    """Return the bounces of addresses: campaign, when it was sent, when it came."""
    rows = await session.execute(
        select(
            FeedbackMail.address_key,
            FeedbackMail.campaign_id,
            Message.marked_at,
            FeedbackMail.seen_at,
        )
        .join(Message, Message.id == FeedbackMail.message_number)
        .where(
            FeedbackMail.address_key.in_(keys),
            FeedbackMail.kind == FeedbackKind.BOUNCE,
            FeedbackMail.standing == MailStanding.BELIEVED,
            FeedbackMail.permanence == Permanence.TRANSIENT,
            FeedbackMail.decision.is_distinct_from(BounceDecision.OURS),
        )
        .order_by(FeedbackMail.seen_at, FeedbackMail.id)
    )
    found: dict[bytes, list[tuple[int, datetime, datetime]]] = defaultdict(list)
    for key, campaign, sent, at in rows:
        if key is not None and campaign is not None and sent is not None:
            found[key].append((campaign, sent, at))
    return found


async def _delivered(
    session: AsyncSession, keys: set[bytes], before: datetime
) -> dict[bytes, datetime]:
    """Return when each address last got a letter, sent before an instant, for good."""
    theirs = (
        select(Message.contact_id)
        .join(FeedbackMail, FeedbackMail.message_number == Message.id)
        .where(FeedbackMail.address_key.in_(keys))
    )
    rows = await session.execute(
        select(Message.address_key, func.max(Message.marked_at))
        .where(
            Message.contact_id.in_(theirs),
            Message.address_key.in_(keys),
            batches.one_of(Message.state, (MessageState.ACCEPTED,)),
            Message.marked_at < before,
        )
        .group_by(Message.address_key)
    )
    return {key: at for key, at in rows if at is not None}
