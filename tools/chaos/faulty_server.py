"""The sink's own process: an SMTP server, faulty as told, that accounts for every dot.

python -m tools.chaos.faulty_server --account FILE [--fault STEP:ACT[:ARGUMENT][@ODDS]]

It prints `listening on PORT`, and ends on SIGTERM. What was accepted is in the account
before the reply leaves, and what was accepted and never answered is noted as that; so
is a sender that goes on where it must wait. Several may write to one account.
"""

import argparse
import asyncio
import hashlib
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import uvloop

from tools.chaos import account, faults
from tools.chaos.account import Account, Entry
from tools.chaos.faults import Dice, Fault
from tools.peers.smtp_server import Server, Session

UNKNOWN = Entry(
    at=0, kind="", session=0, message_id="", recipient="", digest="", size=0
)
STEPS = {"HELO": "EHLO", ".": "DOT"}  # where the dice know a step by another name


@dataclass(kw_only=True)
class FaultyServer(Server):
    """Answers as the dice say, and writes down what it took."""

    account: Account
    dice: Dice
    delay: float = 0.0  # seconds before each answer to a final dot
    early: float = 0.5  # of the delayed: how many are accepted before the wait

    def before_sending(self) -> None:
        """Let the account reach its file."""
        self.account.flush()

    def cut_off(self, octets: bytes) -> None:
        """Log the header of a message without a dot, as Postfix does."""
        self.account.log(account.message_id(octets), active=False)

    def out_of_turn(self, line: str) -> None:
        """Note that the sender broke the protocol."""
        what = f"more came before the answer to {line[:60]}".replace("\t", " ")
        self._note(UNKNOWN, account.VIOLATION, what)

    async def answer(
        self, session: Session, step: str, argument: str, usual: str
    ) -> str:
        """Answer as usual, or with the fault that happens now."""
        fault = self.dice.at(STEPS.get(step, step))
        said = fault.argument if fault and fault.act == "say" else usual
        if step == ".":
            return await self._dot(session, argument, fault, said)
        if fault and fault.act == "stall":
            await session.pause(fault.seconds)
        told = _perform(session, fault, said)
        if step == "DATA" and told.startswith("354") and self.dice.at("BODY"):
            session.close()
        return told

    async def _dot(
        self, session: Session, recipient: str, fault: Fault | None, said: str
    ) -> str:
        """Accept or reject a message: the account first, the wait before or after."""
        wait = self.delay if fault is None else 0.0
        if fault and fault.act == "stall":
            wait = fault.seconds
        if wait and not self.dice.chance(self.early):
            await session.pause(wait)
            wait = 0.0
        entry = _entry(session, recipient)
        lost = fault is not None and fault.act in {"lose", "reset"}
        taken = said.startswith("2") and not lost
        self.account.log(entry.message_id, active=taken)
        if not taken:
            self._note(entry, account.REJECTED, "no answer" if lost else said)
            return _perform(session, fault, said)
        self._note(entry, account.ACCEPTED, "")
        told = ""
        try:
            if wait:
                await session.pause(wait)
            told = _perform(session, fault, said)
        finally:
            if not told or session.gone.is_set():
                why = "the sender was gone" if told else "as told"
                self._note(entry, account.UNANSWERED, why)
        return told

    def _note(self, entry: Entry, kind: str, detail: str) -> None:
        noted = replace(entry, at=time.time(), kind=kind, detail=detail)
        self.account.add(noted)


def _entry(session: Session, recipient: str) -> Entry:
    return replace(
        UNKNOWN,
        session=session.number,
        message_id=account.message_id(session.octets),
        recipient=recipient,
        digest=hashlib.sha1(session.octets, usedforsecurity=False).hexdigest(),
        size=len(session.octets),
    )


def _perform(session: Session, fault: Fault | None, said: str) -> str:
    """Reply, with a fault if there is one; return the reply if it was a true one."""
    act = fault.act if fault else ""
    if act in {"drop", "lose"}:
        session.close()
    elif act == "reset":
        session.reset()
    elif act == "malformed":
        session.say("2x0 what is this")
    elif act == "endless":
        session.write(said.encode()[:3] + b" " + b"x" * 40_000)
    else:
        _say(session, act, said)
        return said
    return ""


def _say(session: Session, act: str, said: str) -> None:
    """Give a true reply: in pieces, with more than was asked, or plainly."""
    if act == "bytes":
        for octet in f"{said}\r\n".encode():
            session.flush()
            session.write(bytes([octet]))
        session.flush()
        return
    session.say(said)
    if act == "twice":
        session.say(said)
    elif act == "early":
        session.say("250 2.0.0 taken")


async def serve(server: FaultyServer) -> None:
    """Listen until SIGTERM."""
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    async with server:
        print(f"listening on {server.port}", flush=True)
        await stopped.wait()
    server.account.flush()


def server_of(arguments: Sequence[str]) -> FaultyServer:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--account", type=Path, required=True)
    parser.add_argument("--postfix-log", type=Path)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--no-pipelining", action="store_true")
    parser.add_argument("--fault", action="append", default=[], type=faults.parse)
    read = parser.parse_args(arguments)
    return FaultyServer(
        account=Account(read.account, read.postfix_log),
        dice=Dice(read.fault, read.seed),
        extensions=("8BITMIME", *(() if read.no_pipelining else ("PIPELINING",))),
        delay=read.delay,
        port=read.port,
    )


if __name__ == "__main__":
    uvloop.run(serve(server_of(sys.argv[1:])))
