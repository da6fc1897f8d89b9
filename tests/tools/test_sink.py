"""The sink is exact about what it took and about what it could not answer."""

import socket
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tools.chaos import account, faults
from tools.chaos.sink import Sink
from tools.waiting import until

Start = Callable[..., Sink]
ENVELOPE = "MAIL FROM:<b@x.example>\r\nRCPT TO:<{0}@x.example>\r\nDATA\r\n"
MESSAGE = "Message-ID: <{0}@x.example>\r\n\r\nHello\r\n..\r\n.\r\n"


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start sinks that end with the test."""
    started: list[Sink] = []

    def starting(*told: str, **more: int) -> Sink:
        sink = Sink(folder=tmp_path, **more)  # type: ignore[arg-type]  # fields by name
        sink.start(*told)
        started.append(sink)
        return sink

    yield starting
    for sink in started:
        sink.stop()


def talk(sink: Sink, *packets: str) -> list[str]:
    """Send packets, each after the reply to the one before; return all lines."""
    with closing(socket.create_connection(("127.0.0.1", sink.port), 10)) as wire:
        said = [wire.recv(9000)]
        for packet in packets:
            with suppress(OSError):
                wire.sendall(packet.encode())
                said.append(wire.recv(99_000))
        with suppress(OSError):
            wire.shutdown(socket.SHUT_WR)
            while more := wire.recv(99_000):
                said.append(more)
    return b"".join(said).decode().split("\r\n")[:-1]


def test_transactions_that_overlap_in_one_packet_are_all_taken(start: Start) -> None:
    """The dot of one message and the envelope of the next come together."""
    sink = start()

    talk(
        sink,
        "EHLO x\r\n",
        ENVELOPE.format(1),
        MESSAGE.format(1) + ENVELOPE.format(2),
        MESSAGE.format(2) + "QUIT\r\n",
    )

    assert [each.message_id for each in sink.copies()] == [
        "<1@x.example>",
        "<2@x.example>",
    ]


def test_a_sender_that_does_not_wait_for_the_go_ahead_is_told_and_noted(
    start: Start,
) -> None:
    """DATA ends a group of commands, RFC 2920 section 3.1."""
    sink = start()

    said = talk(sink, "EHLO x\r\n", ENVELOPE.format(1) + MESSAGE.format(1))

    assert said[-1].startswith("554 5.5.0")
    assert [each.kind for each in sink.entries()] == [account.VIOLATION]


def test_without_pipelining_two_commands_in_one_packet_are_refused(
    start: Start,
) -> None:
    sink = start(pipelining=False)

    said = talk(sink, "EHLO x\r\n", ENVELOPE.format(1))

    assert "250-PIPELINING" not in said
    assert said[-1].startswith("554 5.5.0")


def test_without_pipelining_a_command_behind_the_dot_is_noted(start: Start) -> None:
    sink = start(pipelining=False)
    commands = [f"{line}\r\n" for line in ENVELOPE.format(1).split("\r\n")[:-1]]

    talk(sink, "EHLO x\r\n", *commands, MESSAGE.format(1) + commands[0])

    assert [each.kind for each in sink.entries()] == [account.VIOLATION]


def test_a_refused_recipient_gets_no_go_ahead(start: Start) -> None:
    sink = start("RCPT:say:550 5.1.1 nobody")

    said = talk(sink, "EHLO x\r\n", ENVELOPE.format(1))

    assert [line[:3] for line in said[-3:]] == ["250", "550", "503"]


@pytest.mark.parametrize(
    ("fault", "kinds"),
    [
        ("DOT:drop", [account.ACCEPTED, account.UNANSWERED]),
        ("DOT:malformed", [account.ACCEPTED, account.UNANSWERED]),
        ("DOT:say:250 fine", [account.ACCEPTED]),
        ("DOT:bytes", [account.ACCEPTED]),
        ("DOT:lose", [account.REJECTED]),
        ("DOT:say:451 4.3.0 later", [account.REJECTED]),
        ("BODY:drop", []),
    ],
)
def test_the_account_tells_taken_from_answered(
    start: Start, fault: str, kinds: list[str]
) -> None:
    sink = start(fault)

    talk(sink, "EHLO x\r\n", ENVELOPE.format(1), MESSAGE.format(1))

    assert [each.kind for each in sink.entries()] == kinds


@pytest.mark.parametrize(
    ("seed", "at_once"), [(1, True), (2, False)], ids=["taken, then the wait", "after"]
)
def test_a_sender_that_left_before_the_answer_is_accounted_for(
    start: Start, seed: int, *, at_once: bool
) -> None:
    sink = start("DOT:stall:0.3", seed=seed)
    with closing(socket.create_connection(("127.0.0.1", sink.port), 10)) as wire:
        for packet in ("EHLO x\r\n", ENVELOPE.format(1), MESSAGE.format(1)):
            wire.recv(9000)
            wire.sendall(packet.encode())
    until(lambda: len(sink.entries()) == 2, "the message is not accounted for")
    taken, unanswered = sink.entries()

    assert [taken.kind, unanswered.kind] == [account.ACCEPTED, account.UNANSWERED]
    assert (unanswered.at - taken.at > 0.2) is at_once


@pytest.mark.parametrize(("fault", "lines"), [("DOT:drop", 1), ("DOT:lose", 0)])
def test_its_log_says_queue_active_only_of_what_it_took(
    start: Start, fault: str, lines: int
) -> None:
    sink = start(fault)

    talk(sink, "EHLO x\r\n", ENVELOPE.format(1), MESSAGE.format(1))

    log = sink.postfix_log.read_text()
    assert "message-id=<1@x.example>" in log
    assert log.count("(queue active)") == lines


def test_the_same_seed_throws_the_same_dice() -> None:
    told = [faults.parse("DOT:drop@0.5")]
    one, other = faults.Dice(told, 7), faults.Dice(told, 7)

    assert [one.at("DOT") for _ in range(50)] == [other.at("DOT") for _ in range(50)]


def test_an_unknown_fault_is_refused() -> None:
    with pytest.raises(faults.UnknownFaultError, match="a step is one of CONNECT"):
        faults.parse("DOT:explode")
