"""Resumes a paused campaign; messages whose refusal was our fault are sent again."""

from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.store import batches, dialects
from mailer.campaigns import control
from mailer.campaigns.models import Campaign
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import AttemptCount, DeliveryFault, Message, MessageEvent
from mailer.outcomes import faults, moves

SETTLED = (MessageState.REFUSED, MessageState.SET_ASIDE)


async def resume(
    session: AsyncSession,
    campaign: Campaign,
    *,
    by: str,
    leave_refused: bool = False,
    now: datetime,
) -> int:
    """Continue a paused campaign; return how many messages are sent again.

    Messages with the fault for which it was paused wait again, under the same
    Message-ID, unless `leave_refused`. The count of attempts begins again. Raises
    RefusedError if the campaign is not paused.
    """
    # before the campaign's row is locked, as workers do: they count, then claim
    await session.execute(
        delete(AttemptCount).where(AttemptCount.campaign_id == campaign.id)
    )
    await control.resume(session, campaign, by=by, now=now)
    again = 0 if leave_refused else await _send_again(session, campaign.id, now=now)
    await faults.forget(session, campaign.id)
    return again


async def _send_again(session: AsyncSession, campaign_id: int, *, now: datetime) -> int:
    """Let messages wait again whose faults were ours; return how many."""
    of_campaign = (
        DeliveryFault.campaign_id == campaign_id,
        DeliveryFault.place.is_not(None),
    )
    kinds = select(DeliveryFault.kind).where(*of_campaign, DeliveryFault.ours)
    found = await session.scalars(  # also what was in flight when it was paused
        delete(DeliveryFault)
        .where(*of_campaign, DeliveryFault.kind.in_(kinds))
        .returning(DeliveryFault.message_number)
        .execution_options(synchronize_session=False)
    )
    numbers = found.all()
    moved = await session.scalars(
        moves.transition(SETTLED, MessageState.WAITING)
        .where(batches.among(Message.id, "ids", sqlite=dialects.is_sqlite(session)))
        .values(reason=None, reply=None, due_at=now, marked_at=None, settled_at=None)
        .returning(Message.id),
        {"ids": batches.bind_numbers(session, numbers)},
    )
    events = [
        {"message_number": number, "at": now, "state": MessageState.WAITING}
        | {"detail": "sent again: the fault was ours"}
        for number in moved
    ]
    if events:
        await session.execute(insert(MessageEvent), events)
    return len(events)
