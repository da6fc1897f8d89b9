"""Workers and their leases: begin, renew and end one; find the marks of dead workers.

Each mark carries the number of its worker, and no number is used twice. So a worker
that lost its lease cannot change a message that another worker has marked since.
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
    """For how long each worker has not renewed its lease, by this process's own clock.

    The end of a lease is an instant of another machine's clock, or of a clock that was
    set since. So a worker is dead only if it was also silent here for a whole lease.
    """

    def __init__(self, lease: timedelta) -> None:
        self._lease = lease.total_seconds()
        self._seen: dict[int, tuple[datetime, float]] = {}
        self._renewed = set[int]()  # workers that have renewed their leases here

    def is_over_lease(self, worker: WorkerLease, *, at: float) -> bool:
        """Return whether a worker was silent for a lease.

        `at` is the present time in seconds, by `time.monotonic`.
        """
        until, since = self._seen.get(worker.id, (None, at))
        if until != worker.alive_until:
            since = at
            if until is not None:
                self._renewed.add(worker.id)
        self._seen[worker.id] = (worker.alive_until, since)
        return at - since >= self._lease

    def is_unbroken(self, worker: WorkerLease) -> bool:
        """Return whether a worker has not renewed its lease since the first look."""
        return worker.id not in self._renewed


async def begin(session: AsyncSession, *, lease: timedelta, now: datetime) -> int:
    """Add this process to the workers; return its number."""
    host, process = process_identity.of_this_process()
    worker = WorkerLease(
        host=host, process=process, started_at=now, alive_until=now + lease
    )
    session.add(worker)
    await session.flush()
    return worker.id


async def renew(
    session: AsyncSession, worker_id: int, *, lease: timedelta, now: datetime
) -> None:
    """Extend a worker's lease, also if others have taken it for dead."""
    await session.execute(
        update(WorkerLease)
        .where(WorkerLease.id == worker_id)
        .values(alive_until=now + lease, ended_at=None)
    )


async def end(session: AsyncSession, worker_id: int, *, now: datetime) -> None:
    """Record that a worker has ended and holds no mark."""
    await session.execute(
        update(WorkerLease).where(WorkerLease.id == worker_id).values(ended_at=now)
    )


_NOT_ENDED = (
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
    """End the leases of dead workers; return the numbers of the messages they marked.

    A worker is dead when its process no longer runs on this machine, or when its lease
    ended `answer_wait` ago and it stays silent; by then the relay has answered. The
    lock on a worker waits for marks that are being committed, also of a killed worker.
    `at` is the present time in seconds, by `time.monotonic`.
    """
    expired_before = now - answer_wait
    workers = await session.scalars(_NOT_ENDED)
    dead = [each.id for each in workers if _is_dead(each, silence, expired_before, at)]
    if not dead:
        return []
    locked = await session.scalars(
        _NOT_ENDED.where(WorkerLease.id.in_(dead))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    marked: list[int] = []
    for worker in locked.all():
        if _is_dead(worker, silence, expired_before, at):
            marked += await _marked_by(session, worker)
            worker.ended_at = now
    return marked


async def is_awaited(
    session: AsyncSession, silence: Silence, *, answer_wait: timedelta, now: datetime
) -> bool:
    """Return whether a worker may soon be known to be dead, as `recover` says."""
    workers = await session.scalars(
        _NOT_ENDED.where(WorkerLease.alive_until <= now - answer_wait)
    )
    return any(silence.is_unbroken(each) for each in workers.all())


async def _marked_by(session: AsyncSession, worker: WorkerLease) -> Sequence[int]:
    released = select(Campaign.id).where(Campaign.released_at.is_not(None))
    marked = await session.scalars(
        select(Message.id).where(
            Message.campaign_id.in_(released),
            Message.due_at.is_not(None),
            Message.state == MessageState.MARKED,
            Message.worker_id == worker.id,
        )
    )
    return marked.all()


def _is_dead(
    worker: WorkerLease, silence: Silence, expired_before: datetime, at: float
) -> bool:
    silent = silence.is_over_lease(worker, at=at)
    return is_gone(worker) or (worker.alive_until <= expired_before and silent)


def at_work(session: Session, *, now: datetime) -> list[str]:
    """Return a host and process number for each worker that may be sending."""
    workers = session.scalars(_NOT_ENDED.where(WorkerLease.alive_until > now))
    return [_name(each) for each in workers.all() if not is_gone(each)]


def silent(session: Session, *, now: datetime) -> list[str]:
    """Return the same for each worker that runs here, and has lost its lease.

    Mostly it cannot write to the store.
    """
    workers = session.scalars(_NOT_ENDED.where(WorkerLease.alive_until <= now))
    return [
        _name(each)
        for each in workers.all()
        if process_identity.runs_here(each.host, each.process)
    ]


def _name(worker: WorkerLease) -> str:
    return f"{worker.host} process {process_identity.pid_of(worker.process)}"


def is_gone(holder: WorkerLease | ReleasePlan) -> bool:
    """Return whether the process of a worker or release ran here and has ended."""
    return process_identity.is_gone(holder.host, holder.process)
