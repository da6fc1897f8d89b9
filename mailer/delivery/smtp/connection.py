"""One connection after its greeting: a message a round trip where PIPELINING allows.

The body and dot of one message leave together with the commands of the next
(RFC 2920 section 3.1); without PIPELINING each command waits for its reply. One
recipient a transaction. Whatever fails, each message is told of once, and on its right
side of the dot: not sent, answered, or unknown. A connection out of step is closed.
"""

import asyncio
from collections import deque

from mailer.clock import uptime
from mailer.delivery.smtp.connect import Offer
from mailer.delivery.smtp.envelope import commands_of, unfit
from mailer.delivery.smtp.outgoing import (
    MARK_HOLDS,
    ConnectionHandler,
    OutgoingMessage,
    Stage,
)
from mailer.delivery.smtp.replies import (
    CLOSING,
    MalformedError,
    Reply,
    ReplyParser,
    usual,
)

# How long each answer may take, in seconds; RFC 5321 section 4.5.3.2
PATIENCE = {
    Stage.MAIL: 300.0,
    Stage.RCPT: 300.0,
    Stage.DATA: 120.0,
    Stage.DOT: 600.0,
    Stage.EMPTY: 600.0,
    Stage.RSET: 60.0,
    Stage.QUIT: 5.0,
}
GO_AHEAD = 354
OPENING = (Stage.MAIL, Stage.RCPT, Stage.DATA)
USUAL = deque((Stage.DOT, *OPENING))


class Connection(asyncio.Protocol):
    """Takes over the transport of a connection that has greeted."""

    def __init__(
        self, transport: asyncio.Transport, offer: Offer, handler: ConnectionHandler
    ) -> None:
        self._transport = transport
        self._offer = offer
        self._handler = handler
        self._replies = ReplyParser()
        self._expected: deque[Stage] = deque()
        self._unwritten: deque[tuple[Stage, bytes]] = deque()  # without PIPELINING
        self._opening: OutgoingMessage | None = None  # its dot is not written
        self._dotted: OutgoingMessage | None = None  # its dot is written, not answered
        self._refusal: tuple[Stage, Reply] | None = None  # of the one being opened
        self._guilty = True  # a connection that fails now fails for the one opened
        self._leaving = False
        self._lost: str | None = None
        self._answer_by = 0.0
        self._answered_at = float("-inf")  # the last dot
        transport.set_protocol(self)

    @property
    def usable(self) -> bool:
        """Whether the connection is open and in step."""
        return self._lost is None

    @property
    def busy(self) -> bool:
        """Whether an answer is awaited."""
        return bool(self._expected)

    def kick(self) -> None:
        """Take a message if there is nothing to do."""
        if self._lost is None and not self._expected:
            self._open_next()

    def leave(self) -> None:
        """End politely, after the messages in flight."""
        self._leaving = True
        if not self._expected and self._lost is None:
            self._ask(Stage.QUIT, b"QUIT\r\n")

    def look(self, now: float) -> None:
        """End a connection whose relay stays silent for too long."""
        if self._expected and now > self._answer_by:
            stage = self._expected[0]
            self.fail(f"no answer to {stage} within {PATIENCE[stage]:g} s")

    def fail(self, why: str) -> None:
        """End the connection at once, and tell what became of its messages."""
        if self._lost is not None:
            return
        self._lost = why
        self._transport.abort()
        dotted, self._dotted = self._dotted, None
        opening, self._opening = self._opening, None
        if dotted is not None:
            self._handler.unknown(dotted, why)
        if opening is not None:
            # only a connection that fails for this message counts as an attempt
            self._handler.not_sent(opening, why if self._guilty else None)
        self._handler.idle()

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the relay, or the network, ended the connection."""
        self.fail(str(exc) if exc else "the relay closed the connection")

    def data_received(self, data: bytes) -> None:
        """Read replies and go on."""
        if self._expected == USUAL and self._replies.between:
            taken = usual(data)
            if taken is not None:
                self._heard_usual(taken)
                return
        self._replies.feed(data)
        try:
            while self._lost is None and (reply := self._replies.next()) is not None:
                self._heard(reply)
        except MalformedError as fault:
            self.fail(str(fault))

    def _heard_usual(self, taken: Reply) -> None:
        """Go on from a message taken to the next, whose envelope is agreed to."""
        self._expected.clear()
        dotted, self._dotted = self._dotted, None
        if dotted is not None:
            self._handler.answered(dotted, Stage.DOT, taken)
        if self._lost is None:
            self._send_body()

    def _heard(self, reply: Reply) -> None:
        if not self._expected:
            closing = reply.code == CLOSING  # RFC 5321 section 3.8
            said = "the relay is closing" if closing else "a reply nobody asked for"
            self.fail(f"{said}: {reply}")
            return
        stage = self._expected[0]
        if 300 <= reply.code < 400 and stage is not Stage.DATA:  # noqa: PLR2004 (RFC 5321 section 4.2.1)
            self.fail(f"no answer to {stage}: {reply}")
            return
        self._expected.popleft()
        if self._expected:
            self._answer_by = uptime() + PATIENCE[self._expected[0]]
        match stage:
            case Stage.MAIL | Stage.RCPT:
                self._guilty = True
                self._heard_envelope(stage, reply)
            case Stage.DATA:
                self._heard_data(reply)
            case Stage.DOT:
                self._heard_dot(reply)
            case Stage.EMPTY:
                self._conclude(reply)
            case _ if reply.code == CLOSING or stage is Stage.QUIT:
                self.fail(f"the relay is closing: {reply}")
            case _ if not reply.positive:
                self.fail(f"RSET refused: {reply}")
            case _:
                self._go_on()

    def _heard_envelope(self, stage: Stage, reply: Reply) -> None:
        if reply.positive:
            self._go_on()
            return
        if self._refusal is None:
            self._refusal = (stage, reply)
        if reply.code == CLOSING or not self._expected:  # or without PIPELINING
            self._unwritten.clear()
            self._conclude(reply)

    def _heard_data(self, reply: Reply) -> None:
        refused = self._refusal
        if reply.code != GO_AHEAD:
            if reply.positive:
                self.fail(f"neither a go-ahead nor a refusal: {reply}")
                return
            self._refusal = refused or (Stage.DATA, reply)
            self._conclude(reply)
        elif not self._replies.between:
            self.fail("a reply before its command")
        elif refused is None:
            self._send_body()
        elif refused[0] is Stage.RCPT:  # RFC 2920 section 3.1: a dot, nobody gets it
            self._ask(Stage.EMPTY, b".\r\n")
        else:
            answered, self._opening = self._opening, None
            if answered is not None:
                self._handler.answered(answered, *refused)
            self.fail("a go-ahead after a refused sender")

    def _heard_dot(self, reply: Reply) -> None:
        dotted, self._dotted = self._dotted, None
        self._answered_at = uptime()
        if dotted is not None:
            self._handler.answered(dotted, Stage.DOT, reply)
        if reply.code == CLOSING:
            self.fail(f"the relay is closing: {reply}")
        elif not self._expected:
            self._open_next()

    def _conclude(self, last: Reply) -> None:
        """Tell of the refusal, and leave the connection ready for the next message."""
        refused, self._refusal = self._refusal, None
        opening, self._opening = self._opening, None
        if opening is None or refused is None:
            self.fail("out of step")
            return
        self._guilty = False
        self._handler.answered(opening, *refused)
        if last.code == CLOSING:
            self.fail(f"the relay is closing: {last}")
            return
        self._ask(Stage.RSET, b"RSET\r\n", then_open=True)

    def _send_body(self) -> None:
        message = self._opening
        if message is None or not message.fresh:
            # not for it where the answer to the message before took the time
            self._guilty &= uptime() - self._answered_at >= MARK_HOLDS
            self.fail(f"no go-ahead within {MARK_HOLDS:g} s of the mark")
            return
        self._opening, self._dotted, self._guilty = None, message, False
        self._ask(Stage.DOT, b".\r\n", body=message.octets, then_open=True)

    def _ask(
        self,
        stage: Stage,
        octets: bytes,
        *,
        body: bytes = b"",
        then_open: bool = False,
    ) -> None:
        """Write a command, with the next message behind it where that is allowed."""
        if not self._expected:
            self._answer_by = uptime() + PATIENCE[stage]
        self._expected.append(stage)
        if then_open and self._offer.pipelining and not self._leaving:
            octets += self._next_commands()
        self._transport.writelines((body, octets) if body else (octets,))

    def _open_next(self) -> None:
        if self._leaving:
            self._ask(Stage.QUIT, b"QUIT\r\n")
            return
        commands = self._next_commands()
        if commands:
            self._transport.write(commands)
        else:
            self._handler.idle()

    def _next_commands(self) -> bytes:
        """Take the next message; return what opens it as far as may be written now."""
        message = self._handler.next()
        while message is not None and (why := unfit(message, self._offer)):
            self._handler.unfit(message, why)
            message = self._handler.next()
        if message is None:
            return b""
        self._opening = message
        commands = commands_of(message, self._offer)
        if not self._expected:
            self._answer_by = uptime() + PATIENCE[Stage.MAIL]
        if self._offer.pipelining:
            self._expected += OPENING
            return commands
        self._unwritten += zip(OPENING, commands.splitlines(keepends=True), strict=True)
        stage, octets = self._unwritten.popleft()
        self._expected.append(stage)
        return octets

    def _go_on(self) -> None:
        """Write the next command of a relay without PIPELINING, or the next message."""
        if self._unwritten and not self._replies.between:
            self.fail("a reply before its command")
        elif self._unwritten:
            self._ask(*self._unwritten.popleft())
        elif not self._expected and self._opening is None:
            self._open_next()
