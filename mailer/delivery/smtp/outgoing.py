"""A marked message on its way to the relay, and the interface of a connection."""

import time
from enum import StrEnum
from typing import NamedTuple, Protocol

from mailer.delivery.smtp.replies import Reply

MAX_WAIT = 2.5  # seconds a marked message waits for a connection
MARK_HOLDS = 60.0  # seconds after the mark in which the dot may be written


def clock() -> float:
    """Return seconds since the machine started, including those it slept."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Stage(StrEnum):
    """The command that a reply belongs to."""

    MAIL = "MAIL FROM"
    RCPT = "RCPT TO"
    DATA = "DATA"
    DOT = "the final dot"
    EMPTY = "a dot without a message"
    RSET = "RSET"
    QUIT = "QUIT"


class OutgoingMessage(NamedTuple):
    """A message to send; `marked_at` is just before its mark, by `clock`."""

    message_number: int
    campaign_id: int
    attempts: int
    return_path: str
    address: str
    message_id: str  # local part of the Message-ID, also the ENVID (RFC 3461)
    octets: bytes
    marked_at: float

    @property
    def fresh(self) -> bool:
        """Whether the dot may still be written under this mark."""
        return clock() - self.marked_at < MARK_HOLDS


class ConnectionHandler(Protocol):
    """Gives messages to connections; a connection reports each outcome once."""

    def next(self) -> OutgoingMessage | None:
        """Return the next message to send, or None if there is none now."""

    def answered(self, message: OutgoingMessage, stage: Stage, reply: Reply) -> None:
        """Take the relay's final reply to a message."""

    def not_sent(
        self, message: OutgoingMessage, fault: str | None, *, named: bool
    ) -> None:
        """Take a message whose dot was not written.

        `fault` is given if the connection failed for this message, `named` is false if
        the relay failed before it had answered MAIL.
        """

    def unfit(self, message: OutgoingMessage, reason: str) -> None:
        """Take a message that was not offered, because the relay cannot take it."""

    def unknown(self, message: OutgoingMessage, fault: str) -> None:
        """Take a message whose dot was written, and to which no reply came."""

    def idle(self) -> None:
        """Note that a connection has nothing to send, or has ended."""
