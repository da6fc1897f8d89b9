"""One connection of the sink: SMTP as told, one transaction after another.

Several transactions may come in one packet (RFC 2920); a sender that runs ahead where
it must wait is told so, and it is noted. What was accepted is in the account before the
reply leaves, and what was accepted and never answered is noted as that.
"""

import asyncio
import hashlib
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import cast

from tools.chaos import account
from tools.chaos.account import Account, Entry
from tools.chaos.faults import Dice, Fault

END = b"\r\n.\r\n"
NOBODY = Entry(at=0, kind="", session=0, message_id="", recipient="", digest="", size=0)
RUNS_AHEAD = "554 5.5.0 improper use of command pipelining"


@dataclass(kw_only=True)
class Options:
    """How one sink behaves."""

    account: Account
    dice: Dice
    pipelining: bool = True
    delay: float = 0.0  # seconds before each answer to a final dot
    early: float = 0.5  # of the delayed: how many are accepted before the wait


@dataclass(kw_only=True)
class _Transaction:
    sender: str | None = None
    recipient: str | None = None


class Session(asyncio.Protocol):
    """One connection."""

    def __init__(self, options: Options, number: int) -> None:
        self._options = options
        self._number = number
        self._buffer = bytearray()
        self._out: list[bytes] = []
        self._transaction = _Transaction()
        self._in_data = False
        self._searched = 0
        self._waiting: asyncio.TimerHandle | None = None
        self._unanswered: Entry | None = None
        self._open = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        self._transport = cast(asyncio.Transport, transport)
        raw = transport.get_extra_info("socket")
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._step("CONNECT", "220 sink.example ESMTP")
        self._flush()

    def data_received(self, data: bytes) -> None:
        """Take what came as far as it goes."""
        self._buffer += data
        if self._waiting is None:
            self._go_on()

    def connection_lost(self, exc: Exception | None) -> None:
        """Note what was accepted and never answered, and the header without a dot."""
        self._open = False
        if self._in_data:
            self._options.account.log(account.message_id(self._buffer), active=False)
        self._not_answered("the sender was gone")
        self._options.account.flush()

    def _go_on(self) -> None:
        self._waiting = None
        while self._open and self._waiting is None:
            if not (self._data() if self._in_data else self._command()):
                break
        self._flush()

    def _flush(self) -> None:
        """Let the account reach its file, then the replies the network."""
        self._options.account.flush()
        if self._out:
            if self._open and not self._transport.is_closing():
                self._transport.write(b"".join(self._out))
            self._out.clear()

    def _command(self) -> bool:
        end = self._buffer.find(b"\r\n")
        if end < 0:
            return False
        line = self._buffer[:end].decode("utf-8", "replace")
        del self._buffer[: end + 2]
        verb = line[:4].upper()
        last = verb in {"EHLO", "DATA", "QUIT"} or not self._options.pipelining
        if last and self._buffer:
            self._violated(f"more came before the answer to {line[:60]}")
            return False
        self._obey(verb, line)
        return True

    def _obey(self, verb: str, line: str) -> None:
        match verb:
            case "EHLO" | "HELO":
                offers = "250-PIPELINING\r\n" if self._options.pipelining else ""
                self._step("EHLO", f"250-sink.example\r\n{offers}250 8BITMIME")
            case "MAIL":
                if self._step("MAIL", "250 2.1.0 ok"):
                    self._transaction = _Transaction(sender=_path(line))
            case "RCPT":
                if self._transaction.sender is None:
                    self._say("503 5.5.1 MAIL first")
                elif self._step("RCPT", "250 2.1.5 ok"):
                    self._transaction.recipient = _path(line)
            case "DATA":
                self._begin_data()
            case "RSET":
                self._transaction = _Transaction()
                self._step("RSET", "250 2.0.0 ok")
            case "QUIT":
                self._step("QUIT", "221 2.0.0 bye")
                self._close()
            case _:
                self._say("502 5.5.2 not known")

    def _begin_data(self) -> None:
        if self._transaction.recipient is None:
            self._say("503 5.5.1 no valid recipient")
        elif self._step("DATA", "354 go ahead"):
            self._in_data, self._searched = True, 0
            if self._options.dice.at("BODY"):
                self._close()

    def _data(self) -> bool:
        if self._buffer.startswith(b".\r\n"):
            end, length = 0, 3
        else:
            end = self._buffer.find(END, max(self._searched - len(END), 0))
            length = len(END)
        if end < 0:
            self._searched = len(self._buffer)
            return False
        octets = bytes(self._buffer[: end + 2]) if end else b""
        del self._buffer[: end + length]
        self._in_data = False
        self._dot(octets)
        return True

    def _dot(self, octets: bytes) -> None:
        """Decide about a whole message: now, or after the wait."""
        entry = Entry(
            at=time.time(),
            kind=account.ACCEPTED,
            session=self._number,
            message_id=account.message_id(octets),
            recipient=self._transaction.recipient or "",
            digest=hashlib.sha1(octets, usedforsecurity=False).hexdigest(),
            size=len(octets),
        )
        self._transaction = _Transaction()
        options = self._options
        fault = options.dice.at("DOT")
        if fault is None or fault.act == "stall":
            delay = fault.seconds if fault else options.delay
            if delay and not options.dice.chance(options.early):
                self._wait(delay, lambda: self._take(entry, None, 0.0))
            else:
                self._take(entry, None, delay)
        else:
            self._take(entry, fault, 0.0)

    def _take(self, entry: Entry, fault: Fault | None, delay: float) -> None:
        """Accept or reject: the account first, then the answer, after the wait."""
        said = fault.argument if fault and fault.act == "say" else "250 2.0.0 taken"
        lost = fault is not None and fault.act in {"lose", "reset"}
        taken = said.startswith("2") and not lost
        self._options.account.log(entry.message_id, active=taken)
        if taken:
            self._options.account.add(replace(entry, at=time.time()))
            self._unanswered = entry
        else:
            self._note(entry, account.REJECTED, "no answer" if lost else said)
        if delay:
            self._wait(delay, lambda: self._answer(said))
        elif self._perform(fault, said):
            self._unanswered = None
        else:
            self._not_answered("as told")

    def _answer(self, said: str) -> None:
        self._say(said)
        if self._open:
            self._unanswered = None

    def _note(self, entry: Entry, kind: str, detail: str) -> None:
        noted = replace(entry, at=time.time(), kind=kind, detail=detail)
        self._options.account.add(noted)

    def _not_answered(self, why: str) -> None:
        if self._unanswered is not None:
            self._note(self._unanswered, account.UNANSWERED, why)
            self._unanswered = None

    def _violated(self, what: str) -> None:
        self._note(NOBODY, account.VIOLATION, what.replace("\t", " "))
        self._say(RUNS_AHEAD)
        self._close()

    def _step(self, step: str, usual: str) -> bool:
        """Answer as usual or as the dice say; whether the sender was told yes."""
        fault = self._options.dice.at(step)
        said = fault.argument if fault and fault.act == "say" else usual
        return self._perform(fault, said) and said[0] in "23"

    def _perform(self, fault: Fault | None, said: str) -> bool:
        """Answer, with a fault if there is one; whether a true answer has left."""
        match fault.act if fault else "":
            case "drop" | "lose":
                self._close()
                return False
            case "reset":
                self._reset()
                return False
            case "stall" if fault:
                self._wait(fault.seconds, lambda: self._say(said))
            case "malformed":
                self._say("2x0 what is this")
                return False
            case "endless":
                self._out.append(said.encode()[:3] + b" " + b"x" * 40_000)
                return False
            case act:
                self._say_as_told(act, said)
        return True

    def _say_as_told(self, act: str, said: str) -> None:
        """Give a true answer: in pieces, with more than was asked, or plainly."""
        if act == "bytes":
            self._flush()
            for octet in f"{said}\r\n".encode():
                self._transport.write(bytes([octet]))
            return
        self._say(said)
        if act == "twice":
            self._say(said)
        elif act == "early":
            self._say("250 2.0.0 taken")
        elif said.startswith("421"):
            self._close()

    def _reset(self) -> None:
        """End the connection as a machine does that lost its memory of it."""
        self._flush()
        self._open = False
        raw = self._transport.get_extra_info("socket")
        linger = struct.pack("ii", 1, 0)
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._transport.abort()

    def _wait(self, seconds: float, then: Callable[[], None]) -> None:
        """Take nothing more until `then` was done, also when the sender is gone."""

        def done() -> None:
            self._waiting = None
            then()
            if self._waiting is None:
                self._go_on()

        self._waiting = asyncio.get_running_loop().call_later(seconds, done)

    def _say(self, reply: str) -> None:
        self._out.append(reply.encode() + b"\r\n")

    def _close(self) -> None:
        self._flush()
        self._open = False
        self._transport.close()


def _path(line: str) -> str:
    return line.partition("<")[2].partition(">")[0]
