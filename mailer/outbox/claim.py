"""Workers and what they hold: enlist, stay alive, claim, give back, recover.

A worker's number is never reused, so it fences what it claims: whoever lost a lease
cannot change the row any more. Rows that are marked are never claimable.
"""

import os
import platform
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    Update,
    bindparam,
    exists,
    func,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from audiences.organisations import Organisation
from mailer import rows
from mailer.campaigns import sending as hours
from mailer.campaigns.models import Campaign
from mailer.campaigns.states import State as CampaignState
from mailer.outbox.models import LEDGER, Message, Worker, in_states
from mailer.outbox.states import CLAIMABLE, State


class Claimed(NamedTuple):
    """What composing and sending one message needs, read at the claim."""

    id: int
    campaign_id: int
    letter_id: int
    attempts: int
    address: str
    name: str | None
    organisation: str  # its name in the letter's language


def process_identity(pid: int) -> str | None:
    """Name a process so that no later one has the same name; None when it is gone.

    A process that has ended and whose parent has not asked after it yet is gone too.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return None
    state, *fields = stat.rpartition(")")[2].split()
    if state in {"Z", "X"}:
        return None
    return f"{pid}.{fields[18]}"  # when it started, in clock ticks since boot


async def enlist(session: AsyncSession, *, lease: timedelta, now: datetime) -> int:
    """Enter this process as a worker; return its number."""
    worker = Worker(
        host=platform.node(),
        process=process_identity(os.getpid()) or str(os.getpid()),
        started_at=now,
        alive_until=now + lease,
    )
    session.add(worker)
    await session.flush()
    return worker.id


async def stay_alive(
    session: AsyncSession, worker_id: int, *, lease: timedelta, now: datetime
) -> None:
    """Extend the lease of everything a worker holds."""
    await session.execute(
        update(Worker).where(Worker.id == worker_id).values(alive_until=now + lease)
    )


async def claim(
    session: AsyncSession, worker_id: int, *, limit: int, now: datetime
) -> list[Claimed]:
    """Take due messages, a fair share of each campaign being sent, oldest first."""
    sending = await session.scalars(
        select(Campaign.id)
        .where(Campaign.state == CampaignState.SENDING, hours.open_at(now))
        .order_by(Campaign.on_demand.desc(), Campaign.released_at, Campaign.id)
    )
    campaigns = sending.all()
    taken: list[Claimed] = []
    for place, campaign_id in enumerate(campaigns):
        share = (limit - len(taken)) // (len(campaigns) - place)
        taken += await _due(session, campaign_id, limit=max(share, 1), now=now)
    if taken:
        ids = rows.numbers(session, [each.id for each in taken])
        bound = {"ids": ids, "worker": worker_id}
        await rows.change(session, _claiming(sqlite=rows.is_sqlite(session)), bound)
    return taken


@cache
def _claiming(*, sqlite: bool) -> Update:
    return (
        update(LEDGER)
        .where(
            rows.among(Message.id, "ids", sqlite=sqlite),
            Message.state.in_(CLAIMABLE),
        )
        .values(state=State.CLAIMED, worker_id=bindparam("worker"))
    )


async def _due(
    session: AsyncSession, campaign_id: int, *, limit: int, now: datetime
) -> list[Claimed]:
    """Read due messages of one campaign, and hold them against other workers."""
    bound = {"campaign": campaign_id, "now": now, "most": limit}
    found = await rows.read(session, _reading(sqlite=rows.is_sqlite(session)), bound)
    return [
        Claimed(
            id=number,
            campaign_id=campaign_id,
            letter_id=letter_id or 0,
            attempts=attempts,
            address=address or "",
            name=name,
            organisation=organisation,
        )
        for number, letter_id, attempts, address, name, organisation in found
    ]


@cache
def _reading(*, sqlite: bool) -> Select[*tuple[Any, ...]]:
    due = (
        select(
            Message.id,
            Message.letter_id,
            Message.attempts,
            Message.contact_id,
            Message.language,
        )
        .where(
            Message.campaign_id == bindparam("campaign"),
            in_states(CLAIMABLE),
            Message.due_at <= bindparam("now", type_=Message.due_at.type),
        )
        .order_by(Message.due_at, Message.id)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True)
        .subquery()
    )
    return rows.packed(
        select(
            due.c.id,
            due.c.letter_id,
            due.c.attempts,
            Contact.address,
            Contact.name,
            _named(due.c.language, sqlite=sqlite),
        )
        .join(Contact, Contact.id == due.c.contact_id)
        .join(Organisation, Organisation.id == Contact.organisation_id),
        sqlite=sqlite,
    )


def _named(language: ColumnElement[str], *, sqlite: bool) -> ColumnElement[str]:
    """Return an organisation's name in a message's language, its own failing that."""
    names: ColumnElement[str]
    if sqlite:
        names = func.json_extract(Organisation.names, '$."' + language + '"')
    else:
        names = Organisation.names.op("->>", return_type=String())(language)
    return func.coalesce(names, Organisation.name)


async def give_back(
    session: AsyncSession, worker_id: int, *, besides: Collection[int] = ()
) -> None:
    """Give back what a worker holds unmarked, so that others take it at once."""
    await session.execute(
        update(Message)
        .where(
            Message.worker_id == worker_id,
            Message.state == State.CLAIMED,
            Message.id.not_in(besides),
        )
        .values(state=State.WAITING, worker_id=None)
        .execution_options(synchronize_session=False)
    )


async def recover(
    session: AsyncSession, *, answer_wait: timedelta, now: datetime
) -> list[int]:
    """Take from dead workers: claims go back, marks are returned as uncertain.

    A worker is dead when its process is gone from this machine, or its lease is over.
    Marks of a silent worker that may still live wait for the relay's answer first.
    Returns the numbers of the messages whose mark nobody can answer for.
    """
    held = exists().where(
        Message.worker_id == Worker.id,
        Message.state != State.UNCERTAIN,
    )
    workers = (await session.scalars(select(Worker).where(held))).all()
    orphans: list[int] = []
    for worker in workers:
        gone = _gone(worker)
        if not gone and worker.alive_until > now:
            continue
        await give_back(session, worker.id)
        if gone or worker.alive_until + answer_wait <= now:
            marked = await session.scalars(
                select(Message.id).where(
                    Message.worker_id == worker.id,
                    Message.state == State.MARKED,
                )
            )
            orphans += marked
    return orphans


def _gone(worker: Worker) -> bool:
    """Whether the worker ran on this machine and its process exists no more."""
    if worker.host != platform.node():
        return False
    pid = int(worker.process.partition(".")[0])
    return process_identity(pid) != worker.process
