"""A COMMIT that is done but not answered: the worker may repeat its transaction.

Between worker and PostgreSQL is a proxy. It passes some commits on, waits until the
server has done them, and then closes the connection without an answer.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import pytest

from mailer.outbox.message_states import MessageState
from mailer.settings.toml import edit_toml
from mailer.sites.opening import open_site
from mailer.sites.site import Site
from tests.acts import campaigning, delivering
from tools import dice
from tools.peers.relay import Relay

pytestmark = pytest.mark.parametrize("store", ["postgresql"])


@dataclass(kw_only=True)
class Proxy:
    """Passes octets on; loses the answers to one of `answered` + 1 commits on average.

    With `blocking`, the commit after it does not reach the server.
    """

    server: int
    armed: Callable[[], bool]
    answered: int
    drawn: Random
    blocking: bool = False
    block_next: bool = False
    lost: int = 0
    port: int = 0
    serving: set[asyncio.Task[None]] = field(default_factory=set)

    def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one client."""
        self.serving.add(asyncio.ensure_future(self._serve(reader, writer)))

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Pass octets between one client and the server until one of them ends."""
        from_server, to_server = await asyncio.open_connection("127.0.0.1", self.server)
        answers = asyncio.create_task(_pump(from_server, writer))
        with suppress(ConnectionError):
            while request := await reader.read(1 << 16):
                if b"COMMIT" in request and self.block_next:
                    self.block_next = False
                    break
                lost = b"COMMIT" in request and self._is_lost()
                if lost:
                    self.block_next = self.blocking
                    answers.cancel()
                    await asyncio.wait([answers])
                to_server.write(request)
                if lost:
                    await from_server.read(1 << 16)  # the server has done it
                    break
        answers.cancel()
        await asyncio.wait([answers])
        for each in (writer, to_server):
            each.close()
            with suppress(ConnectionError):
                await each.wait_closed()

    def _is_lost(self) -> bool:
        lost = self.armed() and self.drawn.randrange(self.answered + 1) == 0
        self.lost += lost
        return lost


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while octets := await reader.read(1 << 16):
            writer.write(octets)
    writer.close()


@asynccontextmanager
async def behind(site: Site, proxy: Proxy) -> AsyncIterator[Site]:
    """Open the site with a proxy between it and its store."""
    listening = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = listening.sockets[0].getsockname()[1]
    url = site.settings.store.url.replace(f":{proxy.server}/", f":{proxy.port}/")
    edit_toml(site.root / "config.toml", {("store", "url"): url})
    async with listening:
        async with open_site(site.root / "config.toml") as opened:
            yield opened
        await asyncio.gather(*proxy.serving)


@pytest.mark.prove
@pytest.mark.parametrize(
    ("answered", "next_commit"),
    [
        (1, "passed"),
        (2, "passed"),
        (4, "passed"),
        (2, "blocked"),
        (4, "blocked"),
    ],
)
async def test_each_reader_gets_one_message(
    site: Site,
    relay: Relay,
    tmp_path: Path,
    seed: int,
    answered: int,
    next_commit: str,
) -> None:
    """The commits without an answer are those of claims, marks and outcomes."""
    number = await campaigning.released(site, tmp_path, audience=campaigning.OFFICES)
    proxy = Proxy(
        server=urlsplit(site.settings.store.url).port or 0,
        armed=lambda: len(relay.accepted) > 0,
        answered=answered,
        drawn=dice.of(seed),
        blocking=next_commit == "blocked",
    )
    async with behind(site, proxy) as proxied:
        tuned = delivering.tuned(proxied, connections=2, mark_ahead=4)
        await delivering.work(tuned)
    counted = await campaigning.report(site, number)

    assert proxy.lost > 0
    assert Counter(Counter(relay.recipients()).values()) == {1: 54}
    assert (counted.accepted, counted.states[MessageState.UNCERTAIN]) == (54, 0)
    assert await delivering.ever_uncertain(site, number) == set()
