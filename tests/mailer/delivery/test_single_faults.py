"""Faults one by one: a message that cannot be composed, a full disk, a lost session.

All other messages are sent, no reader is lost, and no second copy is unrecorded.
"""

import asyncio
import sys
import time
from collections import Counter
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import update

from audiences.contacts import Contact
from mailer.outbox.message_states import MessageState
from mailer.settings.toml import edit_toml
from mailer.sites.site import Site
from tests.acts import campaigning, delivering
from tools.peers.relay import Relay

ED = "focal-point@ed.sector.example"
END = """select pg_terminate_backend(pid) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid()"""
BLOCK = 512  # octets in a unit of `ulimit -f`
AWAY = 0.3  # seconds in which the relay takes no connection
ROOM = 40 * 1024  # octets by which a file may still grow: enough for some marks only


async def test_a_message_that_cannot_be_composed_is_set_aside_and_the_others_go(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path)
    broken = "ed@sector.example>\r\nRCPT TO:<someone@else.example"
    async with site.database.writing() as session:
        await session.execute(
            update(Contact).where(Contact.address == ED).values(address=broken)
        )
    await delivering.work(site)
    row = (await campaigning.ledger(site, number))[broken]
    counted = await campaigning.report(site, number)

    assert (
        counted.accepted,
        counted.states[MessageState.SET_ASIDE],
        counted.state,
    ) == (
        9,
        1,
        "finished",
    )
    assert (row.state, row.attempts > 0) == ("set_aside", True)
    assert "address" in str(row.reason)
    assert "someone@else.example" not in " ".join(relay.commands)


@delivering.EITHER_WAY
async def test_an_octet_that_no_store_keeps_is_replaced_in_a_reply(
    site: Site, relay: Relay, tmp_path: Path, offers: tuple[str, ...]
) -> None:
    """Otherwise no outcome with such a reply could be written."""
    relay.extensions = offers
    relay.script = lambda verb, _line: "250 taken\0 in" if verb == "." else None
    number = await campaigning.released(site, tmp_path)
    await delivering.work(site)
    ledger = await campaigning.ledger(site, number)

    assert {(row.state, row.reply) for row in ledger.values()} == {
        ("accepted", "250 taken? in")
    }


async def every_copy_is_explained(site: Site, relay: Relay, number: int) -> bool:
    """Return whether each reader has one copy, or more and was once uncertain."""
    copies = Counter(relay.recipients())
    uncertain = await delivering.ever_uncertain(site, number)
    readers = set(await campaigning.ledger(site, number))
    return set(copies) == readers and all(
        count == 1 or address in uncertain for address, count in copies.items()
    )


@pytest.mark.parametrize("store", ["sqlite"])
async def test_without_room_for_its_mark_no_message_is_sent(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """The kernel limits the files of this worker, as a full disk would."""
    number = await campaigning.released(site, tmp_path, audience=campaigning.OFFICES)
    values: dict[tuple[str, str], object] = {
        ("delivery", "mark_ahead"): 1,
        ("delivery", "uncertain_minutes"): 0.0,
    }
    edit_toml(site.root / "config.toml", values)
    journal = (site.root / "mailer.db-wal").stat().st_size
    limit = f"ulimit -f {(journal + ROOM) // BLOCK}; exec"
    command = f"{limit} {sys.executable} -m mailer --config"
    full = await asyncio.create_subprocess_shell(
        f"{command} {site.root / 'config.toml'} work --until-idle",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    _, stderr = await full.communicate()
    sent = len(relay.accepted)
    await delivering.work_until(
        delivering.tuned(site), lambda: len(set(relay.recipients())) == 54
    )

    assert full.returncode == 1, stderr
    assert b"the store cannot be used" in stderr
    assert sent < 54
    assert await every_copy_is_explained(site, relay, number)


@pytest.mark.prove
@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_log_that_cannot_be_written_stops_no_delivery(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """The disk of the log is full; the relay is away at first, which is logged."""
    number = await campaigning.released(site, tmp_path)
    commands: list[float] = []

    def away(verb: str, _line: str) -> str | None:
        commands.append(time.monotonic())
        early = commands[-1] - commands[0] < AWAY
        return "421 not yet" if verb == "CONNECT" and early else None

    relay.script = away
    command = f"{sys.executable} -m mailer --config {site.root / 'config.toml'}"
    working = await asyncio.create_subprocess_shell(
        f"{command} work --until-idle 2>/dev/full"
    )
    code = await working.wait()
    counted = await campaigning.report(site, number)

    assert code == 0
    assert (counted.states[MessageState.ACCEPTED], counted.state) == (10, "finished")


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_result_that_cannot_be_written_is_an_error(site: Site) -> None:
    command = f"{sys.executable} -m mailer --config {site.root / 'config.toml'}"
    listing = await asyncio.create_subprocess_shell(
        f"{command} topics list >/dev/full", stderr=asyncio.subprocess.PIPE
    )
    _, stderr = await listing.communicate()

    assert listing.returncode == 1
    assert stderr == b"mailer: a disk is full; make room, then try again\n"


@pytest.mark.prove
@pytest.mark.parametrize("store", ["postgresql"])
async def test_sessions_of_the_store_that_end_lose_no_message(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """Every session of the store ends, three times, with messages in flight."""
    number = await campaigning.released(site, tmp_path, audience=campaigning.OFFICES)
    dots = 0

    async def end_sessions(verb: str) -> None:
        nonlocal dots
        dots += verb == "."
        if verb == "." and dots in {3, 17, 31}:
            url = site.settings.store.url
            async with await psycopg.AsyncConnection.connect(
                url, autocommit=True
            ) as connection:
                await connection.execute(END)

    relay.before = end_sessions
    values: dict[tuple[str, str], object] = {
        ("delivery", "mark_ahead"): 2,
        ("delivery", "uncertain_minutes"): 0.0,
    }
    edit_toml(site.root / "config.toml", values)
    for _ in range(5):
        working = await delivering.process(site, "work", "--until-idle")
        _, stderr = await working.communicate()
        assert b"an unexpected fault" not in stderr, stderr
        assert working.returncode in {0, 1}, stderr
    counted = await campaigning.report(site, number)

    assert dots > 31
    assert (counted.accepted, counted.state) == (54, "finished")
    assert await every_copy_is_explained(site, relay, number)
