"""The SMTP dialogue of one connection: one message a round trip with PIPELINING.

The body and dot of one message leave together with the commands of the next (RFC 2920
section 3.1); without PIPELINING each command waits for its reply. A transaction has one
recipient. Each message is reported once, also if the connection fails: not sent,
answered, or unknown. A connection out of step is closed.
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
    parse_pipelined,
)

# How long to wait for a reply, in seconds; RFC 5321 section 4.5.3.2
TIMEOUTS = {
    Stage.MAIL: 300.0,
    Stage.RCPT: 300.0,
    Stage.DATA: 120.0,
    Stage.DOT: 600.0,
    Stage.EMPTY: 600.0,
    Stage.RSET: 60.0,
    Stage.QUIT: 5.0,
}
GO_AHEAD = 354
ENVELOPE = (Stage.MAIL, Stage.RCPT, Stage.DATA)
DOT_AND_ENVELOPE = deque((Stage.DOT, *ENVELOPE))


class Connection(asyncio.Protocol):
    """A connection after its greeting; it takes over the transport."""

    def __init__(
        self, transport: asyncio.Transport, offer: Offer, handler: ConnectionHandler
    ) -> None:
        self._transport = transport
        self._offer = offer
        self._handler = handler
        self._replies = ReplyParser()
        self._expected: deque[Stage] = deque()  # commands without a reply yet
        self._unwritten: deque[tuple[Stage, bytes]] = deque()  # without PIPELINING
        self._opening: OutgoingMessage | None = None  # its dot is not written
        self._dotted: OutgoingMessage | None = None  # its dot is written, not answered
        self._refusal: tuple[Stage, Reply] | None = None  # of the message being opened
        self._is_attempt = True  # a failure now is an attempt of the message opened
        self._quitting = False
        self._fault: str | None = None  # why the connection failed
        self._reply_by = 0.0  # by clock.uptime
        self._answered_at = float("-inf")  # the last dot
        transport.set_protocol(self)

    @property
    def usable(self) -> bool:
        """Whether the connection is open and in step."""
        return self._fault is None

    @property
    def busy(self) -> bool:
        """Whether a reply is awaited."""
        return bool(self._expected)

    def start(self) -> None:
        """Take a message if the connection has nothing to do."""
        if self._fault is None and not self._expected:
            self._open_next()

    def quit(self) -> None:
        """Send QUIT, after the messages in flight."""
        self._quitting = True
        if not self._expected and self._fault is None:
            self._send(Stage.QUIT, b"QUIT\r\n")

    def check_timeout(self, now: float) -> None:
        """Fail if the relay has not replied in time; `now` is by `clock.uptime`."""
        if self._expected and now > self._reply_by:
            stage = self._expected[0]
            self.fail(f"no reply to {stage} within {TIMEOUTS[stage]:g} s")

    def fail(self, fault: str) -> None:
        """Close the connection at once, and report its messages to the handler."""
        if self._fault is not None:
            return
        self._fault = fault
        self._transport.abort()
        dotted, self._dotted = self._dotted, None
        opening, self._opening = self._opening, None
        if dotted is not None:
            self._handler.unknown(dotted, fault)
        if opening is not None:
            named = Stage.MAIL not in self._expected
            fault_of_it = fault if self._is_attempt else None
            self._handler.not_sent(opening, fault_of_it, named=named)
        self._handler.idle()

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the relay, or the network, closed the connection."""
        self.fail(str(exc) if exc else "the relay closed the connection")

    def data_received(self, data: bytes) -> None:
        """Read replies and continue the dialogue."""
        if self._expected == DOT_AND_ENVELOPE and self._replies.empty:
            accepted = parse_pipelined(data)
            if accepted is not None:
                self._on_pipelined(accepted)
                return
        self._replies.feed(data)
        try:
            while self._fault is None and (reply := self._replies.next()) is not None:
                self._on_reply(reply)
        except MalformedError as fault:
            self.fail(str(fault))

    def _on_pipelined(self, accepted: Reply) -> None:
        """Finish one message; the envelope of the next is accepted too."""
        self._expected.clear()
        dotted, self._dotted = self._dotted, None
        if dotted is not None:
            self._handler.answered(dotted, Stage.DOT, accepted)
        if self._fault is None:
            self._send_body()

    def _on_reply(self, reply: Reply) -> None:
        if not self._expected:
            closing = reply.code == CLOSING  # RFC 5321 section 3.8
            fault = "the relay is closing" if closing else "a reply without a command"
            self.fail(f"{fault}: {reply}")
            return
        stage = self._expected[0]
        if 300 <= reply.code < 400 and stage is not Stage.DATA:  # noqa: PLR2004 (RFC 5321 section 4.2.1)
            self.fail(f"no reply to {stage}: {reply}")
            return
        self._expected.popleft()
        if self._expected:
            self._reply_by = uptime() + TIMEOUTS[self._expected[0]]
        match stage:
            case Stage.MAIL | Stage.RCPT:
                self._is_attempt = True
                self._on_envelope_reply(stage, reply)
            case Stage.DATA:
                self._on_data_reply(reply)
            case Stage.DOT:
                self._on_dot_reply(reply)
            case Stage.EMPTY:
                self._conclude(reply)
            case _ if reply.code == CLOSING or stage is Stage.QUIT:
                self.fail(f"the relay is closing: {reply}")
            case _ if not reply.positive:
                self.fail(f"RSET refused: {reply}")
            case _:
                self._continue()

    def _on_envelope_reply(self, stage: Stage, reply: Reply) -> None:
        if reply.positive:
            self._continue()
            return
        if self._refusal is None:
            self._refusal = (stage, reply)
        if reply.code == CLOSING or not self._expected:  # the latter: no PIPELINING
            self._unwritten.clear()
            self._conclude(reply)

    def _on_data_reply(self, reply: Reply) -> None:
        refusal = self._refusal
        if reply.code != GO_AHEAD:
            if reply.positive:
                self.fail(f"neither a go-ahead nor a refusal: {reply}")
                return
            self._refusal = refusal or (Stage.DATA, reply)
            self._conclude(reply)
        elif not self._replies.empty:
            self.fail("a reply before its command")
        elif refusal is None:
            self._send_body()
        elif refusal[0] is Stage.RCPT:  # send no text, only a dot: RFC 2920 section 3.1
            self._send(Stage.EMPTY, b".\r\n")
        else:
            opening, self._opening = self._opening, None
            if opening is not None:
                self._handler.answered(opening, *refusal)
            self.fail("a go-ahead after a refused sender")

    def _on_dot_reply(self, reply: Reply) -> None:
        dotted, self._dotted = self._dotted, None
        self._answered_at = uptime()
        if dotted is not None:
            self._handler.answered(dotted, Stage.DOT, reply)
        if reply.code == CLOSING:
            self.fail(f"the relay is closing: {reply}")
        elif not self._expected:
            self._open_next()

    def _conclude(self, last: Reply) -> None:
        """Report the refusal, and reset the connection for the next message."""
        refusal, self._refusal = self._refusal, None
        opening, self._opening = self._opening, None
        if opening is None or refusal is None:
            self.fail("out of step")
            return
        self._is_attempt = False
        self._handler.answered(opening, *refusal)
        if last.code == CLOSING:
            self.fail(f"the relay is closing: {last}")
            return
        self._send(Stage.RSET, b"RSET\r\n", then_open=True)

    def _send_body(self) -> None:
        message = self._opening
        if message is None or not message.fresh:
            # no attempt if the reply to the previous dot took the time
            self._is_attempt &= uptime() - self._answered_at >= MARK_HOLDS
            self.fail(f"no go-ahead within {MARK_HOLDS:g} s of the mark")
            return
        self._opening, self._dotted, self._is_attempt = None, message, False
        self._send(Stage.DOT, b".\r\n", body=message.octets, then_open=True)

    def _send(
        self,
        stage: Stage,
        octets: bytes,
        *,
        body: bytes = b"",
        then_open: bool = False,
    ) -> None:
        """Write a command; with PIPELINING and `then_open`, also the next envelope."""
        if not self._expected:
            self._reply_by = uptime() + TIMEOUTS[stage]
        self._expected.append(stage)
        if then_open and self._offer.pipelining and not self._quitting:
            octets += self._next_commands()
        self._transport.writelines((body, octets) if body else (octets,))

    def _open_next(self) -> None:
        if self._quitting:
            self._send(Stage.QUIT, b"QUIT\r\n")
            return
        commands = self._next_commands()
        if commands:
            self._transport.write(commands)
        else:
            self._handler.idle()

    def _next_commands(self) -> bytes:
        """Take the next message; return its commands that may be written now."""
        message = self._handler.next()
        while message is not None and (reason := unfit(message, self._offer)):
            self._handler.unfit(message, reason)
            message = self._handler.next()
        if message is None:
            return b""
        self._opening = message
        commands = commands_of(message, self._offer)
        if not self._expected:
            self._reply_by = uptime() + TIMEOUTS[Stage.MAIL]
        if self._offer.pipelining:
            self._expected += ENVELOPE
            return commands
        self._unwritten += zip(
            ENVELOPE, commands.splitlines(keepends=True), strict=True
        )
        stage, octets = self._unwritten.popleft()
        self._expected.append(stage)
        return octets

    def _continue(self) -> None:
        """Write the next command of a relay without PIPELINING, or the next message."""
        if self._unwritten and not self._replies.empty:
            self.fail("a reply before its command")
        elif self._unwritten:
            self._send(*self._unwritten.popleft())
        elif not self._expected and self._opening is None:
            self._open_next()
