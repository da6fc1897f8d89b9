"""One message over one connection, a round trip at a time.

Its errors say which side of the final dot they fell on: before it nothing was taken;
after it only the relay's answer can say; no answer leaves the message uncertain.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from mailer.delivery.wire import Reply, Wire, WireError

# RFC 5321 section 4.5.3.2, in seconds
MAIL, RCPT, DATA, BLOCK, DOT, RSET = 300.0, 300.0, 120.0, 180.0, 600.0, 60.0
MARK_HOLDS = 5.0  # seconds a committed mark lets us write the dot


class Stage(StrEnum):
    """Which command an answer belongs to."""

    MAIL = "MAIL FROM"
    RCPT = "RCPT TO"
    DATA = "DATA"
    DOT = "the final dot"


@dataclass(frozen=True, kw_only=True, slots=True)
class Parcel:
    """A message ready for the wire."""

    message_id: int
    campaign_id: int
    attempts: int
    return_path: str
    address: str
    octets: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """The relay's last word on a message."""

    stage: Stage
    reply: Reply


class NotTakenError(Exception):
    """The connection failed before the dot: the relay has not taken the message."""


class NobodyKnowsError(Exception):
    """The connection failed after the dot: the relay may have taken the message."""


class NotMarkedError(Exception):
    """The mark was refused or came too late; no dot was written."""


async def send(
    wire: Wire, parcel: Parcel, mark: Callable[[int], Awaitable[bool]]
) -> Answered:
    """Offer one message to the relay and return what it said."""
    try:
        refused = await _offer(wire, parcel)
        if refused is not None:
            return refused
        wire.write(parcel.octets)
        await wire.drain(within=BLOCK)
        marked = await mark(parcel.message_id)
        marked_at = time.monotonic()
    except WireError as fault:
        raise NotTakenError(str(fault)) from None
    if not marked or time.monotonic() - marked_at > MARK_HOLDS:
        wire.abort(WireError("dropped before the final dot"))
        raise NotMarkedError
    try:
        reply = await wire.ask(b".\r\n", within=DOT)
    except WireError as fault:
        raise NobodyKnowsError(str(fault)) from None
    return Answered(stage=Stage.DOT, reply=reply)


async def _offer(wire: Wire, parcel: Parcel) -> Answered | None:
    """Go as far as the go-ahead for data; return the refusal if there is one."""
    steps = (
        (Stage.MAIL, f"MAIL FROM:<{parcel.return_path}>\r\n", MAIL),
        (Stage.RCPT, f"RCPT TO:<{parcel.address}>\r\n", RCPT),
        (Stage.DATA, "DATA\r\n", DATA),
    )
    for stage, command, within in steps:
        reply = await wire.ask(command.encode(), within=within)
        if stage is Stage.DATA and reply.code == 354:  # noqa: PLR2004 (start mail input)
            return None
        if stage is Stage.DATA or not reply.positive:
            await _reset(wire, reply)
            return Answered(stage=stage, reply=reply)
    raise AssertionError("DATA always answers")


async def _reset(wire: Wire, reply: Reply) -> None:
    """Leave the connection ready for the next message, or closed."""
    if reply.code == 421:  # noqa: PLR2004 (the relay is going away)
        wire.abort(WireError(f"the relay is closing: {reply}"))
        return
    try:
        await wire.ask(b"RSET\r\n", within=RSET)
    except WireError:
        return  # the refusal stands; the connection is replaced


async def quit_politely(wire: Wire) -> None:
    """End a connection that is in step."""
    if wire.usable:
        with suppress(WireError, asyncio.CancelledError):
            await wire.ask(b"QUIT\r\n", within=5.0)
        wire.abort(WireError("done"))
