"""One connection, octet by octet: each message has one outcome, the right one."""

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
    OutcomeKeeper,
    keeper,
    outgoing_message,
    played,
    script,
)

DATA, DOT, RSET, QUIT = "DATA\r\n", "\r\n.\r\n", "RSET\r\n", "QUIT\r\n"
BYE = (QUIT, "221 bye\r\n")


NO, LATER, CLOSING = "550 5.1.1 no\r\n", "450 4.2.0 later\r\n", "421 4.3.2 bye\r\n"
BOTH = {1: ["the final dot: 250"], 2: ["the final dot: 250"]}
FIRST = (DATA, OPENED), (DOT, "")  # the envelope of the second follows the dot
SECOND = (DOT, TAKEN), BYE
ENDLESS_LINE, ENDLESS = "250 " + "x" * 100_000, "250-and\r\n" * 20_000
Step = tuple[str, str]

TWO: dict[str, tuple[Sequence[Step], dict[int, list[str]]]] = {
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
    "a reader refused, and a go-ahead all the same": (
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
    "dropped at MAIL": ([(DATA, "")], {1: ["not sent"]}),
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
    "no reply at MAIL": ([(DATA, "2x0 what\r\n")], {1: ["not sent"]}),
    "an endless line at MAIL": ([(DATA, ENDLESS_LINE)], {1: ["not sent"]}),
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
    steps, outcomes = TWO[name]

    assert await played(keeper(2), PIPELINING, script(*steps)) == outcomes


MAIL, RCPT = ">\r\n", "example>\r\n"
STEPS = (MAIL, OK), (RCPT, OK), (DATA, GO)
ONE: dict[str, tuple[Sequence[Step], dict[int, list[str]]]] = {
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
    steps, outcomes = ONE[name]

    assert await played(keeper(2), PLAIN, script(*steps)) == outcomes


@pytest.mark.parametrize(
    ("steps", "outcomes"),
    [
        ([(DATA, OK)], {1: ["an attempt"]}),
        (FIRST, {1: ["unknown"], 2: ["not sent"]}),
    ],
    ids=["before the dot", "after the dot"],
)
async def test_a_relay_that_falls_silent_is_not_waited_for_for_ever(
    steps: Sequence[Step], outcomes: dict[int, list[str]]
) -> None:
    """The timeouts of RFC 5321 section 4.5.3.2 are over; the test gives the time."""
    two = keeper(2)

    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await script(*steps)(reader, writer)
        assert two.connection is not None
        two.connection.check_timeout(uptime() + 100)
        assert two.outcomes == {}
        two.connection.check_timeout(uptime() + 601)

    assert await played(two, PIPELINING, peer) == outcomes


async def test_no_dot_is_written_under_a_mark_that_is_too_old() -> None:
    old = OutcomeKeeper(
        messages=[outgoing_message(1, marked_at=uptime() - outgoing.MARK_HOLDS)]
    )
    sent = bytearray()

    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sent.extend(await reader.readuntil(DATA.encode()))
        writer.write(OPENED.encode())
        sent.extend(await reader.read())

    assert await played(old, PIPELINING, peer) == {1: ["an attempt"]}
    assert sent.endswith(DATA.encode())


@pytest.mark.parametrize("between", ["", "|"], ids=["in one packet", "in two"])
async def test_a_mark_that_expires_behind_another_message_was_no_attempt(
    between: str,
) -> None:
    """The relay took its time over the first message, not over the second."""
    old = outgoing_message(2, marked_at=uptime() - outgoing.MARK_HOLDS)
    two = OutcomeKeeper(messages=[outgoing_message(1), old])
    steps = [(DATA, OPENED), (DATA, TAKEN + between + OPENED)]

    assert await played(two, PIPELINING, script(*steps)) == {
        1: ["the final dot: 250"],
        2: ["not sent"],
    }


async def test_before_it_quits_it_finishes_the_messages_it_has_opened() -> None:
    """Two messages are in flight: both are answered, the third is not taken."""
    three = keeper(3)

    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for awaited, answer in [(DATA, OPENED), (DATA, TAKEN + OPENED)]:
            await reader.readuntil(awaited.encode())
            if answer != OPENED and three.connection:
                three.connection.quit()
            writer.write(answer.encode())
        for awaited, answer in SECOND:
            await reader.readuntil(awaited.encode())
            writer.write(answer.encode())

    assert await played(three, PIPELINING, peer) == BOTH
    assert [each.message_number for each in three.messages] == [3]
