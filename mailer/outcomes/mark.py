"""Marks claimed messages: the committed note “about to write the final dot”.

The claim of the same transaction has checked campaign and reader. The mark checks that
the worker's lease holds. On PostgreSQL a reader may leave between claim and mark, so
the mark checks the reader again.
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
from mailer.outbox.message_states import CLAIMABLE, MessageState
from mailer.outbox.models import LEDGER, Message, WorkerLease
from mailer.outbox.waves import allowed
from mailer.outcomes import moves


async def mark(
    session: AsyncSession, worker_id: int, ids: Sequence[int], *, now: datetime
) -> set[int]:
    """Mark claimed messages; return the numbers of those that are marked now."""
    sqlite = dialects.is_sqlite(session)
    values = {"worker": worker_id, "ids": batches.bind_numbers(session, ids)}
    marked = await batches.execute(
        session, _mark_statement(sqlite=sqlite), values | {"now": now}
    )
    if marked.rowcount == len(ids):
        return set(ids)
    allowed = await batches.execute(session, _marked_query(sqlite=sqlite), values)
    return set(allowed.scalars())


@cache
def _mark_statement(*, sqlite: bool) -> Update:
    """Return the UPDATE that marks; the next claim skips messages it leaves out."""
    now = bindparam("now", type_=Message.marked_at.type)
    lease_holds = (  # and is locked: no other worker ends it before the commit
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
        moves.transition(CLAIMABLE, MessageState.MARKED)
        .where(
            batches.among(Message.id, "ids", sqlite=sqlite),
            lease_holds,
            *([] if sqlite else [_reader_allowed()]),
        )
        .values(
            worker_id=bindparam("worker"),
            marked_at=now,
            attempts=Message.attempts + 1,
        )
    )


def _reader_allowed() -> ColumnElement[bool]:
    """Return the condition that a message's reader may still be written to."""
    of_topic = Campaign.topic.is_not(None)
    of_reader = and_(
        Subscription.contact_id == Contact.id, Subscription.topic == Campaign.topic
    )
    return (
        select(Contact.id)
        .join(Campaign, Campaign.id == Message.campaign_id)
        .outerjoin(Suppression, Suppression.address_key == Contact.address_key)
        .outerjoin(Subscription, of_reader)
        .where(
            Contact.id == Message.contact_id,
            allowed.may_be_written_to(
                Message.address_key, of_topic=of_topic, on_demand=Campaign.on_demand
            ),
        )
        .correlate(LEDGER)
        .exists()
    )


@cache
def _marked_query(*, sqlite: bool) -> Select[int]:
    return select(Message.id).where(
        batches.among(Message.id, "ids", sqlite=sqlite),
        Message.state == MessageState.MARKED,
        Message.worker_id == bindparam("worker"),
    )
