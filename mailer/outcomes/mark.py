"""The mark: the committed promise to write the final dot.

The claim of the same transaction has asked whether the campaign is being sent and the
reader still to be written to; the mark itself asks that the worker's lease holds, and
on PostgreSQL, where readers may leave in between, once more for the reader.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, Select, Update, and_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from audiences.store import batches, dialects
from audiences.subscriptions import Subscription
from audiences.suppressions import Suppression
from mailer.campaigns.models import Campaign
from mailer.outbox import claim
from mailer.outbox.message_states import CLAIMABLE, MessageState
from mailer.outbox.models import LEDGER, Message, WorkerLease
from mailer.outcomes import moves


async def mark(
    session: AsyncSession, worker_id: int, ids: Sequence[int], *, now: datetime
) -> set[int]:
    """Commit to writing the final dots of claimed messages; return those marked."""
    sqlite = dialects.is_sqlite(session)
    bound = {"worker": worker_id, "ids": batches.bind_numbers(session, ids)}
    marked = await batches.execute(
        session, _marking(sqlite=sqlite), bound | {"now": now}
    )
    if marked.rowcount == len(ids):
        return set(ids)
    allowed = await batches.execute(session, _marked(sqlite=sqlite), bound)
    return set(allowed.scalars())


@cache
def _marking(*, sqlite: bool) -> Update:
    """Return the statement that marks; whom it passes over the next claim refuses."""
    now = bindparam("now", type_=Message.marked_at.type)
    alive = (  # and is not given up before the commit
        select(WorkerLease.id)
        .where(
            WorkerLease.id == bindparam("worker"),
            WorkerLease.alive_until > now,
            WorkerLease.ended_at.is_(None),
        )
        .with_for_update(read=True)
        .exists()
    )
    return (
        moves.moving(CLAIMABLE, MessageState.MARKED)
        .where(
            batches.among(Message.id, "ids", sqlite=sqlite),
            alive,
            *([] if sqlite else [_goes()]),
        )
        .values(
            worker_id=bindparam("worker"),
            marked_at=now,
            attempts=Message.attempts + 1,
        )
    )


def _goes() -> ColumnElement[bool]:
    """Return the condition that a message's reader is still to be written to."""
    of_topic = Campaign.topic.is_not(None)
    theirs = and_(
        Subscription.contact_id == Contact.id, Subscription.topic == Campaign.topic
    )
    return (
        select(Contact.id)
        .join(Campaign, Campaign.id == Message.campaign_id)
        .outerjoin(Suppression, Suppression.address_key == Contact.address_key)
        .outerjoin(Subscription, theirs)
        .where(
            Contact.id == Message.contact_id,
            claim.goes(
                Message.address_key, of_topic=of_topic, on_demand=Campaign.on_demand
            ),
        )
        .correlate(LEDGER)
        .exists()
    )


@cache
def _marked(*, sqlite: bool) -> Select[int]:
    return select(Message.id).where(
        batches.among(Message.id, "ids", sqlite=sqlite),
        Message.state == MessageState.MARKED,
        Message.worker_id == bindparam("worker"),
    )
