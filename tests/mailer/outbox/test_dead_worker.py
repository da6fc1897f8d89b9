"""Marks of a dead worker are recovered; a living worker keeps its marks."""

import asyncio
import os
import platform
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from mailer import clock
from mailer.outbox import claim, lease, process_identity
from mailer.outbox.lease import Silence
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import WorkerLease
from mailer.outcomes import closing, mark, record
from mailer.outcomes.record import Outcome
from mailer.sites.site import Site
from tests.acts import campaigning, delivering, transactions
from tools.peers.relay import Relay

LEASE, ANSWER = timedelta(minutes=1), timedelta(minutes=11)


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A child process that does nothing."""
    with subprocess.Popen(["/bin/sleep", "600"]) as process:
        yield process
        process.kill()


def kill_without_reaping(process: subprocess.Popen[bytes]) -> None:
    """Kill a child process and leave it a zombie."""
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)


async def worker_of(session: AsyncSession, process: str) -> int:
    """Add a process of this machine to the workers; return its number."""
    now = clock.now()
    worker = WorkerLease(
        host=platform.node(),
        process=process,
        started_at=now,
        alive_until=now + timedelta(hours=1),
    )
    session.add(worker)
    await session.flush()
    return worker.id


async def mark_for(session: AsyncSession, number: int) -> list[int]:
    """Claim and mark due messages for a worker; return the numbers of the messages."""
    now = clock.now()
    due = await claim.claim(session, claim.Search(), limit=100, now=now)
    ids = [row.id for row in due.rows]
    return sorted(await mark.mark(session, number, ids, now=now))


async def recovered(
    site: Site,
    silence: Silence | None = None,
    *,
    after: timedelta = timedelta(),
    at: float = 0.0,
) -> list[int]:
    """Return the messages that are recovered from dead workers."""
    async with site.database.writing() as session:
        return await lease.recover(
            session,
            silence or Silence(LEASE),
            answer_wait=ANSWER,
            now=clock.now() + after,
            at=at,
        )


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_killed_worker_is_dead_before_its_parent_waits_for_it(
    site: Site, relay: Relay, tmp_path: Path, sleeper: subprocess.Popen[bytes]
) -> None:
    await campaigning.released(site, tmp_path)
    async with site.database.writing() as session:
        worker = await worker_of(session, process_identity.identity(sleeper.pid))
        held = await mark_for(session, worker)
    resending = delivering.tuned(site, uncertain="resend")
    await delivering.work(resending)
    before = len(relay.accepted)
    kill_without_reaping(sleeper)
    await delivering.work(resending)

    assert (len(held), before, len(relay.accepted)) == (10, 0, 10)


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_worker_does_not_end_before_it_has_recovered_from_another_machines(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """It was silent for hours, but not yet for a lease before the eyes of this one."""
    await campaigning.released(site, tmp_path)
    async with site.database.writing() as session:
        worker = await worker_of(session, "1.1@another-kernel")
        await mark_for(session, worker)
        await lease.renew(session, worker, lease=-2 * ANSWER, now=clock.now())
    await delivering.work(delivering.tuned(site, uncertain="resend", lease_seconds=1))

    assert len(relay.accepted) == 10


@pytest.mark.parametrize("store", ["postgresql"])
async def test_marks_that_are_committed_after_a_kill_are_recovered_too(
    site: Site, tmp_path: Path, sleeper: subprocess.Popen[bytes]
) -> None:
    """PostgreSQL completes a COMMIT whose client has died."""
    await campaigning.released(site, tmp_path)
    async with site.database.writing() as session:
        worker = await worker_of(session, process_identity.identity(sleeper.pid))
    async with site.database.writing() as session:
        held = await mark_for(session, worker)
        kill_without_reaping(sleeper)
        recovering = asyncio.create_task(recovered(site))
        assert await transactions.held_up(site, recovering)

    assert len(held) == 10
    assert sorted(await recovering) == held


async def test_a_worker_taken_for_dead_marks_nothing_until_it_renews_its_lease(
    site: Site, tmp_path: Path
) -> None:
    await campaigning.released(site, tmp_path)
    async with site.database.writing() as session:
        worker = await worker_of(session, "1.1@")
        await lease.end(session, worker, now=clock.now())
        ended = await mark_for(session, worker)
        await lease.renew(session, worker, lease=LEASE, now=clock.now())
        renewed = await mark_for(session, worker)

    assert (ended, len(renewed)) == ([], 10)


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_clock_set_forward_makes_no_worker_dead(
    site: Site, tmp_path: Path
) -> None:
    """By that clock the lease has ended; the worker renews it within a third of it."""
    await campaigning.released(site, tmp_path)
    jump, silence = timedelta(hours=2), Silence(LEASE)
    async with site.database.writing() as session:
        worker = await worker_of(session, process_identity.identity(os.getpid()))
        held = await mark_for(session, worker)
    looks = [await recovered(site, silence, after=jump, at=at) for at in (0.0, 59.0)]
    async with site.database.writing() as session:
        now = clock.now()  # the worker renews it by its own clock
        await lease.renew(session, worker, lease=LEASE, now=now)
    looks += [await recovered(site, silence, after=jump, at=at) for at in (60.0, 119.0)]
    silent = await recovered(site, silence, after=jump, at=121.0)

    assert looks == [[], [], [], []]
    assert sorted(silent) == held


def test_a_process_is_gone_only_if_it_ran_on_this_kernel(
    sleeper: subprocess.Popen[bytes],
) -> None:
    """Another machine, or a container, may have the same name as this one."""
    now = clock.now()
    name = process_identity.identity(sleeper.pid)
    ours, theirs, older = (
        WorkerLease(host=platform.node(), process=each, started_at=now, alive_until=now)
        for each in (name, name.replace("@", "@0"), name.partition("@")[0])
    )
    before = [lease.is_gone(each) for each in (ours, theirs, older)]
    kill_without_reaping(sleeper)

    assert before == [False, False, False]
    assert [lease.is_gone(each) for each in (ours, theirs, older)] == [
        True,
        False,
        False,
    ]


@pytest.mark.parametrize("late", ["accepted", "refused", "unsent"])
async def test_a_worker_cannot_settle_a_message_that_another_worker_has_marked_since(
    site: Site, tmp_path: Path, late: str
) -> None:
    """The message was uncertain, and was sent again by policy."""
    number = await campaigning.released(site, tmp_path)
    now = clock.now()
    async with site.database.writing() as session:
        first, second = [await worker_of(session, f"{each}.1@") for each in (1, 2)]
        held = await mark_for(session, first)
        await record.set_uncertain(session, held, reason="silent", due_at=now, now=now)
        await closing.decide(session, held, resend=True, now=now)
        again = await mark_for(session, second)
        match late:
            case "accepted":
                accepted = [(each, "250 taken", "main") for each in held]
                await record.accept(session, first, accepted, now=now)
            case "refused":
                refused = [Outcome(each, MessageState.REFUSED) for each in held]
                await record.settle(session, first, refused, now=now)
            case _:
                await record.unmark(session, first, held, now=now)
    ledger = await campaigning.ledger(site, number)

    assert again == held
    assert {(row.state, row.worker_id) for row in ledger.values()} == {
        ("marked", second)
    }
