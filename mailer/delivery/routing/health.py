"""Health: which relays, and which domains behind them, bear with us.

A relay is away when no connection can be made, or when messages keep failing before a
recipient is named; a provider slows us down when it says so. Each has a breaker.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog

from mailer.delivery.routing import breaker, relays
from mailer.delivery.routing.breaker import CLOSED, Breaker
from mailer.delivery.routing.relays import Relays

log = structlog.get_logger()
RELAY_WAITS = (1.0, 2.0, 5.0, 15.0, 30.0, 60.0)  # seconds while a relay is away
DOMAIN_WAITS = (60.0, 120.0, 300.0, 900.0, 1800.0)  # while a provider slows us down
MAX_SAID = 300  # characters of an answer that are shown
TRIES = 4  # at a relay that is away; who only waits for the end then goes

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
Key = tuple[str, str]  # relay, recipient domain; the relay itself has none


_ADDRESS = re.compile(  # also of an answer's links, where the @ is written otherwise
    r"""<?(?:"[^"]*"|(?<![^\s<>"(),:;@])[^\s<>"(),:;@]+)"""  # from where a word begins
    r"""(?:@|%40|=40)[\w.\-\[\]:%]*[\w\]]>?"""
)


def without_addresses(said: str) -> str:
    """Return a relay's words without the addresses in them, which no log may hold."""
    return _ADDRESS.sub("<…>", said)


def _waits(key: Key) -> Sequence[float]:
    return DOMAIN_WAITS if key[1] else RELAY_WAITS


@dataclass(kw_only=True)
class Health:
    """What one worker has seen of its relays."""

    relays: Relays
    held_until: datetime = _LONG_AGO  # until then the end is worth waiting for
    leaving: bool = False  # what fails now fails because the worker ends it
    troubles: dict[str, str] = field(default_factory=dict)  # relay → why some wait
    _breakers: dict[Key, Breaker] = field(default_factory=dict)
    _seen_at: datetime = _LONG_AGO

    @property
    def perfect(self) -> bool:
        """Whether none of them is known to fail."""
        return not self._breakers

    def allowances(self, *, now: datetime) -> dict[Key, int | None]:
        """Return how many messages may go now where something failed; None: any."""
        if now < self._seen_at < self.held_until:  # the clock went back
            self.held_until -= self._seen_at - now
        self._seen_at = now
        return {
            key: breaker.allowance(self._of(key, now), now=now)
            for key in self._breakers
        }

    def trying(self, key: Key, *, now: datetime) -> None:
        """Note that a message tries whether one works again."""
        if key in self._breakers:
            self._breakers[key] = breaker.trying(self._of(key, now), now=now)

    def hold(self, until: datetime) -> None:
        """Have the end wait for what waits until then."""
        self.held_until = max(self.held_until, until)

    def waits_until(self, relay: str, domain: str = "", *, now: datetime) -> datetime:
        """Return when it is worth asking a relay, or a domain behind it, again."""
        return breaker.waits_until(self._of((relay, domain), now), now=now)

    def _of(self, key: Key, now: datetime) -> Breaker:
        found = self._breakers.get(key, CLOSED)
        return breaker.believed(found, waits=_waits(key), now=now)

    def said(self, relay: str, what: str) -> None:
        """Keep the last word for which a message has to wait."""
        self.troubles[relay] = f"last said: {without_addresses(what)[:MAX_SAID]}"

    def away(self, relay: str, said: str, *, domain: str = "", now: datetime) -> None:
        """Note that a relay, or a domain behind it, failed or slowed us down."""
        self.said(relay, said)
        key = relay, domain
        before = self._of(key, now)
        found = breaker.failed(
            before,
            in_flight=self.relays.settings[relay].connections,
            waits=_waits(key),
            now=now,
        )
        fresh = found.openings > before.openings == 0
        if fresh and not self.leaving:
            words = without_addresses(said)
            log.warning("relay.refuses", relay=relay, domain=domain, said=words)
        self._breakers[key] = found
        if not domain:
            self._hold(found)

    def unreachable(
        self, relay: str, why: str, *, final: bool = False, now: datetime
    ) -> None:
        """Note that no connection to a relay can be made; `final`: nor soon will be."""
        at = self.relays.settings[relay]
        words = why.removeprefix(f"the relay {at.host}:{at.port} ")
        self.troubles[relay] = without_addresses(words)
        key = relay, ""
        found = breaker.opened(self._of(key, now), waits=_waits(key), now=now)
        self._breakers[key] = found
        if not final:
            self._hold(found)

    def _hold(self, found: Breaker) -> None:
        """Have the end wait for the first tries."""
        if found.open_until is not None and found.openings < TRIES:
            self.hold(found.open_until)

    def works(self, relay: str, address: str) -> None:
        """Note that a relay, and the domain of an address behind it, bear with us."""
        if self._breakers:
            self._breakers.pop((relay, ""), None)
            self._breakers.pop((relay, relays.domain_of(address)), None)

    def holds_up(self, relay: str, address: str, clock: Callable[[], datetime]) -> bool:
        """Whether a message that was let through had better not go this way now."""
        if not self._breakers:
            return False
        now, domain = clock(), relays.domain_of(address)
        return self.is_away(relay, now=now) or self.is_away(
            relay, domain=domain, now=now
        )

    def is_away(self, relay: str, *, domain: str = "", now: datetime) -> bool:
        """Whether a relay, or a domain behind it, is not to be asked yet."""
        until = self._of((relay, domain), now).open_until
        return until is not None and now < until

    def replaced(self, relay: str, *, now: datetime) -> bool:
        """Whether another relay takes over from this one."""
        usable = self.relays.standing_in(
            relay, lambda name: not self.is_away(name, now=now)
        )
        return usable is not None

    def asked_again(self, relay: str, *, now: datetime) -> datetime:
        """Return when messages of a relay are worth another look."""
        if self.replaced(relay, now=now):
            return now
        return self.waits_until(relay, now=now)
