"""Workers and their leases: enlist, stay alive, leave, and what the dead leave behind.

A worker's number is never reused, so it fences what it marks: whoever lost a lease
cannot change the row any more.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from mailer.campaigns.models import Campaign
from mailer.outbox import process_identity
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import Message, ReleasePlan, WorkerLease


class Silence:
    """Which workers do not renew their lease while this process watches.

    A lease ends by another machine's clock, or by one that was set meanwhile; so nobody
    is given up for that who has not been silent for a lease of our own time too.
    """

    def __init__(self, lease: timedelta) -> None:
        self._lease = lease.total_seconds()
        self._seen: dict[int, tuple[datetime, float]] = {}

    def lasts(self, worker: WorkerLease, *, at: float) -> bool:
        """Look at a worker, at a time of `time.monotonic`; say if it was silent."""
        until, since = self._seen.get(worker.id, (None, at))
        if until != worker.alive_until:
            since = at
        self._seen[worker.id] = (worker.alive_until, since)
        return at - since >= self._lease


async def enlist(session: AsyncSession, *, lease: timedelta, now: datetime) -> int:
    """Enter this process as a worker; return its number."""
    host, process = process_identity.of_this_process()
    worker = WorkerLease(
        host=host, process=process, started_at=now, alive_until=now + lease
    )
    session.add(worker)
    await session.flush()
    return worker.id


async def stay_alive(
    session: AsyncSession, worker_id: int, *, lease: timedelta, now: datetime
) -> None:
    """Extend the lease of everything a worker holds, also after it was given up."""
    await session.execute(
        update(WorkerLease)
        .where(WorkerLease.id == worker_id)
        .values(alive_until=now + lease, ended_at=None)
    )


async def leave(session: AsyncSession, worker_id: int, *, now: datetime) -> None:
    """Note that a worker has ended and holds no mark any more."""
    await session.execute(
        update(WorkerLease).where(WorkerLease.id == worker_id).values(ended_at=now)
    )


_LIVING = (
    select(WorkerLease).where(WorkerLease.ended_at.is_(None)).order_by(WorkerLease.id)
)


async def recover(
    session: AsyncSession,
    silence: Silence,
    *,
    answer_wait: timedelta,
    now: datetime,
    at: float,
) -> list[int]:
    """Take from dead workers the marks that nobody can answer for; return their rows.

    A worker is dead when its process is gone from this machine, or its lease is over
    and it stays silent. Marks of one that may still live wait for the relay's answer
    first. A mark that is just being committed, also by one killed meanwhile, is waited
    for.
    """
    since = now - answer_wait
    workers = await session.scalars(_LIVING)
    dead = [each.id for each in workers if _is_dead(each, silence, since, at)]
    if not dead:
        return []
    locked = await session.scalars(
        _LIVING.where(WorkerLease.id.in_(dead))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    orphans: list[int] = []
    for worker in locked.all():
        if _is_dead(worker, silence, since, at):
            orphans += await _marked_by(session, worker)
            worker.ended_at = now
    return orphans


async def _marked_by(session: AsyncSession, worker: WorkerLease) -> Sequence[int]:
    open_somewhere = select(Campaign.id).where(Campaign.released_at.is_not(None))
    marked = await session.scalars(
        select(Message.id).where(
            Message.campaign_id.in_(open_somewhere),
            Message.due_at.is_not(None),
            Message.state == MessageState.MARKED,
            Message.worker_id == worker.id,
        )
    )
    return marked.all()


def _is_dead(worker: WorkerLease, silence: Silence, since: datetime, at: float) -> bool:
    silent = silence.lasts(worker, at=at)
    return gone(worker) or (worker.alive_until <= since and silent)


def at_work(session: Session, *, now: datetime) -> list[str]:
    """Name the workers that may be sending: host, and the number of the process."""
    workers = session.scalars(
        select(WorkerLease).where(
            WorkerLease.ended_at.is_(None), WorkerLease.alive_until > now
        )
    )
    return [
        f"{each.host} process {process_identity.number_of(each.process)}"
        for each in workers.all()
        if not gone(each)
    ]


def gone(holder: WorkerLease | ReleasePlan) -> bool:
    """Whether its process ran on this machine and exists no more."""
    return process_identity.is_gone(holder.host, holder.process)
