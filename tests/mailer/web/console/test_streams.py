"""Streams of live figures: many at once, clients that do not read, ended sign-ins."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from audiences.record.changes import Author
from mailer import clock
from mailer.signin import browsers
from mailer.sites.site import Site
from mailer.users import keeping
from mailer.web import connections, streams
from mailer.web.console.letters import live
from tests.acts import campaigning, delivering
from tests.acts.console import Visitor, add_user, visitor
from tools.peers.relay import Relay
from tools.peers.serving import serving
from tools.waiting import eventually

pytestmark = [pytest.mark.parametrize("store", ["sqlite"]), pytest.mark.prove]
MANY, SECONDS = 500, 10.0
ESTABLISHED = 1  # the state of TCP, in Linux's tcp_info


@contextlib.asynccontextmanager
async def opened(
    client: httpx.AsyncClient, one: Visitor, number: int
) -> AsyncIterator[httpx.Response]:
    """Open the stream of a campaign."""
    address = f"{one.pages.url}/console/campaigns/{number}/live/events"
    async with client.stream("GET", address, headers={"Cookie": one.cookie}) as told:
        yield told


async def lines(told: httpx.Response) -> str:
    """Read a stream to its end; return it."""
    return (await told.aread()).decode()


async def test_five_hundred_streams_are_bounded_and_a_campaign_is_sent(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path)
    async with serving(site) as pages:
        limits = httpx.Limits(max_connections=MANY)
        async with httpx.AsyncClient(timeout=60, limits=limits) as client:
            one = await visitor(site, pages, "editor")
            read: list[str] = []

            async def watch() -> None:
                async with opened(client, one, number) as told:
                    read.append(await lines(told))

            watching = [asyncio.create_task(watch()) for _ in range(MANY)]
            await eventually(
                lambda: len(read) >= MANY - streams.MOST, "the streams do not answer"
            )
            short = list(read)
            began = time.process_time()
            page = await one.get("/me")
            await asyncio.sleep(SECONDS)
            used = (time.process_time() - began) / SECONDS
            await delivering.work(site)
            await asyncio.wait(watching, timeout=30)

    assert page.status_code == 200
    assert used < 0.5  # of a core, with the clients in it
    assert all(f"retry: {live.LATER}" in each for each in short)
    assert len(read) == MANY
    assert (await campaigning.report(site, number)).accepted == 10


@pytest.mark.parametrize("how", ["signed out", "disabled", "removed"])
async def test_a_stream_ends_when_its_sign_in_does(
    site: Site, tmp_path: Path, how: str
) -> None:
    number = await campaigning.released(site, tmp_path)
    await add_user(site, "watcher", "viewer")
    async with serving(site) as pages, httpx.AsyncClient(timeout=60) as client:
        one = await visitor(site, pages, "watcher")
        async with opened(client, one, number) as told:
            ended = asyncio.create_task(lines(told))
            await asyncio.sleep(live.EVERY)
            assert not ended.done()
            now = clock.now()
            author = Author(by="head-of-unit", account=None, because=None, at=now)
            async with site.database.writing() as session:
                if how == "signed out":
                    await browsers.end(session, one.token)
                elif how == "disabled":
                    await keeping.disable(session, "watcher", author, classes=())
                else:
                    await keeping.remove(session, "watcher", author, classes=())
            await asyncio.wait_for(ended, 5 * live.EVERY)
        again = await one.get(f"/campaigns/{number}/live/events")

    assert again.status_code == 303  # to the page for signing in


async def test_a_client_that_does_not_read_is_left_and_the_others_are_served(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "ANSWER", 3.0)
    number = await campaigning.released(site, tmp_path)
    async with serving(site) as pages:
        one = await visitor(site, pages, "editor")
        head = f"GET /console/campaigns/{number}/live/events HTTP/1.1\r\nHost: x\r\n"
        asked = f"{head}Cookie: {one.cookie}\r\n\r\n".encode()
        address = "127.0.0.1", int(pages.url.rpartition(":")[2])
        with contextlib.ExitStack() as open_now:
            wires = [
                open_now.enter_context(socket.create_connection(address))
                for _ in range(100)
            ]
            for each in wires:
                each.sendall(asked)

            page = await one.get("/me")
            await eventually(
                lambda: all(gone(each) for each in wires), "who does not read stays"
            )

    assert page.status_code == 200


def gone(wire: socket.socket) -> bool:
    """Whether the server has closed a connection, seen without reading from it."""
    state = wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]
    return state != ESTABLISHED
