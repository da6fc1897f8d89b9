"""A marked message on its way to the relay, and what hands it to a connection."""

import time
from enum import StrEnum
from typing import NamedTuple, Protocol

from mailer.delivery.smtp.replies import Reply

SOON = 2.5  # seconds a marked message waits for a connection
MARK_HOLDS = 60.0  # seconds a mark lets us write the dot: a slow relay's envelope


def clock() -> float:
    """Return seconds that also pass while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Stage(StrEnum):
    """Which command an answer belongs to."""

    MAIL = "MAIL FROM"
    RCPT = "RCPT TO"
    DATA = "DATA"
    DOT = "the final dot"
    EMPTY = "a dot without a message"
    RSET = "RSET"
    QUIT = "QUIT"


class OutgoingMessage(NamedTuple):
    """A message ready for the wire; its mark was committed after `marked_at`."""

    message_number: int
    campaign_id: int
    attempts: int
    return_path: str
    address: str
    message_id: str  # of the Message-ID; the envelope's too where the relay keeps one
    octets: bytes
    marked_at: float

    @property
    def fresh(self) -> bool:
        """Whether the mark still lets us write the dot."""
        return clock() - self.marked_at < MARK_HOLDS


class ConnectionHandler(Protocol):
    """Hands out messages to connections and is told what became of each, once."""

    def next(self) -> OutgoingMessage | None:
        """Return the next message to send, None where there is none now."""

    def answered(self, message: OutgoingMessage, stage: Stage, reply: Reply) -> None:
        """Note the relay's last word on a message."""

    def not_sent(self, message: OutgoingMessage, why: str | None) -> None:
        """Note that no dot was written; `why` where the connection failed for it."""

    def unfit(self, message: OutgoingMessage, why: str) -> None:
        """Note that the relay could not take a message, which was not offered."""

    def unknown(self, message: OutgoingMessage, why: str) -> None:
        """Note that the dot was written and no answer came."""

    def idle(self) -> None:
        """Note that a connection has nothing to do, or has ended."""
