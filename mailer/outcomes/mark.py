"""The mark: the committed promise to write the final dot, and the gate before it.

In one statement the mark also asks that the worker's lease holds, that the campaign is
being sent and it is not too late, that the address is not suppressed, and that the
reader has not left: a pause or an opt-out committed before is honoured.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import (
    ColumnElement,
    Select,
    Update,
    and_,
    bindparam,
    case,
    exists,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from audiences.segments import resolve
from audiences.subscriptions import Standing, Subscription
from audiences.suppressions import Suppression
from mailer import rows
from mailer.campaigns import sending as hours
from mailer.campaigns.models import Campaign
from mailer.campaigns.states import State as CampaignState
from mailer.outbox.models import HOLDER, LEDGER, Message, Worker
from mailer.outbox.states import State
from mailer.outcomes import record


async def mark(
    session: AsyncSession, worker_id: int, ids: Sequence[int], *, now: datetime
) -> set[int]:
    """Commit to writing the final dots of these messages; return those that may go.

    Asked again after a commit whose answer was lost, it returns what it had marked.
    """
    sqlite = rows.is_sqlite(session)
    bound = {"worker": worker_id, "ids": rows.numbers(session, ids)}
    marked = await rows.change(session, _marking(sqlite=sqlite), bound | {"now": now})
    if marked.rowcount == len(ids):
        return set(ids)
    allowed = await rows.change(session, _marked(sqlite=sqlite), bound)
    return set(allowed.scalars())


def _ours(*, sqlite: bool) -> ColumnElement[bool]:
    return and_(
        rows.among(Message.id, "ids", sqlite=sqlite),
        bindparam("worker") == HOLDER,
    )


@cache
def _marking(*, sqlite: bool) -> Update:
    now = bindparam("now", type_=Message.marked_at.type)
    alive = exists().where(Worker.id == bindparam("worker"), Worker.alive_until > now)
    return (
        update(LEDGER)
        .where(
            _ours(sqlite=sqlite), Message.state == State.CLAIMED, alive, _may_go(now)
        )
        .values(state=State.MARKED, marked_at=now, attempts=Message.attempts + 1)
    )


@cache
def _marked(*, sqlite: bool) -> Select[int]:
    return select(Message.id).where(_ours(sqlite=sqlite), Message.state == State.MARKED)


def _may_go(now: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Whether campaign, window, suppression and subscription let a message go."""
    sending = select(Campaign.id).where(
        Campaign.state == CampaignState.SENDING,
        hours.open_at(now),
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
        .where(_ours(sqlite=rows.is_sqlite(session)), Message.state == State.CLAIMED),
        {"worker": worker_id, "ids": rows.numbers(session, ids)},
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
