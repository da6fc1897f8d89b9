"""One relay: its connections, and the marked messages that wait for them.

Messages are marked a little ahead of the connections, just enough that these never
wait for the store. What was marked and not sent in time goes back unsent, and so does
what waits here while the relay is away.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Set
from datetime import datetime

import structlog

from mailer.config import DeliverySettings
from mailer.delivery import answer
from mailer.delivery.answer import Settled
from mailer.delivery.book import Book, Told
from mailer.delivery.connect import Connection, LoginRefusedError, RelayError
from mailer.delivery.flow import Flow
from mailer.delivery.lane import Lane
from mailer.delivery.parcel import Parcel, Stage, clock
from mailer.delivery.prepare import Prepared, Preparer
from mailer.delivery.relays import domain_of
from mailer.delivery.stock import Stock
from mailer.delivery.wire import Reply
from mailer.outbox.claim import Claimed
from mailer.relaying import RelaySettings

log = structlog.get_logger()
TOGETHER = 1.0  # seconds within which connections begun together are to be open
FULL = 5.0  # seconds before a relay that takes no more connections is asked again


class Outlet:
    """The desk of one relay's connections."""

    def __init__(
        self,
        name: str,
        relay: RelaySettings,
        *,
        flow: Flow,
        delivery: DeliverySettings,
        preparer: Preparer,
        connect: Callable[[], Awaitable[Connection]],
        book: Book,
        now: Callable[[], datetime],
    ) -> None:
        self.name = name
        self._relay = relay
        self._delivery = delivery
        self._connect = connect
        self._flow = flow
        self._book = book
        self._now = now
        self._stock = Stock(
            preparer,
            start=relay.connections * 2,
            most=relay.connections * delivery.mark_ahead,
            late=self._bring_back,
            spoilt=self._spoilt,
        )
        self._lanes: set[Lane] = set()
        self._leaving = False
        self._wanted = asyncio.Event()
        self._demand = 0  # messages that want a connection
        self._campaigns: Set[int] = frozenset()  # theirs, while there is none
        self._flying = 0  # handed to connections
        self._told = Told()
        self.fault: RelayError | None = None  # while no connection can be made

    @property
    def empty(self) -> bool:
        """Whether nothing waits here or is on its way."""
        return not (self._stock or self._flying or self._told)

    @property
    def room(self) -> int:
        """How many more may be marked: never more are without a recorded outcome."""
        return self._stock.ahead - len(self._stock) - self._flying - len(self._told)

    @property
    def hungry(self) -> bool:
        """Whether the connections will soon have nothing to send."""
        return self._stock.low and self.room > 0 and bool(self._lanes)

    def tell(self) -> Told:
        """Hand over what is to be written of these messages."""
        told, self._told = self._told, Told()
        return told

    def keep(self, told: Told) -> None:
        """Take back what could not be written."""
        self._told.add(told)

    def _have_written(self) -> None:
        """Have what was told written: at once if nothing else is on its way."""
        if self._flying or self._stock:
            self._book.wake()
        else:
            self._book.hurry()

    def _settle(self, settled: Settled) -> None:
        self._told.settled.append(settled)
        self._have_written()

    def _bring_back(self, number: int) -> None:
        self._told.unsent.append(number)
        self._have_written()

    def _take_back(self) -> None:
        """Give up what is marked and no connection has taken."""
        self._told.unsent += self._stock.clear()
        self._book.hurry()

    def want(self, number: int, campaigns: Set[int] = frozenset()) -> None:
        """Open connections for messages, some of them still in the store."""
        self._demand = number
        self._campaigns = campaigns
        self._wanted.set()

    def marked(
        self, prepared: Iterable[Prepared], *, marked_at: float, more: bool
    ) -> None:
        """Take messages whose marks are committed, and set the connections going."""
        self._stock.put(prepared, marked_at=marked_at, more=more)
        if self._leaving or not self._lanes:
            self._take_back()
            return
        self.want(len(self._stock) + self._relay.connections * more)
        for lane in self._lanes.copy():
            lane.kick()

    def next(self) -> Parcel | None:
        """Return the next parcel to send."""
        while (parcel := self._stock.next()) is not None:
            if self._flow.holds_up(self.name, parcel.address, self._now):
                self._bring_back(parcel.message_id)
                continue
            self._flying += 1
            if self._stock.low:
                self._book.look()
            return parcel
        self._demand = 0
        return None

    def answered(self, parcel: Parcel, stage: Stage, reply: Reply) -> None:
        """Note the relay's last word."""
        self._flying -= 1
        if stage is Stage.DOT and reply.positive:
            self._told.accepted.append((parcel.message_id, reply))
            self._have_written()
            self._flow.works(self.name, parcel.address)
            return
        now = self._now()
        settled = answer.refused(parcel, stage, reply, settings=self._delivery, now=now)
        self._settle(settled)
        if not answer.asks_for_patience(settled, stage, reply):
            self._flow.works(self.name, parcel.address)
            if settled.outcome.due_at is not None:
                self._flow.said(self.name, str(reply))
            return
        domain = "" if stage is Stage.MAIL else domain_of(parcel.address)
        self._flow.away(self.name, str(reply), domain=domain, now=now)
        self._return_what_waits()

    def not_sent(self, parcel: Parcel, why: str | None) -> None:
        """Note that no dot was written; without a reason it was no attempt."""
        self._flying -= 1
        if why is None:
            self._bring_back(parcel.message_id)
        else:
            self._failed(answer.not_sent, parcel, why)

    def unknown(self, parcel: Parcel, why: str) -> None:
        """Note that nobody knows whether the relay took it."""
        self._flying -= 1
        self._failed(answer.unknown, parcel, why)

    def _failed(self, became: Callable[..., Settled], parcel: Parcel, why: str) -> None:
        now = self._now()
        self._settle(became(parcel, why, settings=self._delivery, now=now))
        self._flow.away(self.name, why, now=now)
        self._return_what_waits()

    def unfit(self, parcel: Parcel, why: str) -> None:
        """Set a message aside that this relay cannot take, nor one that replaces it."""
        self._flying -= 1
        if self._flow.elsewhere(self.name, parcel.message_id):
            self._bring_back(parcel.message_id)
            return
        self._settle(answer.set_aside(parcel.message_id, parcel.campaign_id, why))

    def _spoilt(self, row: Claimed, why: str) -> None:
        """Set a message aside that cannot be composed."""
        self._settle(answer.set_aside(row.id, row.campaign_id, why))

    def idle(self) -> None:
        """Let the worker look whether it is done, and replace a lost connection."""
        self._lanes = {lane for lane in self._lanes if lane.usable}
        if not self._lanes:
            self._take_back()
        self._wanted.set()
        self._book.hurry()

    async def keep_connected(self) -> None:
        """Open connections while there is work for them; none waits for a slow one."""
        opening: set[asyncio.Task[RelayError | None]] = set()
        try:
            while True:
                await self._wanted.wait()
                self._wanted.clear()
                if opening:
                    await asyncio.wait(opening, timeout=TOGETHER)
                ended = {each for each in opening if each.done()}
                opening -= ended
                faults = [each.result() for each in ended]
                if faults and faults[0] is not None and None not in faults:
                    await self._not_opened(faults[0])
                if not self._return_what_waits():
                    opening |= self._begin(len(opening))
        finally:
            for each in opening:
                each.cancel()

    def _begin(self, opening: int) -> set[asyncio.Task[RelayError | None]]:
        """Begin to open the connections that are lacking."""
        supplied = sum(not lane.busy for lane in self._lanes) + opening
        work = max(self._demand, len(self._stock)) - supplied
        lacking = self._relay.connections - len(self._lanes) - opening
        begun = {asyncio.ensure_future(self._open()) for _ in range(min(lacking, work))}
        for each in begun:
            each.add_done_callback(lambda _: self._wanted.set())
        return begun

    async def _not_opened(self, fault: RelayError) -> None:
        if self._lanes:  # it takes no more than these
            await asyncio.sleep(FULL)
        else:
            self._unreachable(fault)

    async def _open(self) -> RelayError | None:
        """Open a connection; return what stood in the way."""
        try:
            connection = await self._connect()
        except RelayError as fault:
            return fault
        self.fault = None
        if self._leaving:
            connection.transport.abort()
            return None
        lane = Lane(connection.transport, connection.offer, self)
        self._lanes.add(lane)
        lane.kick()
        return None

    def _unreachable(self, fault: RelayError) -> None:
        """Keep away for a while; a login that is refused is for a person to look at."""
        if self.fault is None:
            log.warning("relay.away", relay=self.name, reason=str(fault))
        self.fault = fault
        now = self._now()
        refused = isinstance(fault, LoginRefusedError)
        self._flow.unreachable(self.name, str(fault), final=refused, now=now)
        if refused and not self._flow.replaced(self.name, now=now):
            self._book.pause(self._campaigns, str(fault))
        self._return_what_waits()

    def _return_what_waits(self) -> bool:
        """Give back what no connection has, if the relay is away; say whether it is."""
        if not self._flow.is_away(self.name, now=self._now()):
            return False
        self._demand = 0
        self._take_back()
        return True

    def look(self) -> None:
        """End connections whose relay is silent."""
        for lane in self._lanes.copy():
            lane.look(clock())

    def leave(self) -> None:
        """Let every connection end after what it has in flight."""
        self._leaving = True
        self._take_back()
        for lane in self._lanes.copy():
            lane.leave()

    @property
    def connected(self) -> bool:
        """Whether a connection is open."""
        return bool(self._lanes)

    def drop(self) -> None:
        """End every connection at once."""
        for lane in self._lanes.copy():
            lane.fail("the worker is stopping")
