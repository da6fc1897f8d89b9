"""What a dead worker held is taken up, whoever buries it; the living keep theirs."""

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
    """A process of ours that does nothing."""
    with subprocess.Popen(["/bin/sleep", "600"]) as process:
        yield process
        process.kill()


def kill_unburied(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and see it dead, without taking note as its parent."""
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)


async def entered(session: AsyncSession, process: str) -> int:
    """Enter a process of this machine as a worker."""
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


async def marked_by(session: AsyncSession, number: int) -> list[int]:
    """Mark what is due for a worker; return which messages that are."""
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
    """Take what the dead had marked."""
    async with site.database.writing() as session:
        return await lease.recover(
            session,
            silence or Silence(LEASE),
            answer_wait=ANSWER,
            now=clock.now() + after,
            at=at,
        )


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_killed_worker_is_dead_before_its_parent_asks_after_it(
    site: Site, relay: Relay, tmp_path: Path, sleeper: subprocess.Popen[bytes]
) -> None:
    await campaigning.released(site, tmp_path)
    async with site.database.writing() as session:
        worker = await entered(session, process_identity.identity(sleeper.pid))
        held = await marked_by(session, worker)
    resending = delivering.tuned(site, uncertain="resend")
    await delivering.work(resending)
    before = len(relay.accepted)
    kill_unburied(sleeper)
    await delivering.work(resending)

    assert (len(held), before, len(relay.accepted)) == (10, 0, 10)


@pytest.mark.parametrize("store", ["postgresql"])
async def test_marks_that_are_committed_after_a_kill_are_taken_up_too(
    site: Site, tmp_path: Path, sleeper: subprocess.Popen[bytes]
) -> None:
    """The server goes on with a COMMIT whose worker is dead."""
    await campaigning.released(site, tmp_path)
    async with site.database.writing() as session:
        worker = await entered(session, process_identity.identity(sleeper.pid))
    async with site.database.writing() as session:
        held = await marked_by(session, worker)
        kill_unburied(sleeper)
        recovering = asyncio.create_task(recovered(site))
        assert await transactions.held_up(site, recovering)

    assert len(held) == 10
    assert sorted(await recovering) == held


async def test_who_was_given_up_marks_nothing_until_it_shows_that_it_lives(
    site: Site, tmp_path: Path
) -> None:
    await campaigning.released(site, tmp_path)
    async with site.database.writing() as session:
        worker = await entered(session, "1.1@")
        await lease.leave(session, worker, now=clock.now())
        given_up = await marked_by(session, worker)
        await lease.stay_alive(session, worker, lease=LEASE, now=clock.now())
        alive = await marked_by(session, worker)

    assert (given_up, len(alive)) == ([], 10)


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_clock_set_forward_makes_nobody_dead(
    site: Site, tmp_path: Path
) -> None:
    """By the clock its lease has long been over; it renews it at the next occasion."""
    await campaigning.released(site, tmp_path)
    jump, silence = timedelta(hours=2), Silence(LEASE)
    async with site.database.writing() as session:
        worker = await entered(session, process_identity.identity(os.getpid()))
        held = await marked_by(session, worker)
    seen = [await recovered(site, silence, after=jump, at=at) for at in (0.0, 59.0)]
    async with site.database.writing() as session:
        now = clock.now()  # on its way again with a clock of its own
        await lease.stay_alive(session, worker, lease=LEASE, now=now)
    seen += [await recovered(site, silence, after=jump, at=at) for at in (60.0, 119.0)]
    silent = await recovered(site, silence, after=jump, at=121.0)

    assert seen == [[], [], [], []]
    assert sorted(silent) == held


def test_only_the_kernel_that_numbers_a_process_says_that_it_is_gone(
    sleeper: subprocess.Popen[bytes],
) -> None:
    """Another machine, or a container, may have the same name as this one."""
    now = clock.now()
    name = process_identity.identity(sleeper.pid)
    ours, theirs, older = (
        WorkerLease(host=platform.node(), process=each, started_at=now, alive_until=now)
        for each in (name, name.replace("@", "@0"), name.partition("@")[0])
    )
    before = [lease.gone(each) for each in (ours, theirs, older)]
    kill_unburied(sleeper)

    assert before == [False, False, False]
    assert [lease.gone(each) for each in (ours, theirs, older)] == [True, False, False]


@pytest.mark.parametrize("late", ["accepted", "refused", "unsent"])
async def test_who_lost_a_message_to_another_worker_says_no_more_of_it(
    site: Site, tmp_path: Path, late: str
) -> None:
    """It was uncertain, is sent again by policy, and belongs to whoever marked it."""
    number = await campaigning.released(site, tmp_path)
    now = clock.now()
    async with site.database.writing() as session:
        first, second = [await entered(session, f"{each}.1@") for each in (1, 2)]
        held = await marked_by(session, first)
        await record.uncertain(session, held, why="silent", due_at=now, now=now)
        await closing.decide(session, held, resend=True, now=now)
        again = await marked_by(session, second)
        match late:
            case "accepted":
                told = [(each, "250 taken") for each in held]
                await record.accept(session, first, told, now=now)
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
