"""What the log of a real Postfix says of three messages.

The body without its dot, the dot without reading the answer, and the dot followed by a
TCP reset: guarantee.md tells what each must come to.
"""

import socket
import struct
from datetime import UTC, datetime

from mailer.feedback.postfix_log import Reading
from tools.peers import postfix
from tools.waiting import until

CASES = ("no-dot", "no-answer", "reset")


def verdicts_against_a_real_postfix() -> list[str]:
    """Hold our reading of the log against what Postfix did with each message.

    Whatever it took it hands to `discard`, which logs the queue file as sent.
    """
    with postfix.running() as relay:
        named = {case: _talk(relay.port, case) for case in CASES}
        until(
            lambda: relay.done(sessions=len(CASES)),
            "Postfix is not done with the three messages",
        )
        lines = relay.log.read_text().splitlines()
    wrong = [
        f"Postfix never logged {message_id}"
        for message_id in named.values()
        if not any(line.endswith(f"message-id={message_id}") for line in lines)
    ]
    reading = Reading(wanted=set(named.values()), now=datetime.now(UTC))
    reading.read(lines)
    for case, message_id in named.items():
        taken = message_id in reading.taken
        if taken != _sent(lines, message_id):
            wrong.append(f"{case}: called {'taken' if taken else 'not taken'}")
    taken_too = {case for case, name in named.items() if name in reading.taken}
    if not {"no-answer"} <= taken_too <= {"no-answer", "reset"}:
        wrong.append(f"taken were {sorted(taken_too)}")
    return wrong


def _talk(port: int, case: str) -> str:
    """Hand over one message as the case says; return its Message-ID."""
    message_id = f"<{case}@storm.example>"
    with socket.create_connection(("127.0.0.1", port), 10) as wire:
        for command in (
            *("EHLO x", "MAIL FROM:<b@storm.example>"),
            *("RCPT TO:<r@storm.example>", "DATA"),
        ):
            wire.recv(4096)
            wire.sendall(f"{command}\r\n".encode())
        wire.recv(4096)
        end = "" if case == "no-dot" else ".\r\n"
        lines = 60_000 if case == "reset" else 1000  # the reset overtakes some
        text = f"Message-ID: {message_id}\r\n\r\n" + "Hello\r\n" * lines
        wire.sendall((text + end).encode())
        if case == "reset":
            linger = struct.pack("ii", 1, 0)
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    return message_id


def _sent(lines: list[str], message_id: str) -> bool:
    """Whether the queue file of a message was handed on."""
    end = f": message-id={message_id}"
    numbers = [
        line.removesuffix(end).split()[-1] for line in lines if line.endswith(end)
    ]
    return any(
        f" {number}: to=<" in line and "status=sent" in line
        for number in numbers
        for line in lines
    )
