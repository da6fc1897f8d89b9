"""Several workers under one command: each message is sent once."""

import asyncio
import json
import os
import signal
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import exists, select

from mailer.outbox.models import WorkerLease
from mailer.settings.toml import edit_toml
from mailer.sites.site import Site
from tests.acts import campaigning, delivering
from tools.peers.relay import Relay
from tools.waiting import eventually

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
UNDONE = b"no message got a new state before the stop\n"
TWO = ("work", "--until-idle", "--processes", "2")


def children(pid: int) -> list[int]:
    numbers = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(number) for number in numbers.split()]


def exists_still(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


async def two_children(pid: int, *, besides: int = 0) -> list[int]:
    """Wait until a process has two children, that one not counted."""

    def others() -> list[int]:
        return [each for each in children(pid) if each != besides]

    await eventually(lambda: len(others()) == 2, "it has no two children")
    return others()


async def has_worker(site: Site) -> bool:
    async with site.database.reading() as session:
        return bool(await session.scalar(select(exists(WorkerLease.id))))


@pytest.mark.prove
async def test_two_processes_deliver_each_message_once_and_add_their_counts(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path, audience=campaigning.OFFICES)
    edit_toml(site.root / "config.toml", {("delivery", "mark_ahead"): 3})
    parent = await delivering.process(site, *TWO)
    stdout, stderr = await parent.communicate()

    assert (parent.returncode, stdout) == (0, b"54 accepted\n"), stderr
    assert Counter(relay.recipients()) == Counter(
        list(await campaigning.ledger(site, number))
    )


@pytest.mark.prove
@pytest.mark.parametrize("one_or_two", [(), ("--processes", "2")])
async def test_the_recorded_states_are_printed_as_json(
    site: Site, tmp_path: Path, one_or_two: tuple[str, ...]
) -> None:
    await campaigning.released(site, tmp_path)
    command = ("work", "--until-idle", "--json", *one_or_two)
    printed = [
        (await (await delivering.process(site, *command)).communicate())[0]
        for _ in range(2)
    ]

    assert [json.loads(each) for each in printed] == [{"accepted": 10}, {}]


async def test_a_killed_worker_is_restarted_and_sigterm_ends_all(
    site: Site,
) -> None:
    parent = await delivering.process(site, "work", "--processes", "2")
    killed, _ = await two_children(parent.pid)
    os.kill(killed, signal.SIGKILL)
    alive = await two_children(parent.pid, besides=killed)
    parent.terminate()
    stdout, stderr = await parent.communicate()

    assert (parent.returncode, stdout) == (0, UNDONE), stderr
    assert b"worker.killed" in stderr
    assert not [pid for pid in alive if exists_still(pid)]


@pytest.mark.prove
async def test_workers_stop_cleanly_when_their_parent_is_killed(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """Messages in flight are finished, other marks removed; nothing is uncertain."""
    number = await campaigning.released(site, tmp_path, audience=campaigning.OFFICES)
    edit_toml(site.root / "config.toml", {("delivery", "mark_ahead"): 3})
    edit_toml(site.root / "config.toml", {("relay", "connections"): 1})
    relay.delay, in_flight = 0.2, asyncio.Event()

    async def note(verb: str) -> None:
        if verb == ".":
            in_flight.set()

    relay.before = note
    parent = await delivering.process(site, "work", "--processes", "2")
    orphans = await two_children(parent.pid)
    await eventually(in_flight.is_set, "no message is sent")
    parent.kill()
    await parent.wait()
    await eventually(
        lambda: not any(exists_still(pid) for pid in orphans),
        "a worker goes on after its parent's end",
    )
    states = Counter(
        each.state for each in (await campaigning.ledger(site, number)).values()
    )

    assert set(states) == {"accepted", "waiting"}
    assert states["accepted"] == len(relay.accepted)


@pytest.mark.prove
async def test_after_sigterm_a_worker_does_not_wait_for_ever_for_its_store(
    site: Site,
) -> None:
    """Another program keeps the store locked."""
    edit_toml(site.root / "config.toml", {("store", "busy_seconds"): 0.1})
    working = await delivering.process(site, "work")
    assert working.stderr is not None
    await eventually(lambda: has_worker(site), "no worker has a lease")
    async with site.database.writing() as session:
        await session.execute(select(1))  # takes the lock
        while b"store.away" not in (line := await working.stderr.readline()):
            assert line, "the worker ended"
        working.terminate()
        _, stderr = await asyncio.wait_for(working.communicate(), 60)

    assert working.returncode == 1
    assert b"another program holds it (database is locked)" in stderr
