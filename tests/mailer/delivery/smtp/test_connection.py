"""One connection, octet by octet: a parcel is told of once, on its side of the dot."""

import asyncio
from collections.abc import Sequence

import pytest

from mailer.clock import uptime
from mailer.delivery.smtp import outgoing
from tests.mailer.delivery.smtp.bare_peer import (
    GO,
    OK,
    OPENED,
    PIPELINING,
    PLAIN,
    TAKEN,
    Desk,
    desk,
    ended,
    parcel,
    saying,
)

DATA, DOT, RSET, QUIT = "DATA\r\n", "\r\n.\r\n", "RSET\r\n", "QUIT\r\n"
BYE = (QUIT, "221 bye\r\n")


NO, LATER, CLOSING = "550 5.1.1 no\r\n", "450 4.2.0 later\r\n", "421 4.3.2 bye\r\n"
BOTH = {1: ["the final dot: 250"], 2: ["the final dot: 250"]}
FIRST = (DATA, OPENED), (DOT, "")  # the envelope of the second comes behind the dot
SECOND = (DOT, TAKEN), BYE
ENDLESS_LINE, ENDLESS = "250 " + "x" * 100_000, "250-and\r\n" * 20_000
Piece = tuple[str, str]

TWO: dict[str, tuple[Sequence[Piece], dict[int, list[str]]]] = {
    "replies in one packet, and cut at odd places": (
        [
            (DATA, "250 o|k\r\n250|-ok\r\n250 ok\r|\n354 go\r\n"),
            (DOT, ""),
            (DATA, TAKEN + OPENED),
            *SECOND,
        ],
        BOTH,
    ),
    "a reader refused": (
        [(DATA, OK + NO + "554 no\r\n"), (DATA, OK + OPENED), *SECOND],
        {1: ["RCPT TO: 550"], 2: ["the final dot: 250"]},
    ),
    "a reader refused, and a go-ahead for nobody": (
        [
            (DATA, OK + NO + GO),
            (".\r\n", TAKEN),
            (DATA, OK + OPENED),
            *SECOND,
        ],
        {1: ["RCPT TO: 550"], 2: ["the final dot: 250"]},
    ),
    "a sender refused": (
        [(DATA, NO + "503 no\r\n" * 2), (DATA, OK + OPENED), *SECOND],
        {1: ["MAIL FROM: 550"], 2: ["the final dot: 250"]},
    ),
    "a sender refused, and a go-ahead": (
        [(DATA, NO + OK + GO)],
        {1: ["MAIL FROM: 550"]},
    ),
    "closing at MAIL": ([(DATA, CLOSING)], {1: ["MAIL FROM: 421"]}),
    "closing at RCPT": ([(DATA, OK + CLOSING)], {1: ["RCPT TO: 421"]}),
    "closing at DATA": ([(DATA, OK + OK + CLOSING)], {1: ["DATA: 421"]}),
    "a refusal, then closing": ([(DATA, LATER + CLOSING)], {1: ["MAIL FROM: 450"]}),
    "closing at the dot": (
        [*FIRST, (DATA, CLOSING)],
        {1: ["the final dot: 421"], 2: ["not sent"]},
    ),
    "dropped at MAIL": ([(DATA, "")], {1: ["an attempt"]}),
    "dropped at RCPT": ([(DATA, OK)], {1: ["an attempt"]}),
    "dropped at DATA": ([(DATA, OK + OK)], {1: ["an attempt"]}),
    "dropped at the dot": ([*FIRST, (DATA, "")], {1: ["unknown"], 2: ["not sent"]}),
    "dropped after each message": (
        [*FIRST, (DATA, TAKEN)],
        {1: ["the final dot: 250"], 2: ["not sent"]},
    ),
    "dropped within the second": (
        [*FIRST, (DATA, TAKEN + OK)],
        {1: ["the final dot: 250"], 2: ["an attempt"]},
    ),
    "two go-aheads": ([(DATA, OPENED + GO)], {1: ["an attempt"]}),
    "a go-ahead for an answer": (
        [*FIRST, (DATA, GO)],
        {1: ["unknown"], 2: ["not sent"]},
    ),
    "agreement for a go-ahead": ([(DATA, OK * 3)], {1: ["an attempt"]}),
    "an answer given twice": (
        [*FIRST, (DATA, TAKEN + TAKEN + OPENED)],
        {1: ["the final dot: 250"], 2: ["an attempt"]},
    ),
    "no reply at MAIL": ([(DATA, "2x0 what\r\n")], {1: ["an attempt"]}),
    "an endless line at MAIL": ([(DATA, ENDLESS_LINE)], {1: ["an attempt"]}),
    "an endless reply at RCPT": ([(DATA, OK + ENDLESS)], {1: ["an attempt"]}),
    "an endless line at the dot": (
        [*FIRST, (DATA, ENDLESS_LINE)],
        {1: ["unknown"], 2: ["not sent"]},
    ),
    "an endless reply at the dot": (
        [*FIRST, (DATA, ENDLESS)],
        {1: ["unknown"], 2: ["not sent"]},
    ),
    "no reply at the dot": (
        [*FIRST, (DATA, "250-taken\r\n251 what\r\n")],
        {1: ["unknown"], 2: ["not sent"]},
    ),
    "the message refused": (
        [*FIRST, (DATA, NO + OPENED), *SECOND],
        {1: ["the final dot: 550"], 2: ["the final dot: 250"]},
    ),
}


@pytest.mark.parametrize("name", TWO)
async def test_two_messages_a_round_trip_apart(name: str) -> None:
    pieces, told = TWO[name]

    assert await ended(desk(2), PIPELINING, saying(*pieces)) == told


MAIL, RCPT = ">\r\n", "example>\r\n"
STEPS = (MAIL, OK), (RCPT, OK), (DATA, GO)
ONE: dict[str, tuple[Sequence[Piece], dict[int, list[str]]]] = {
    "taken": ([*STEPS, (DOT, TAKEN), *STEPS, (DOT, TAKEN), BYE], BOTH),
    "a reader refused": (
        [(MAIL, OK), (RCPT, NO), (RSET, OK), *STEPS, (DOT, TAKEN), BYE],
        {1: ["RCPT TO: 550"], 2: ["the final dot: 250"]},
    ),
    "closing at MAIL": ([(MAIL, CLOSING)], {1: ["MAIL FROM: 421"]}),
    "closing at the dot": ([*STEPS, (DOT, CLOSING)], {1: ["the final dot: 421"]}),
    "dropped at the dot": ([*STEPS, (DOT, "")], {1: ["unknown"]}),
    "an answer given twice": (
        [(MAIL, OK + OK), (RCPT, OK), (DATA, "")],
        {1: ["an attempt"]},
    ),
    "no reply at RCPT": ([(MAIL, OK), (RCPT, "2x0 what\r\n")], {1: ["an attempt"]}),
    "an endless line at DATA": (
        [*STEPS[:2], (DATA, ENDLESS_LINE)],
        {1: ["an attempt"]},
    ),
    "an endless reply at the dot": ([*STEPS, (DOT, ENDLESS)], {1: ["unknown"]}),
    "an early go-ahead": ([(MAIL, OK), (RCPT, OK + GO)], {1: ["an attempt"]}),
    "closing unasked": (
        [*STEPS, (DOT, TAKEN), *STEPS, (DOT, TAKEN + CLOSING)],
        BOTH,
    ),
}


@pytest.mark.parametrize("name", ONE)
async def test_a_relay_without_pipelining(name: str) -> None:
    pieces, told = ONE[name]

    assert await ended(desk(2), PLAIN, saying(*pieces)) == told


@pytest.mark.parametrize(
    ("pieces", "told"),
    [
        ([(DATA, OK)], {1: ["an attempt"]}),
        (FIRST, {1: ["unknown"], 2: ["not sent"]}),
    ],
    ids=["before the dot", "after the dot"],
)
async def test_a_relay_that_falls_silent_is_not_waited_for_for_ever(
    pieces: Sequence[Piece], told: dict[int, list[str]]
) -> None:
    """The patience of RFC 5321 section 4.5.3.2 is over; the clock is given."""
    two = desk(2)

    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await saying(*pieces)(reader, writer)
        assert two.connection is not None
        two.connection.look(uptime() + 100)
        assert two.told == {}
        two.connection.look(uptime() + 601)

    assert await ended(two, PIPELINING, peer) == told


async def test_no_dot_is_written_under_a_mark_that_is_too_old() -> None:
    old = Desk(parcels=[parcel(1, marked_at=uptime() - outgoing.MARK_HOLDS)])
    sent = bytearray()

    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sent.extend(await reader.readuntil(DATA.encode()))
        writer.write(OPENED.encode())
        sent.extend(await reader.read())

    assert await ended(old, PIPELINING, peer) == {1: ["an attempt"]}
    assert sent.endswith(DATA.encode())


@pytest.mark.parametrize("between", ["", "|"], ids=["in one packet", "in two"])
async def test_a_mark_grown_old_behind_another_message_was_no_attempt(
    between: str,
) -> None:
    """The relay took its time over the first message, not over the second."""
    old = parcel(2, marked_at=uptime() - outgoing.MARK_HOLDS)
    two = Desk(parcels=[parcel(1), old])
    pieces = [(DATA, OPENED), (DATA, TAKEN + between + OPENED)]

    assert await ended(two, PIPELINING, saying(*pieces)) == {
        1: ["the final dot: 250"],
        2: ["not sent"],
    }


async def test_told_to_leave_it_finishes_what_it_has_opened() -> None:
    """Two are in flight when it is told: both are answered, the third is not taken."""
    three = desk(3)

    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for awaited, said in [(DATA, OPENED), (DATA, TAKEN + OPENED)]:
            await reader.readuntil(awaited.encode())
            if said != OPENED and three.connection:
                three.connection.leave()
            writer.write(said.encode())
        for awaited, said in SECOND:
            await reader.readuntil(awaited.encode())
            writer.write(said.encode())

    assert await ended(three, PIPELINING, peer) == BOTH
    assert [each.message_number for each in three.parcels] == [3]
