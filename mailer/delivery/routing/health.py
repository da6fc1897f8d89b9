"""The health of relays, and of recipient domains behind them: a breaker for each.

A relay is away when no connection can be made, or when messages keep failing before a
recipient is named. A recipient domain fails when its provider slows us down.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

import structlog

from mailer.delivery.routing import breaker, pacing, relays
from mailer.delivery.routing.breaker import CLOSED, Breaker
from mailer.delivery.routing.limits import Given
from mailer.delivery.routing.pacing import Pace
from mailer.delivery.routing.relays import Relays
from mailer.outcomes.redaction import without_addresses

log = structlog.get_logger()
RELAY_WAITS = (1.0, 2.0, 5.0, 15.0, 30.0, 60.0)  # seconds while a relay is away
DOMAIN_WAITS = (60.0, 120.0, 300.0, 900.0, 1800.0)  # while a provider slows us down
MAX_REPLY = 300  # characters of a reply that are shown
ATTEMPTS = 4  # to connect to a relay that is away, for which a drain waits

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
Key = tuple[str, str]  # relay, recipient domain; the relay itself has none


class Paced(NamedTuple):
    """What the pace of a domain lets go, and the pace as text."""

    given: Given
    words: str


def _waits(key: Key) -> Sequence[float]:
    return DOMAIN_WAITS if key[1] else RELAY_WAITS


@dataclass(kw_only=True)
class Health:
    """The health of all relays, as one worker sees it."""

    relays: Relays
    held_until: datetime = _LONG_AGO  # until then a drain waits for messages
    closing: bool = False  # failures from now on are caused by the worker's end
    reasons: dict[str, str] = field(default_factory=dict)  # relay → why messages wait
    _breakers: dict[Key, Breaker] = field(default_factory=dict)
    _paces: dict[Key, Pace] = field(default_factory=dict)  # of domains behind relays
    _seen_at: datetime = _LONG_AGO

    @property
    def healthy(self) -> bool:
        """Whether no relay and no domain is failing, and none has a pace."""
        return not (self._breakers or self._paces)

    def allowances(self, *, now: datetime) -> dict[Key, int | None]:
        """Return how many messages may go now to what is failing; None: any number."""
        if now < self._seen_at < self.held_until:  # the clock was set back
            self.held_until -= self._seen_at - now
        self._seen_at = now
        return {
            key: breaker.allowance(self._of(key, now), now=now)
            for key in self._breakers
        }

    def paced(self, key: Key, count: int, *, now: datetime) -> Paced | None:
        """Return how many messages the pace of a domain lets go; None: it has none."""
        pace = self._paces.get(key)
        if pace is None:
            return None
        if key in self._breakers:
            pace = pacing.well(pace, now=now)  # it grows only once all is well
        elif pacing.is_over(pace, now=now):
            del self._paces[key]
            log.info("relay.pace_ended", relay=key[0], domain=key[1])
            return None
        given, self._paces[key] = pacing.take(pace, count, now=now)
        return Paced(given=given, words=pacing.in_words(pace, now=now))

    def probing(self, key: Key, *, now: datetime) -> None:
        """Record that a message probes a relay or domain that is failing."""
        if key in self._breakers:
            self._breakers[key] = breaker.probing(self._of(key, now), now=now)

    def hold(self, until: datetime) -> None:
        """Let a drain wait for messages until then."""
        self.held_until = max(self.held_until, until)

    def waits_until(self, relay: str, domain: str = "", *, now: datetime) -> datetime:
        """Return when to try a relay, or a domain behind it, again."""
        return breaker.waits_until(self._of((relay, domain), now), now=now)

    def _of(self, key: Key, now: datetime) -> Breaker:
        stored = self._breakers.get(key, CLOSED)
        return breaker.limited(stored, waits=_waits(key), now=now)

    def delayed(self, relay: str, reply: str) -> None:
        """Keep the reply, or fault, because of which messages of a relay wait."""
        self.reasons[relay] = f"delays messages: {without_addresses(reply)[:MAX_REPLY]}"

    def failed(
        self, relay: str, reply: str, *, domain: str = "", now: datetime
    ) -> None:
        """Record a reply, or fault, with which a relay or domain failed."""
        self.delayed(relay, reply)
        key = relay, domain
        before = self._of(key, now)
        after = breaker.failed(
            before,
            in_flight=self.relays.settings[relay].connections,
            waits=_waits(key),
            now=now,
        )
        opened = after.openings > before.openings == 0
        if domain and after.openings > before.openings and not self.closing:
            self._paces[key] = pacing.slowed(self._paces.get(key), now=now)
        if opened and not self.closing:
            text = without_addresses(reply)
            log.warning("relay.refuses", relay=relay, domain=domain, said=text)
        self._breakers[key] = after
        if not domain:
            self._hold(after)

    def unreachable(
        self, relay: str, fault: str, *, final: bool = False, now: datetime
    ) -> None:
        """Record that no connection to a relay can be made.

        A drain waits for the relay, unless the fault is `final`.
        """
        settings = self.relays.settings[relay]
        text = fault.removeprefix(f"the relay {settings.host}:{settings.port} ")
        self.reasons[relay] = without_addresses(text)
        key = relay, ""
        after = breaker.opened(self._of(key, now), waits=_waits(key), now=now)
        self._breakers[key] = after
        if not final:
            self._hold(after)

    def _hold(self, after: Breaker) -> None:
        """Let a drain wait for the first attempts at a relay."""
        if after.open_until is not None and after.openings < ATTEMPTS:
            self.hold(after.open_until)

    def succeeded(
        self, relay: str, address: str, clock: Callable[[], datetime]
    ) -> None:
        """Record that a relay, and the domain of an address behind it, work."""
        if not self._breakers:
            return
        for domain in ("", relays.domain_of(address)):
            key = relay, domain
            if key in self._breakers and key in self._paces:
                self._paces[key] = pacing.well(self._paces[key], now=clock())
            closed = self._breakers.pop((relay, domain), None)
            if closed is not None and closed.openings:
                log.info("relay.back", relay=relay, domain=domain)

    def blocks(self, relay: str, address: str, clock: Callable[[], datetime]) -> bool:
        """Return whether a relay, or the domain of an address, has failed meanwhile."""
        if not self._breakers:
            return False
        now, domain = clock(), relays.domain_of(address)
        return self.is_away(relay, now=now) or self.is_away(
            relay, domain=domain, now=now
        )

    def is_away(self, relay: str, *, domain: str = "", now: datetime) -> bool:
        """Return whether a relay, or a domain behind it, is not to be tried yet."""
        until = self._of((relay, domain), now).open_until
        return until is not None and now < until

    def usable(self, relay: str, *, now: datetime) -> bool:
        """Return whether a relay, or one of its fallbacks, can be used now."""
        found = self.relays.first_usable(
            relay, lambda name: not self.is_away(name, now=now)
        )
        return found is not None

    def next_attempt(self, relay: str, *, now: datetime) -> datetime:
        """Return when to try messages of a relay again: now if it is usable."""
        if self.usable(relay, now=now):
            return now
        return self.waits_until(relay, now=now)
