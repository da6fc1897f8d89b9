"""The mark: the committed promise to write the final dot, and the gate before it.

In one statement the mark also asks that the worker's lease holds, that the campaign is
being sent and it is not too late, that the address is not suppressed, and that the
reader has not left: a pause or an opt-out committed before is honoured.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from audiences.segments import resolve
from audiences.subscriptions import Standing, Subscription
from audiences.suppressions import Suppression
from mailer import rows
from mailer.campaigns.models import Campaign
from mailer.campaigns.states import State as CampaignState
from mailer.outbox.models import Message, Worker, in_states
from mailer.outbox.states import HELD, State
from mailer.outcomes import record


async def mark(
    session: AsyncSession, worker_id: int, ids: Sequence[int], *, now: datetime
) -> set[int]:
    """Commit to writing the final dots of these messages; return those that may go.

    Asked again after a commit whose answer was lost, it returns what it had marked.
    """
    alive = exists().where(Worker.id == worker_id, Worker.alive_until > now)
    ours = (
        rows.among(session, Message.id, ids),
        in_states(HELD),
        Message.worker_id == worker_id,
    )
    marked = await session.execute(
        update(Message)
        .where(*ours, Message.state == State.CLAIMED, alive, _may_go(now))
        .values(state=State.MARKED, marked_at=now, attempts=Message.attempts + 1)
        .execution_options(**record.NO_SYNC)
    )
    if rows.count_of(marked) == len(ids):
        return set(ids)
    allowed = await session.scalars(
        select(Message.id).where(*ours, Message.state == State.MARKED)
    )
    return set(allowed)


def _may_go(now: datetime) -> ColumnElement[bool]:
    """Whether campaign, window, suppression and subscription let a message go."""
    sending = select(Campaign.id).where(
        Campaign.state == CampaignState.SENDING,
        or_(Campaign.expires_at.is_(None), Campaign.expires_at > now),
    )
    of_topic = (
        select(Campaign.topic)
        .where(Campaign.id == Message.campaign_id)
        .correlate(Message)
    )
    subscribed = exists().where(
        Subscription.contact_id == Message.contact_id,
        Subscription.topic == of_topic.scalar_subquery(),
        Subscription.standing == Standing.ACTIVE,
    )
    service = select(Campaign.id).where(
        Campaign.state == CampaignState.SENDING, Campaign.topic.is_(None)
    )
    suppressed = exists().where(Suppression.address_key == Message.address_key)
    reachable = exists().where(
        Contact.id == Message.contact_id, Contact.address.is_not(None)
    )
    return and_(
        Message.campaign_id.in_(sending),
        or_(subscribed, Message.campaign_id.in_(service)),
        ~suppressed,
        reachable,
    )


async def turned_away(
    session: AsyncSession, worker_id: int, ids: Sequence[int], *, now: datetime
) -> None:
    """Settle messages the mark refused: skipped with the reason, expired, or back."""
    refused = await session.execute(
        select(Message.id, Campaign.state, Campaign.expires_at, _reason_to_skip())
        .join(Campaign, Campaign.id == Message.campaign_id)
        .join(Contact, Contact.id == Message.contact_id)
        .outerjoin(Suppression, Suppression.address_key == Contact.address_key)
        .outerjoin(
            Subscription,
            and_(
                Subscription.contact_id == Message.contact_id,
                Subscription.topic == Campaign.topic,
            ),
        )
        .where(
            rows.among(session, Message.id, ids),
            in_states(HELD),
            Message.state == State.CLAIMED,
            Message.worker_id == worker_id,
        )
    )
    for number, campaign_state, expires_at, reason in refused.all():
        if reason is not None:
            target, why = State.SKIPPED, str(reason)
        elif expires_at is not None and expires_at <= now:
            target, why = State.EXPIRED, "too late to send"
        elif campaign_state == CampaignState.CANCELLED:
            target, why = State.CANCELLED, "campaign cancelled"
        else:
            target, why = State.WAITING, None
        await record.move(
            session,
            number,
            State.CLAIMED,
            {"state": target, "reason": why, "worker_id": None, "settled_at": now},
        )


def _reason_to_skip() -> ColumnElement[str | None]:
    """Return the audience's own reasons; of topics only where there is one."""
    always, of_topic = resolve.reason(None), resolve.reason("")
    return case((always.is_not(None), always), (Campaign.topic.is_not(None), of_topic))
