"""One relay: marked messages that wait for its connections, and what became of them.

Messages are marked a little ahead of the connections, just enough that these never
wait for the store. What was marked and not sent in time goes back unsent, and so does
what waits here while the relay is away.
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
from mailer.delivery.routing.health import without_addresses
from mailer.delivery.routing.relays import domain_of
from mailer.delivery.routing.router import Router
from mailer.delivery.smtp.connect import Channel, LoginRefusedError, RelayError
from mailer.delivery.smtp.outgoing import OutgoingMessage, Stage
from mailer.delivery.smtp.replies import Reply
from mailer.outbox.claim import Claimed
from mailer.settings.relays import RelaySettings
from mailer.settings.sections import DeliverySettings

log = structlog.get_logger()


class RelayQueue:
    """What handles one relay's connections."""

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
            most=relay.connections * delivery.mark_ahead,
            late=self._bring_back,
            spoilt=self._spoilt,
        )
        self.connections = ConnectionPool(
            self,
            most=relay.connections,
            connect=connect,
            work=self._work,
            unreachable=self._unreachable,
        )
        self._leaving = False
        self._demand = 0  # messages that want a connection
        self._campaigns: Set[int] = frozenset()  # theirs, while there is none
        self._flying = 0  # handed to connections
        self._told = Unrecorded()

    @property
    def empty(self) -> bool:
        """Whether nothing waits here or is on its way."""
        return not (self._ready or self._flying or self._told)

    @property
    def room(self) -> int:
        """How many more may be marked: never more are without a recorded outcome."""
        return self._ready.ahead - len(self._ready) - self._flying - len(self._told)

    @property
    def hungry(self) -> bool:
        """Whether the connections will soon have nothing to send."""
        return self._ready.low and self.room > 0 and bool(self.connections)

    def tell(self) -> Unrecorded:
        """Hand over what is to be written of these messages."""
        told, self._told = self._told, Unrecorded()
        return told

    def keep(self, told: Unrecorded) -> None:
        """Take back what could not be written."""
        self._told.add(told)

    def _have_written(self) -> None:
        """Have what was told written: at once if nothing else is on its way."""
        if self._flying or self._ready:
            self._recorder.wake()
        else:
            self._recorder.hurry()

    def _settle(self, settled: Settled) -> None:
        self._told.settled.append(settled)
        self._have_written()

    def _bring_back(self, number: int) -> None:
        self._told.unsent.append(number)
        self._have_written()

    def _take_back(self) -> None:
        """Give up what is marked and no connection has taken."""
        self._told.unsent += self._ready.clear()
        self._recorder.hurry()

    def want(self, number: int, campaigns: Set[int] = frozenset()) -> None:
        """Open connections for messages, some of them still in the store."""
        self._demand = number
        self._campaigns = campaigns
        self.connections.want()

    def _work(self) -> int:
        """Return how many messages want a connection, none of a relay that is away."""
        return 0 if self._return_what_waits() else max(self._demand, len(self._ready))

    def marked(
        self, prepared: Iterable[Prepared], *, marked_at: float, more: bool
    ) -> None:
        """Take messages whose marks are committed, and set the connections going."""
        self._ready.put(prepared, marked_at=marked_at, put_at=uptime(), more=more)
        if self._leaving or not self.connections:
            self._take_back()
            return
        self.want(len(self._ready) + self._relay.connections * more)
        self.connections.kick()

    def next(self) -> OutgoingMessage | None:
        """Return the next message to send."""
        while (message := self._ready.next()) is not None:
            if self._health.holds_up(self.name, message.address, self._now):
                self._bring_back(message.message_number)
                continue
            self._flying += 1
            if self._ready.low:
                self._recorder.look()
            return message
        self._demand = 0
        return None

    def answered(self, message: OutgoingMessage, stage: Stage, reply: Reply) -> None:
        """Note the relay's last word."""
        self._flying -= 1
        if stage is Stage.DOT and reply.positive:
            self._told.accepted.append((message.message_number, reply))
            self._have_written()
            self._health.works(self.name, message.address)
            return
        now = self._now()
        settled = answer.refused(
            message, stage, reply, settings=self._delivery, now=now
        )
        self._settle(settled)
        if not answer.asks_for_patience(settled, stage, reply):
            self._health.works(self.name, message.address)
            if settled.outcome.due_at is not None:
                self._health.said(self.name, str(reply))
            return
        domain = "" if stage is Stage.MAIL else domain_of(message.address)
        self._health.away(self.name, str(reply), domain=domain, now=now)
        self._return_what_waits()

    def not_sent(self, message: OutgoingMessage, why: str | None) -> None:
        """Note that no dot was written; without a reason it was no attempt."""
        self._flying -= 1
        if why is None:
            self._bring_back(message.message_number)
        else:
            self._failed(answer.not_sent, message, why)

    def unknown(self, message: OutgoingMessage, why: str) -> None:
        """Note that nobody knows whether the relay took it."""
        self._flying -= 1
        self._failed(answer.unknown, message, why)

    def _failed(
        self, became: Callable[..., Settled], message: OutgoingMessage, why: str
    ) -> None:
        now = self._now()
        self._settle(became(message, why, settings=self._delivery, now=now))
        self._health.away(self.name, why, now=now)
        self._return_what_waits()

    def unfit(self, message: OutgoingMessage, why: str) -> None:
        """Set a message aside that this relay cannot take, nor one that replaces it."""
        self._flying -= 1
        if self._router.elsewhere(self.name, message.message_number):
            self._bring_back(message.message_number)
            return
        self._settle(answer.set_aside(message.message_number, message.campaign_id, why))

    def _spoilt(self, row: Claimed, why: str) -> None:
        """Set a message aside that cannot be composed."""
        self._settle(answer.set_aside(row.id, row.campaign_id, why))

    def idle(self) -> None:
        """Let the worker look whether it is done, and replace a lost connection."""
        self.connections.forget_the_lost()
        if not self.connections:
            self._take_back()
        self.connections.want()
        self._recorder.hurry()

    def _unreachable(self, fault: RelayError) -> None:
        """Keep away for a while; a login that is refused is for a person to look at."""
        if self.connections.fault is None:
            reason = without_addresses(str(fault))
            log.warning("relay.away", relay=self.name, reason=reason)
        now = self._now()
        refused = isinstance(fault, LoginRefusedError)
        self._health.unreachable(self.name, str(fault), final=refused, now=now)
        if refused and not self._health.replaced(self.name, now=now):
            self._recorder.pause(self._campaigns, str(fault))
        self._return_what_waits()

    def _return_what_waits(self) -> bool:
        """Give back what no connection has, if the relay is away; say whether it is."""
        if not self._health.is_away(self.name, now=self._now()):
            return False
        self._demand = 0
        self._take_back()
        return True

    def leave(self) -> None:
        """Let every connection end after what it has in flight."""
        self._leaving = True
        self._take_back()
        self.connections.leave()
