"""The SMTP server of all tests takes a message exactly, and no step out of turn."""

import asyncio

import pytest

from tools.peers.relay import Relay
from tools.peers.smtp_server import OutOfTurnError

HELLO = ("EHLO x\r\n", "250 ENHANCEDSTATUSCODES\r\n")
COMMANDS = "MAIL FROM:<b@x.example>\r\nRCPT TO:<r@x.example>\r\nDATA\r\n"


async def talk(relay: Relay, *packets: tuple[str, str]) -> list[str]:
    """Send packets, each after the end of the reply before; return all reply lines."""
    async with asyncio.timeout(10):
        reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
        said = [await reader.readline()]
        for packet, reply in packets:
            writer.write(packet.encode())
            said.append(await reader.readuntil(reply.encode()))
        writer.write_eof()
        said.append(await reader.read())
        writer.close()
    return b"".join(said).decode().split("\r\n")[:-1]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (".\r\n", ""),
        ("Hello\r\n.\r\n", "Hello\r\n"),
        ("..\r\n..two\r\n.\r\n", ".\r\n.two\r\n"),
        ("a line\n.\nand a dot in it.\r\n.\r\n", "a line\n.\nand a dot in it.\r\n"),
    ],
)
async def test_a_message_is_kept_up_to_its_final_dot_and_undoubled(
    relay: Relay, sent: str, kept: str
) -> None:
    relay.extensions = ("PIPELINING",)
    await talk(relay, HELLO, (COMMANDS, "354 go ahead\r\n"), (sent, "taken\r\n"))

    assert [each.octets.decode() for each in relay.accepted] == [kept]


async def test_an_envelope_that_was_refused_gets_no_go_ahead(relay: Relay) -> None:
    relay.extensions = ("PIPELINING",)
    relay.script = lambda step, _line: "550 no" if step == "MAIL" else None
    said = await talk(relay, HELLO, (COMMANDS, "503 5.5.1 no valid recipient\r\n"))

    assert [line[:3] for line in said[-3:]] == ["550", "503", "503"]
    assert relay.accepted == []


@pytest.mark.parametrize(
    ("extensions", "packet"),
    [
        (("PIPELINING",), COMMANDS + "Hello\r\n.\r\n"),
        ((), COMMANDS),
    ],
    ids=["the go-ahead not waited for", "no pipelining offered"],
)
async def test_a_sender_out_of_turn_is_told_and_fails_the_test(
    extensions: tuple[str, ...], packet: str
) -> None:
    relay = Relay(extensions=extensions)
    with pytest.raises(OutOfTurnError, match="more came before the reply to"):
        async with relay:
            said = await talk(relay, HELLO, (packet, "554 5.5.0"))

    assert said[-1].startswith("554 5.5.0")
    assert relay.accepted == []


async def test_what_a_script_fails_with_fails_the_test() -> None:
    def broken(step: str, _line: str) -> str | None:
        raise AssertionError(f"{step} is not expected")

    relay = Relay(script=broken)
    with pytest.raises(AssertionError, match="CONNECT is not expected"):
        async with relay:
            await talk(relay)
