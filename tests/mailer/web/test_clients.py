"""Slow and busy clients: each costs itself only, and the pages answer the others."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest

from mailer.sites.site import Site
from mailer.web import connections, front, limits
from tests.acts import readers
from tests.acts.readers import TOPIC
from tools.peers.serving import ONE_CLICK, Pages, serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])

HEADER = b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: "
BODY = b"POST /p/%s HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\na"
BEGUN: dict[str, Callable[[bytes], bytes]] = {
    "idle": lambda _token: b"",
    "header": lambda _token: HEADER,
    "body": lambda token: BODY % token,
}
Client = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def opened(pages: Pages, sent: bytes) -> Client:
    port = int(pages.url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    return reader, writer


async def ended(client: Client) -> bool:
    """Wait until the server closes a connection."""
    reader, writer = client
    try:
        async with asyncio.timeout(30):
            return await reader.read() is not None
    except ConnectionError:
        return True
    except TimeoutError:
        return False
    finally:
        writer.close()


@pytest.mark.parametrize("slow", BEGUN)
async def test_a_client_that_is_slow_loses_its_connection(
    site: Site, tmp_path: Path, slow: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert max(connections.HEADER, connections.BODY) <= 15
    monkeypatch.setattr(connections, "HEADER", 0.3)
    monkeypatch.setattr(connections, "BODY", 0.3)
    link = await readers.signed(site, tmp_path)
    async with serving(site) as pages:
        sent = BEGUN[slow](link.preferences.encode())
        clients = [await opened(pages, sent) for _ in range(3)]
        closed = [await ended(each) for each in clients]
        after = await pages.get("/healthz")

    assert closed == [True, True, True]
    assert after.status_code == 200


@pytest.mark.prove
@pytest.mark.parametrize("slow", BEGUN)
async def test_while_slow_clients_hold_every_connection_others_are_answered(
    site: Site, tmp_path: Path, slow: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MOST", 20)
    for deadline in ("HEADER", "BODY", "ANSWER"):  # none of them frees a connection
        monkeypatch.setattr(connections, deadline, 600.0)
    link = await readers.signed(site, tmp_path)
    async with serving(site) as pages:
        sent = BEGUN[slow](link.preferences.encode())
        clients = [await opened(pages, sent) for _ in range(60)]
        answers = [await pages.get("/healthz") for _ in range(5)]
        first = await asyncio.gather(*map(ended, clients[:40]))
        for _, writer in clients[40:]:
            writer.close()

    assert {each.status_code for each in answers} == {200}
    assert all(first)


@pytest.mark.prove
async def test_a_form_that_is_being_sent_arrives_while_silent_clients_come(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its connection is the oldest of all; one that is used again and again stays."""
    monkeypatch.setattr(connections, "MOST", 20)
    monkeypatch.setattr(connections, "SILENT", 3.0)
    for deadline in ("HEADER", "BODY", "ANSWER"):
        monkeypatch.setattr(connections, deadline, 600.0)
    link = await readers.signed(site, tmp_path)
    form = urlencode({f"topic-{TOPIC}": "on"} | {"x": "y" * 20}).encode()
    async with serving(site) as pages:
        reader, sender = await opened(
            pages,
            b"POST /p/%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n"
            b"Content-Length: %d\r\n\r\n" % (link.preferences.encode(), len(form)),
        )
        silent = [await opened(pages, b"") for _ in range(18)]
        await asyncio.sleep(connections.SILENT + 0.1)
        for each in form[:15]:
            sender.write(bytes([each]))
            silent.append(await opened(pages, b""))
            assert (await pages.get("/healthz")).status_code == 200
        sender.write(form[15:])
        answer = await asyncio.wait_for(reader.read(), 30)
        for _, writer in [*silent, (reader, sender)]:
            writer.close()

    assert answer.startswith(b"HTTP/1.1 200 ")


@pytest.mark.prove
async def test_one_link_may_do_so_much_and_unsubscribing_is_never_refused(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front, "DELAY", 0.01)
    link = await readers.signed(site, tmp_path)
    other = await readers.signed_entry(site, tmp_path)
    async with serving(site) as pages:
        saves = [await pages.post(f"/p/{link.preferences}", {}) for _ in range(60)]
        left = [
            await pages.post(f"/u/{link.unsubscribe}", ONE_CLICK) for _ in range(60)
        ]
        others = await pages.post(f"/p/{other.preferences}", {})

    assert {each.status_code for each in saves[:40]} == {200}
    refused = [each for each in saves if each.status_code != 200]
    assert {each.status_code for each in refused} == {429}
    assert all("Please wait a minute" in each.text for each in refused)
    assert {each.headers["retry-after"] for each in refused} == {"60"}
    assert {each.status_code for each in left} == {200}
    assert others.status_code == 200
    assert await readers.evidence(site) == [(TOPIC, "ended", "one-click")]


async def test_a_client_is_known_by_the_word_of_a_trusted_proxy_only(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last address that is not a proxy's counts; what stands before it does not."""
    monkeypatch.setattr(front, "DELAY", 0.01)
    monkeypatch.setattr(limits, "CLIENTS", (3, 0.001))

    async def ask(forwarded: str, times: int) -> list[int]:
        header = {"X-Forwarded-For": forwarded}
        answers = [await pages.get("/nowhere", **header) for _ in range(times)]
        return [each.status_code for each in answers]

    async with serving(site) as pages:
        first = await ask("198.51.100.9, 203.0.113.7", 4)
        same = await ask("198.51.100.10, 203.0.113.7, 127.0.0.1", 1)
        network = await ask("2001:db8::1", 3) + await ask("2001:db8::2", 1)
        other = await ask("203.0.113.8", 1)
        unnamed = await ask("", 5)
        watched = await pages.get("/healthz", **{"X-Forwarded-For": "203.0.113.7"})

    assert first == network == [404, 404, 404, 429]
    assert (same, other, unnamed) == ([429], [404], [404] * 5)
    assert watched.status_code == 200
