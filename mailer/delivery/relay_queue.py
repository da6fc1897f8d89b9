"""One relay: its marked messages, its connections, and the outcomes of its messages.

Messages are marked a little ahead, so that connections do not wait for the store. The
marks of messages that are not sent in time are removed, and so are those of messages
that wait here when the relay is away.
"""

from collections.abc import Awaitable, Callable, Iterable, Set
from datetime import datetime

import structlog

from mailer.clock import uptime
from mailer.delivery import answer
from mailer.delivery.answer import Settled
from mailer.delivery.connection_pool import ConnectionPool
from mailer.delivery.prepare import Prepared, Preparer
from mailer.delivery.ready_queue import ReadyQueue
from mailer.delivery.recorder import Recorder, Unrecorded
from mailer.delivery.routing.relays import domain_of
from mailer.delivery.routing.router import Router
from mailer.delivery.smtp.connect import Channel, LoginRefusedError, RelayError
from mailer.delivery.smtp.outgoing import OutgoingMessage, Stage
from mailer.delivery.smtp.replies import Reply
from mailer.outbox.claim import Claimed
from mailer.outcomes.redaction import without_addresses
from mailer.settings.relays import RelaySettings
from mailer.settings.sections import DeliverySettings

log = structlog.get_logger()
MOST_REASONS = 10  # for which one absence of a relay is logged


class RelayQueue:
    """The queue of one relay; it handles the relay's connections."""

    def __init__(
        self,
        name: str,
        relay: RelaySettings,
        *,
        router: Router,
        delivery: DeliverySettings,
        preparer: Preparer,
        connect: Callable[[], Awaitable[Channel]],
        recorder: Recorder,
        now: Callable[[], datetime],
    ) -> None:
        self.name = name
        self._relay = relay
        self._delivery = delivery
        self._router = router
        self._health = router.health
        self._recorder = recorder
        self._now = now
        self._ready = ReadyQueue(
            preparer,
            start=relay.connections * 2,
            maximum=relay.connections * delivery.mark_ahead,
            late=self._give_back,
            uncomposable=self._set_aside,
        )
        self.connections = ConnectionPool(
            self,
            limit=relay.connections,
            connect=connect,
            demand=self._connections_needed,
            unreachable=self._unreachable,
        )
        self._closing = False
        self._demand = 0  # messages that need a connection
        self._campaigns: Set[int] = frozenset()  # theirs, while no connection is open
        self._away_for = set[str]()  # reasons that were logged since it worked
        self._in_flight = 0  # messages that connections have
        self._unrecorded = Unrecorded()

    @property
    def empty(self) -> bool:
        """Whether no message waits, is in flight, or has an unwritten outcome."""
        return not (self._ready or self._in_flight or self._unrecorded)

    @property
    def room(self) -> int:
        """How many more messages may be marked; may be negative.

        Messages without a written outcome count, so that their number is limited.
        """
        return (
            self._ready.ahead
            - len(self._ready)
            - self._in_flight
            - len(self._unrecorded)
        )

    @property
    def needs_more(self) -> bool:
        """Whether the connections will soon have nothing to send."""
        return self._ready.low and self.room > 0 and bool(self.connections)

    def take_unrecorded(self) -> Unrecorded:
        """Return the outcomes that are to be written, and forget them."""
        unrecorded, self._unrecorded = self._unrecorded, Unrecorded()
        return unrecorded

    def restore(self, unrecorded: Unrecorded) -> None:
        """Take back outcomes that could not be written."""
        self._unrecorded.add(unrecorded)

    def _request_write(self) -> None:
        """Have outcomes written: at once if this queue has no other message."""
        if self._in_flight or self._ready:
            self._recorder.write_soon()
        else:
            self._recorder.write_now()

    def _settle(self, settled: Settled) -> None:
        outcome = settled.outcome._replace(relay=self.name)
        self._unrecorded.settled.append(settled._replace(outcome=outcome))
        self._unrecorded.attempts[settled.campaign_id] += settled.fault is not None
        self._request_write()

    def _give_back(self, number: int) -> None:
        """Have the mark of a message removed."""
        self._unrecorded.unsent.append(number)
        self._request_write()

    def _give_all_back(self) -> None:
        """Have the marks removed of all messages that no connection has taken."""
        self._unrecorded.unsent += self._ready.clear()
        self._recorder.write_now()

    def open_for(self, count: int, campaigns: Set[int] = frozenset()) -> None:
        """Open connections for messages, some of which are still in the store."""
        self._demand = count
        self._campaigns = campaigns
        self.connections.open_more()

    def _connections_needed(self) -> int:
        """Return how many messages need a connection; 0 while the relay is away."""
        return 0 if self._empty_if_away() else max(self._demand, len(self._ready))

    def put(
        self, prepared: Iterable[Prepared], *, marked_at: float, more_due: bool
    ) -> None:
        """Add messages whose marks are committed, and let idle connections send them.

        `marked_at` is in seconds, by `clock.uptime`.
        """
        self._ready.put(
            prepared, marked_at=marked_at, put_at=uptime(), more_due=more_due
        )
        if self._closing or not self.connections:
            self._give_all_back()
            return
        self.open_for(len(self._ready) + self._relay.connections * more_due)
        self.connections.start_idle()

    def next(self) -> OutgoingMessage | None:
        """Return the next message to send, or None."""
        while (message := self._ready.next()) is not None:
            if self._health.blocks(self.name, message.address, self._now):
                self._give_back(message.message_number)
                continue
            self._in_flight += 1
            if self._ready.low:
                self._recorder.take_now()
            return message
        self._demand = 0
        return None

    def answered(self, message: OutgoingMessage, stage: Stage, reply: Reply) -> None:
        """Record the relay's final reply to a message."""
        self._in_flight -= 1
        if stage is Stage.DOT and reply.positive:
            accepted = (message.message_number, reply, self.name)
            self._unrecorded.accepted.append(accepted)
            self._unrecorded.attempts[message.campaign_id] += 1
            self._request_write()
            self._health.succeeded(self.name, message.address, self._now)
            return
        now = self._now()
        if stage is Stage.MAIL and answer.is_full(reply):
            self._no_attempt(message, str(reply))
            return
        settled = answer.refused(
            message, stage, reply, relay=self.name, settings=self._delivery, now=now
        )
        self._settle(settled)
        if not answer.slows_down(settled, stage, reply):
            self._health.succeeded(self.name, message.address, self._now)
            if settled.outcome.due_at is not None:
                self._health.delayed(self.name, str(reply))
            return
        domain = "" if stage is Stage.MAIL else domain_of(message.address)
        self._health.failed(self.name, str(reply), domain=domain, now=now)
        self._empty_if_away()

    def _no_attempt(self, message: OutgoingMessage, fault: str) -> None:
        """Let a message wait for the relay, which failed before it was named."""
        self._give_back(message.message_number)
        self.connections.rest()
        self._health.failed(self.name, fault, now=self._now())
        self._empty_if_away()

    def not_sent(
        self, message: OutgoingMessage, fault: str | None, *, named: bool
    ) -> None:
        """Record that no dot was written; without a fault it was no attempt.

        Nor was it if the recipient was not `named` yet.
        """
        self._in_flight -= 1
        if fault is None:
            self._give_back(message.message_number)
        elif not named:
            self._no_attempt(message, fault)
        else:
            self._connection_failed(answer.not_sent, message, fault)

    def unknown(self, message: OutgoingMessage, fault: str) -> None:
        """Record that the relay may have taken a message."""
        self._in_flight -= 1
        self._connection_failed(answer.unknown, message, fault)

    def _connection_failed(
        self, outcome: Callable[..., Settled], message: OutgoingMessage, fault: str
    ) -> None:
        now = self._now()
        self._settle(outcome(message, fault, settings=self._delivery, now=now))
        self._health.failed(self.name, fault, now=now)
        self._empty_if_away()

    def unfit(self, message: OutgoingMessage, reason: str) -> None:
        """Give a message back for a fallback relay; set it aside if there is none."""
        self._in_flight -= 1
        if self._router.reroute(self.name, message.message_number):
            self._give_back(message.message_number)
            return
        number, campaign_id = message.message_number, message.campaign_id
        self._settle(
            answer.set_aside(
                number, campaign_id, reason, address=message.address, relay=self.name
            )
        )

    def _set_aside(self, row: Claimed, reason: str) -> None:
        """Record that a message cannot be composed."""
        reason = f"it cannot be composed: {reason}"
        self._settle(
            answer.set_aside(row.id, row.campaign_id, reason, address=row.address or "")
        )

    def idle(self) -> None:
        """Replace a lost connection, and let the worker see whether it is done."""
        self.connections.remove_lost()
        if not self.connections:
            self._give_all_back()
        self.connections.open_more()
        self._recorder.write_now()

    def silent(self, sentence: str) -> None:
        """Log that the relay does not answer while a connection is opened."""
        if self._health.reasons.get(self.name) != sentence:
            self._health.reasons[self.name] = sentence
            log.warning("relay.silent", relay=self.name, reason=sentence)

    def _unreachable(self, fault: RelayError) -> None:
        """Wait before the next connection; pause the campaigns if the login fails."""
        if self.connections.fault is None:
            self._away_for.clear()
        reason = without_addresses(str(fault))
        if reason not in self._away_for and len(self._away_for) < MOST_REASONS:
            self._away_for.add(reason)
            log.warning("relay.away", relay=self.name, reason=reason)
        now = self._now()
        login_refused = isinstance(fault, LoginRefusedError)
        self._health.unreachable(self.name, str(fault), final=login_refused, now=now)
        if login_refused and not self._health.usable(self.name, now=now):
            self._recorder.pause(self._campaigns, str(fault))
        self._empty_if_away()

    def _empty_if_away(self) -> bool:
        """Return whether the relay is away; if so, give back all waiting messages."""
        if not self._health.is_away(self.name, now=self._now()):
            return False
        self._demand = 0
        self._give_all_back()
        return True

    def quit(self) -> None:
        """Close each connection after the messages it has in flight."""
        self._closing = True
        self._give_all_back()
        self.connections.quit()
