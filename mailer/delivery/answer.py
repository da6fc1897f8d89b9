"""What an answer of the relay, or none, makes of a message: pure."""

from datetime import datetime
from typing import NamedTuple

from mailer.delivery.routing import retry
from mailer.delivery.smtp import verdict
from mailer.delivery.smtp.outgoing import OutgoingMessage, Stage
from mailer.delivery.smtp.replies import CLOSING, Reply
from mailer.delivery.smtp.verdict import Action, Permanence, Verdict
from mailer.outbox.message_states import MessageState
from mailer.outcomes.record import Outcome
from mailer.settings.sections import DeliverySettings

MAX_SHOWN = 500  # characters of a reply that are kept


class Settled(NamedTuple):
    """What became of a message, and what its reply says of its campaign and reader."""

    outcome: Outcome
    campaign_id: int
    verdict: Verdict | None = None


def accepted(reply: Reply) -> str:
    """Return what is kept of the reply with which the relay took a message."""
    return str(reply)[:MAX_SHOWN]


def refused(
    message: OutgoingMessage,
    stage: Stage,
    reply: Reply,
    *,
    settings: DeliverySettings,
    now: datetime,
) -> Settled:
    """Read the relay's last word on a message it did not take."""
    shown = str(reply)[:MAX_SHOWN]
    read = verdict.read(reply, names_recipient=stage is not Stage.MAIL)
    if read.action is Action.REFUSE:
        outcome = Outcome(
            message_number=message.message_number,
            state=MessageState.REFUSED,
            reason=read.reason,
            reply=shown,
        )
    else:
        outcome = _deferred(message, read.reason, shown, settings, now)
    return Settled(outcome=outcome, campaign_id=message.campaign_id, verdict=read)


def asks_for_patience(settled: Settled, stage: Stage, reply: Reply) -> bool:
    """Whether an answer asks us to come more slowly, rather than about a message."""
    read = settled.verdict
    return (read is not None and read.action is Action.RETRY) and (
        read.permanence is Permanence.SENDER
        or reply.code == CLOSING
        or stage is Stage.MAIL
    )


def not_sent(
    message: OutgoingMessage, why: str, *, settings: DeliverySettings, now: datetime
) -> Settled:
    """Note a connection that failed before the dot: the relay has not taken it."""
    reason = f"connection failed: {why}"
    return Settled(
        outcome=_deferred(message, reason, None, settings, now),
        campaign_id=message.campaign_id,
    )


def unknown(
    message: OutgoingMessage, why: str, *, settings: DeliverySettings, now: datetime
) -> Settled:
    """Note a connection that failed after the dot: the relay may have taken it."""
    return Settled(
        outcome=Outcome(
            message_number=message.message_number,
            state=MessageState.UNCERTAIN,
            reason=f"no answer to the final dot: {why}",
            due_at=now + settings.evidence_wait,
        ),
        campaign_id=message.campaign_id,
    )


def set_aside(message_number: int, campaign_id: int, why: str) -> Settled:
    """Note a message that cannot be made or offered."""
    return Settled(
        outcome=Outcome(
            message_number=message_number, state=MessageState.SET_ASIDE, reason=why
        ),
        campaign_id=campaign_id,
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
