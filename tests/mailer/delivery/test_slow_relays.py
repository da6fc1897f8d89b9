"""A relay that is slow to greet does not delay the messages of other relays."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from mailer.clock import uptime
from mailer.sites.site import Site
from tests.acts import campaigning, delivering, transactions
from tools.peers.relay import Relay
from tools.waiting import eventually

BOTH = "kind in (sector, field_office) and sub(monthly-letter)"
SECTORS, OFFICES = "*.sector.example", "fieldoffice.example"  # ten, then fifty-four
SEVERAL, A_SECOND = 25, 25  # looks at the store, and the most there may be a second


@pytest.fixture
def greets(spare: Relay) -> asyncio.Event:
    """The spare relay takes connections, and greets when this event is set."""
    greeting = asyncio.Event()

    async def hang(verb: str) -> None:
        if verb == "CONNECT":
            await greeting.wait()

    spare.before = hang
    return greeting


def with_spare(site: Site, spare: Relay, *domains: str) -> Site:
    at = {"host": "127.0.0.1", "port": spare.port, "connections": 1}
    return delivering.changed(site, relays={"spare": {**at, "for": domains}})


@asynccontextmanager
async def serving(site: Site) -> AsyncIterator[None]:
    working = asyncio.create_task(delivering.serve(site))
    yield
    working.cancel()
    await asyncio.wait([working])


@pytest.mark.prove
async def test_messages_of_other_relays_go_first_and_the_rest_after_its_greeting(
    site: Site, relay: Relay, spare: Relay, greets: asyncio.Event, tmp_path: Path
) -> None:
    """The drain waits for a relay that may still greet; then its messages go."""
    number = await campaigning.released(site, tmp_path, audience=BOTH)
    working = asyncio.create_task(delivering.work(with_spare(site, spare, SECTORS)))
    await eventually(lambda: len(relay.accepted) == 54, "the other relay has not all")
    looks = transactions.counted(site)
    await eventually(lambda: len(looks) > 9 or working.done(), "nothing is looked for")
    put_off = await campaigning.ledger(site, number)
    waiting = {reader for reader, each in put_off.items() if each.due_at}
    ended = working.done()
    greets.set()
    await working
    ledger = await campaigning.ledger(site, number)

    assert not ended
    assert (len(waiting), Counter(spare.recipients())) == (10, Counter(waiting))
    assert {each.attempts for each in ledger.values()} == {1}
    assert {put_off[reader].reason for reader in waiting} == {
        "the relay spare is not connected yet"
    }
    for reader in waiting:
        marked_at, due_at = ledger[reader].marked_at, put_off[reader].due_at
        assert marked_at is not None
        assert due_at is not None
        assert marked_at < due_at


@pytest.mark.prove
@pytest.mark.parametrize("store", ["sqlite"])
@pytest.mark.usefixtures("greets")
async def test_the_store_is_asked_seldom_while_a_greeting_is_awaited(
    site: Site, relay: Relay, spare: Relay, tmp_path: Path
) -> None:
    """There are a few transactions a second, not hundreds."""
    await campaigning.released(site, tmp_path, audience=BOTH)
    async with serving(with_spare(site, spare, OFFICES)):
        await eventually(lambda: len(relay.accepted) == 10, "the other has not all")
        looks, began = transactions.counted(site), uptime()
        await eventually(lambda: len(looks) >= SEVERAL, "the store is left alone")
        took = uptime() - began

    assert spare.accepted == []
    assert took > SEVERAL / A_SECOND
