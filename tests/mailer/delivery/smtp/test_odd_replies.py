"""Relays that answer oddly: no message is lost or sent twice, and it is said so."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from mailer.delivery.smtp.connect import RelayError
from mailer.delivery.smtp.replies import (
    MAX_LINE,
    MAX_REPLY,
    MalformedError,
    ReplyParser,
)
from mailer.sites.site import Site
from tests.acts import campaigning, delivering
from tools.peers.relay import Relay

ONLY_SQLITE = pytest.mark.parametrize("store", ["sqlite"])


@ONLY_SQLITE
@delivering.EITHER_WAY
async def test_a_line_that_is_too_long_says_what_became_of_the_message(
    site: Site, relay: Relay, tmp_path: Path, offers: tuple[str, ...]
) -> None:
    """Its code counts; else each reader would get the message again."""
    relay.extensions = offers
    long = f"250 2.0.0 queued as {'q' * 4 * MAX_LINE}"
    relay.script = lambda step, _line: long if step == "." else None
    number = await campaigning.released(site, tmp_path)
    await delivering.work(delivering.tuned(site))

    assert set(Counter(relay.recipients()).values()) == {1}
    assert await campaigning.state(site, number) == "finished"


def test_a_long_line_is_cut_and_an_endless_one_refused() -> None:
    parser = ReplyParser()
    parser.feed(b"250 " + b"x" * (MAX_REPLY - 10))
    assert parser.next() is None
    parser.feed(b"\r\n")
    reply = parser.next()
    assert reply is not None
    assert (reply.code, len(reply.text)) == (250, MAX_LINE - 4)
    parser.feed(b"250 " + b"x" * MAX_REPLY)
    with pytest.raises(MalformedError, match="does not end"):
        parser.next()


@pytest.mark.parametrize(
    ("octets", "sentence"),
    [
        (b"\xff ??\r\n", "not an SMTP reply: \\xff ??"),
        (b"250-a\r\n550 b\r\n", "one reply with two codes, 250 and 550"),
        (b"199 a\r\n", "not an SMTP reply: 199 a"),
    ],
)
def test_what_is_no_reply_is_shown_as_text(octets: bytes, sentence: str) -> None:
    parser = ReplyParser()
    parser.feed(octets)
    with pytest.raises(MalformedError) as raised:
        parser.next()

    assert str(raised.value) == sentence


@pytest.mark.prove
@ONLY_SQLITE
@pytest.mark.parametrize(
    ("greeting", "sentence"),
    [
        (
            b"HTTP/1.1 400 Bad Request\r\n\r\n",
            "does not speak SMTP (HTTP/1.1 400 Bad Request); check its host and port",
        ),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "does not speak SMTP (SSH-2.0-OpenSSH_9.2)"),
        (b"220 half", "it closed the connection"),
        (b"220 " + b"x" * 100_000, "does not speak SMTP (Response too long)"),
    ],
    ids=["web", "ssh", "closed", "endless"],
)
async def test_a_port_of_another_service_is_named(
    site: Site, tmp_path: Path, greeting: bytes, sentence: str
) -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    await campaigning.released(site, tmp_path)
    async with server:
        with pytest.raises(RelayError) as raised:
            await delivering.work(delivering.changed(site, relay={"port": port}))

    assert sentence in str(raised.value)
