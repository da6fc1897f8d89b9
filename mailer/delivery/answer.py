"""The outcome of a message from the relay's reply, or from its absence: pure."""

import re
from datetime import datetime
from typing import NamedTuple

from mailer.delivery.routing import retry
from mailer.delivery.routing.relays import domain_of
from mailer.delivery.smtp import verdict
from mailer.delivery.smtp.outgoing import OutgoingMessage, Stage
from mailer.delivery.smtp.replies import CLOSING, Reply
from mailer.delivery.smtp.verdict import Action, Permanence, Verdict
from mailer.outbox.message_states import MessageState
from mailer.outcomes import proportion
from mailer.outcomes.faults import AttemptFault
from mailer.outcomes.record import Outcome
from mailer.settings.sections import DeliverySettings

TEMPORARY = 4  # the first digit of a code, RFC 5321 section 4.2.1
_TOO_MANY = re.compile(r"too many\b.*\b(connection|session)s?", re.IGNORECASE)
MAX_REPLY = 500  # characters of a reply that are stored


class Settled(NamedTuple):
    """The outcome of a message, and the verdict on the reply, if there was one."""

    outcome: Outcome
    campaign_id: int
    verdict: Verdict | None = None
    fault: AttemptFault | None = None  # if it is refused or set aside

    @property
    def pauses(self) -> bool:
        """Whether the reply concerns every message: its sender was refused."""
        return (
            self.verdict is not None
            and self.verdict.action is Action.PAUSE
            and self.fault is None
        )


def accepted(reply: Reply) -> str:
    """Return the part of a reply that is stored with an accepted message."""
    return str(reply)[:MAX_REPLY]


def refused(
    message: OutgoingMessage,
    stage: Stage,
    reply: Reply,
    *,
    relay: str,
    settings: DeliverySettings,
    now: datetime,
) -> Settled:
    """Return the outcome of a message that the relay did not take.

    A lasting refusal after RCPT concerns this message. One of MAIL concerns every
    message, because no recipient was named yet: the message waits.
    """
    stored = str(reply)[:MAX_REPLY]
    read = verdict.read(reply, names_recipient=stage is not Stage.MAIL)
    number, fault = message.message_number, None
    if read.action is Action.RETRY or stage is Stage.MAIL:
        outcome = _deferred(message, read.reason, stored, settings, now)
    else:
        gone = stage is Stage.RCPT and read.permanence is Permanence.PERMANENT
        fault = _fault(number, read.reason, message.address, relay, gone=gone)
        outcome = Outcome(number, MessageState.REFUSED, read.reason, stored)
    return Settled(outcome, message.campaign_id, read, fault)


def _fault(
    number: int, reason: str, address: str, relay: str, *, gone: bool = False
) -> AttemptFault:
    kind, domain = proportion.kind_of(reason), domain_of(address)
    return AttemptFault(number, kind, domain, relay, gone)


def is_full(reply: Reply) -> bool:
    """Return whether a reply to MAIL says that the relay takes no message now.

    It is closing, or we have too many connections.
    """
    many = _TOO_MANY.search(reply.text)
    return reply.code == CLOSING or (reply.code // 100 == TEMPORARY and bool(many))


def slows_down(settled: Settled, stage: Stage, reply: Reply) -> bool:
    """Return whether a reply asks us to send more slowly, whatever the message."""
    read = settled.verdict
    return (read is not None and read.action is Action.RETRY) and (
        read.permanence is Permanence.SENDER
        or reply.code == CLOSING
        or stage is Stage.MAIL
    )


def not_sent(
    message: OutgoingMessage, fault: str, *, settings: DeliverySettings, now: datetime
) -> Settled:
    """Return the outcome of a connection that failed before the dot: deferred."""
    reason = f"connection failed: {fault}"
    return Settled(
        outcome=_deferred(message, reason, None, settings, now),
        campaign_id=message.campaign_id,
    )


def unknown(
    message: OutgoingMessage, fault: str, *, settings: DeliverySettings, now: datetime
) -> Settled:
    """Return the outcome of a connection that failed after the dot: uncertain."""
    return Settled(
        outcome=Outcome(
            message_number=message.message_number,
            state=MessageState.UNCERTAIN,
            reason=f"no reply to the final dot: {fault}",
            due_at=now + settings.evidence_wait,
        ),
        campaign_id=message.campaign_id,
    )


def set_aside(
    number: int, campaign_id: int, reason: str, *, address: str, relay: str = ""
) -> Settled:
    """Return the outcome of a message that cannot be composed, or not be offered."""
    return Settled(
        outcome=Outcome(number, MessageState.SET_ASIDE, reason),
        campaign_id=campaign_id,
        fault=_fault(number, reason, address, relay),
    )


def _deferred(
    message: OutgoingMessage,
    reason: str,
    reply: str | None,
    settings: DeliverySettings,
    now: datetime,
) -> Outcome:
    return Outcome(
        message_number=message.message_number,
        state=MessageState.DEFERRED,
        reason=reason,
        reply=reply,
        due_at=retry.next_attempt(
            message.message_number,
            message.attempts + 1,
            waits=settings.retry_minutes,
            now=now,
        ),
    )
