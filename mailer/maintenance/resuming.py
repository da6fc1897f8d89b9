"""Ends the wait of a restored store, once a person has seen what may have left it.

Between the backup and the restore lies the lost time: the store does not know what was
sent in it. The log of a Postfix relay tells which of the messages in the store went.
The rest is sent, or held: campaigns are paused, and those whose time has passed expire.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns import control
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign, Occurrence
from mailer.errors import RefusedError
from mailer.feedback import reconcile
from mailer.feedback.postfix_log import Reading
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import Message
from mailer.outcomes import record
from mailer.sites.site import Site
from mailer.store import identity
from mailer.users import guard
from mailer.users.acts import Right

OPEN = (
    MessageState.WAITING,
    MessageState.DEFERRED,
    MessageState.MARKED,
    MessageState.UNCERTAIN,
    MessageState.HELD,
)
BECAUSE = "the store was restored, and it may have left before"


@dataclass(frozen=True, kw_only=True, slots=True)
class MayHaveLeft:
    """A campaign that may have left in the lost time."""

    id: int
    name: str
    state: str
    at: datetime | None
    open: int  # its messages that may have left


@dataclass(frozen=True, kw_only=True, slots=True)
class Lost:
    """What was due since the backup."""

    restored_at: datetime
    campaigns: Sequence[MayHaveLeft]
    slots: Sequence[str]  # of series, without a campaign


@dataclass(frozen=True, kw_only=True, slots=True)
class _Open:
    id: int
    state: MessageState


async def lost(site: Site, *, now: datetime) -> Lost:
    """Return what was due; raise RefusedError if the store does not await a resume."""
    async with site.database.reading() as session:
        known = await identity.read(session)
        if known.restored_at is None or not known.awaits_resume:
            raise RefusedError("this store was not restored, or was resumed already")
        slots = await session.scalars(
            select(Occurrence.slot)
            .where(
                Occurrence.due_at <= now,
                Occurrence.campaign_id.is_(None),
                Occurrence.outcome.is_(None),
            )
            .order_by(Occurrence.due_at)
        )
        return Lost(
            restored_at=known.restored_at,
            campaigns=await _campaigns(session, now),
            slots=slots.all(),
        )


async def _campaigns(session: AsyncSession, now: datetime) -> list[MayHaveLeft]:
    """Return the campaigns with open messages, and those whose time has passed."""
    counted = (
        select(Message.campaign_id, func.count().label("open"))
        .where(Message.state.in_(OPEN))
        .group_by(Message.campaign_id)
        .subquery()
    )
    rows = await session.execute(
        select(
            Campaign.id,
            Campaign.name,
            Campaign.state,
            Campaign.at,
            func.coalesce(counted.c.open, 0),
        )
        .outerjoin(counted, counted.c.campaign_id == Campaign.id)
        .where(
            counted.c.open.is_not(None)
            | ((Campaign.state == CampaignState.SCHEDULED) & (Campaign.at <= now))
            | (Campaign.state == CampaignState.SENDING)
        )
        .order_by(Campaign.id)
    )
    return [
        MayHaveLeft(id=number, name=name, state=state, at=at, open=count)
        for number, name, state, at, count in rows
    ]


async def resume(
    site: Site, *, logs: Sequence[Path], send: bool, by: str, now: datetime
) -> int:
    """Let messages leave the store again; return how many the logs show as sent.

    `logs` are those of the relay in the lost time, oldest first. With `send`, all other
    messages are sent; without, they wait for a person.
    """
    due = await lost(site, now=now)
    taken = await _taken(site, logs, now) if logs else []
    async with site.database.writing() as session:
        await guard.require(session, by, Right.GO)
        if not (await identity.read(session)).awaits_resume:
            raise RefusedError("this store was resumed by somebody else just now")
        accepted = 0
        for each, queue_id in taken:
            accepted += await _accept(session, each, queue_id, now=now)
        if not send:
            await _hold(session, due, by=by, now=now)
        await identity.resume(session, now=now)
    return accepted


async def _hold(session: AsyncSession, due: Lost, *, by: str, now: datetime) -> None:
    for each in due.campaigns:
        if each.state == CampaignState.SENDING:
            await control.pause(session, each.id, by=by, because=BECAUSE, now=now)
        elif each.state == CampaignState.SCHEDULED:
            await control.expire(session, each.id, because=BECAUSE, now=now)


async def _taken(
    site: Site, logs: Sequence[Path], now: datetime
) -> list[tuple[_Open, str]]:
    """Return the open messages that the logs show as taken, with their queue ids."""
    domain = site.settings.mail.domain
    names: dict[str, _Open] = {}
    async with site.database.reading() as session:
        known = await identity.read(session)
        rows = await session.execute(
            select(Message.id, Message.state, Message.address_key).where(
                Message.state.in_(OPEN)
            )
        )
        for number, state, address_key in rows:
            each = _Open(id=number, state=MessageState(state))
            for stamp in known.stamps(number, address_key):
                for name in site.signer.message_ids(stamp):
                    names[f"<{name}@{domain}>"] = each
    reading = Reading(wanted=names.keys(), now=now)
    for path in logs:
        reconcile.read_log(reading, path)
    return [(names[name], queue_id) for name, queue_id in reading.taken.items()]


async def _accept(
    session: AsyncSession, message: _Open, queue_id: str, *, now: datetime
) -> bool:
    detail = f"the relay's log shows it was taken, as {queue_id}"
    values = {
        "reason": None,
        "reply": detail,
        "settled_at": now,
        "due_at": None,
        "worker_id": None,
    }
    accepted = MessageState.ACCEPTED
    if not await record.move(session, message.id, message.state, accepted, values):
        return False
    await record.add_event(session, message.id, accepted, detail, now=now)
    return True
