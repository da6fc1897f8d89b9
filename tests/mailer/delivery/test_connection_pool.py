"""A connection that hangs, closes or is refused does not delay the others."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from mailer.sites.site import Site
from tests.acts import campaigning, delivering
from tests.acts.delivering import Once
from tools.peers.relay import Relay

pytestmark = pytest.mark.parametrize("store", ["sqlite"])


async def test_a_greeting_that_never_comes_delays_no_other_connection(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """The other one is lost and opened again while the first still hangs."""
    done = asyncio.Event()

    async def hang(verb: str) -> None:
        if verb == "CONNECT" and relay.connections == 1:
            await done.wait()

    relay.before, relay.script = hang, Once("RCPT", "421 4.3.2 closing")
    await campaigning.released(site, tmp_path)
    async with asyncio.timeout(60):
        await delivering.work_until(
            delivering.tuned(site, connections=2), lambda: len(relay.accepted) == 10
        )
    done.set()

    assert max(Counter(relay.recipients()).values()) == 1
