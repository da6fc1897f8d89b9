"""Flow: which of a batch go now, by which relay, and when the others may.

It joins the rules: relays choose, breakers keep away from what fails, buckets hold the
limits. Breakers are this worker's own memory; buckets are shared. A batch costs one
question to the store where limits are configured, and none where they are not.

A relay is away when no connection can be made, or when messages keep failing before a
recipient is named; a provider slows us down when it says so. Each has a breaker.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns.models import Campaign
from mailer.config import Settings
from mailer.delivery import breaker, relays, throttle
from mailer.delivery.breaker import CLOSED, Breaker
from mailer.delivery.relays import DomainLimits, Relays
from mailer.delivery.throttle import Ask
from mailer.outbox.claim import Claimed
from mailer.outbox.postpone import PutOff
from mailer.relaying import DEFAULT

log = structlog.get_logger()
RELAY_WAITS = (1.0, 2.0, 5.0, 15.0, 30.0, 60.0)  # seconds while a relay is away
DOMAIN_WAITS = (60.0, 120.0, 300.0, 900.0, 1800.0)  # while a provider slows us down
BUSY = timedelta(seconds=5)  # before messages of a busy relay are looked at again
MAX_SAID = 300  # characters of an answer that are shown
TRIES = 4  # at a relay that is away; who only waits for the end then goes

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
Key = tuple[str, str]  # relay, recipient domain; the relay itself has none
Group = dict[Key, list[Claimed]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Admitted:
    """What goes, by relay, and what waits."""

    go: dict[str, list[Claimed]]
    later: list[PutOff]


@dataclass(kw_only=True)
class Flow:
    """The flow of one worker."""

    relays: Relays
    domains: DomainLimits
    plain: bool = False  # one relay takes everything, and nothing is limited
    held_until: datetime = _LONG_AGO  # until then the end is worth waiting for
    leaving: bool = False  # what fails now fails because the worker ends it
    troubles: dict[str, str] = field(default_factory=dict)  # relay → why some wait
    _breakers: dict[Key, Breaker] = field(default_factory=dict)
    _templates: dict[int, str] = field(default_factory=dict)
    _unfit: dict[int, set[str]] = field(default_factory=dict)  # messages: not by these

    @classmethod
    def of(cls, settings: Settings) -> "Flow":
        """Make the flow of a site's settings."""
        return cls(
            relays=relays.read(settings.relay, settings.relays),
            domains=DomainLimits(settings=settings.domains),
            plain=not (
                settings.relays
                or throttle.of_relay(DEFAULT, settings.relay)
                or any(each.per_minute for each in settings.domains.values())
            ),
        )

    def worth_claiming(self, most: int, *, now: datetime) -> int:
        """Return how many messages to claim: while every relay is away, few or none."""
        if not self._breakers:
            return most
        allowed = 0
        for name in self.relays.settings:
            found = breaker.allowance(self._of((name, "")), now=now)
            if found is None:
                return most
            allowed += found
        return min(allowed, most)

    async def admit(
        self,
        session: AsyncSession,
        rows: Sequence[Claimed],
        *,
        busy: Set[str] = frozenset(),
        now: datetime,
    ) -> Admitted:
        """Sort a claimed batch into what goes now and what waits.

        Relays that are `busy` have enough, and hold up none of the others.
        """
        if not rows:
            return Admitted(go={}, later=[])
        if self.plain and not self._breakers:
            return Admitted(go={DEFAULT: list(rows)}, later=[])
        await self._read_templates(session, rows)
        groups, later = self._let_through(rows, busy, now)
        go: dict[str, list[Claimed]] = defaultdict(list)
        asks = [
            Ask(relay=relay, domain=domain, count=len(group))
            for (relay, domain), group in groups.items()
        ]
        given = await throttle.take(
            session,
            asks,
            relays=self.relays.settings,
            domains=self.domains,
            now=now,
        )
        for ((relay, domain), group), answer in zip(groups.items(), given, strict=True):
            going, waiting = group[: answer.now], group[answer.now :]
            if going:
                go[relay] += going
                self._try((relay, ""), now)
                self._try((relay, domain), now)
            if waiting:
                later += self._limited(relay, domain, waiting, answer.later)
        return Admitted(go=dict(go), later=later)

    def _limited(
        self,
        relay: str,
        domain: str,
        rows: Sequence[Claimed],
        instants: Sequence[datetime],
    ) -> list[PutOff]:
        """Put off what a limit holds back; keep the limit for whoever asks why."""
        of_relay, of_domain = self.relays.settings[relay], self.domains.of(domain)
        limits = throttle.in_words(of_relay, domain, of_domain)
        self.troubles[relay] = f"is limited to {limits}"
        self._hold(max(instants))
        why = f"the limit of {relay} or {domain} is used up"
        return [
            PutOff(message_id=row.id, due_at=due_at, why=why)
            for row, due_at in zip(rows, instants, strict=True)
        ]

    async def _read_templates(
        self, session: AsyncSession, rows: Sequence[Claimed]
    ) -> None:
        """Read the templates of campaigns, where a rule asks for them."""
        missing = {row.campaign_id for row in rows} - set(self._templates)
        if not missing or not any(rule.templates for rule in self.relays.rules):
            return
        found = await session.execute(
            select(Campaign.id, Campaign.template).where(Campaign.id.in_(missing))
        )
        self._templates |= {number: template for number, template in found}

    def _let_through(
        self, rows: Sequence[Claimed], busy: Set[str], now: datetime
    ) -> tuple[Group, list[PutOff]]:
        """Choose each message's relay, as far as the breakers let it."""
        left = {
            key: breaker.allowance(each, now=now)
            for key, each in self._breakers.items()
        }
        groups: Group = defaultdict(list)
        later = []
        for row in rows:
            domain = relays.domain_of(row.address)
            wanted = self.relays.choose(
                domain, self._templates.get(row.campaign_id, "")
            )

            def usable(name: str, row: Claimed = row, domain: str = domain) -> bool:
                return name not in self._unfit.get(row.id, ()) and 0 not in {
                    left.get((name, "")),
                    left.get((name, domain)),
                }

            relay = self.relays.standing_in(wanted, usable)
            if relay is None:
                later.append(self._kept_back(row, wanted, domain, now))
                continue
            if relay in busy:
                why = f"the relay {relay} is busy"
                later.append(PutOff(message_id=row.id, due_at=now + BUSY, why=why))
                self._hold(now + BUSY)
                continue
            for key in ((relay, ""), (relay, domain)):
                allowed = left.get(key)
                if allowed is not None:
                    left[key] = allowed - 1
            groups[relay, domain].append(row)
        return groups, later

    def _kept_back(
        self, row: Claimed, relay: str, domain: str, now: datetime
    ) -> PutOff:
        until = max(
            breaker.waits_until(self._of(key), now=now)
            for key in ((relay, ""), (relay, domain))
        )
        if row.id in self._unfit:
            until = max(until, now + BUSY)
        away = breaker.allowance(self._of((relay, "")), now=now) == 0
        why = f"the relay {relay} is away" if away else f"{domain} slows us down"
        return PutOff(message_id=row.id, due_at=until, why=why)

    def _try(self, key: Key, now: datetime) -> None:
        if key in self._breakers:
            self._breakers[key] = breaker.trying(self._breakers[key], now=now)

    def _of(self, key: Key) -> Breaker:
        return self._breakers.get(key, CLOSED)

    def _hold(self, until: datetime | None) -> None:
        if until is not None:
            self.held_until = max(self.held_until, until)

    def said(self, relay: str, what: str) -> None:
        """Keep the last word for which a message has to wait."""
        self.troubles[relay] = f"last said: {what[:MAX_SAID]}"

    def away(self, relay: str, said: str, *, domain: str = "", now: datetime) -> None:
        """Note that a relay, or a domain behind it, failed or slowed us down."""
        self.said(relay, said)
        found = breaker.failed(
            self._of((relay, domain)),
            in_flight=self.relays.settings[relay].connections,
            waits=DOMAIN_WAITS if domain else RELAY_WAITS,
            now=now,
        )
        fresh = found.openings > self._of((relay, domain)).openings == 0
        if fresh and not self.leaving:
            log.warning("relay.refuses", relay=relay, domain=domain, said=said)
        self._breakers[relay, domain] = found
        if not domain and found.openings < TRIES:
            self._hold(found.open_until)

    def unreachable(
        self, relay: str, why: str, *, final: bool = False, now: datetime
    ) -> None:
        """Note that no connection to a relay can be made; `final`: nor soon will be."""
        at = self.relays.settings[relay]
        self.troubles[relay] = why.removeprefix(f"the relay {at.host}:{at.port} ")
        found = breaker.opened(self._of((relay, "")), waits=RELAY_WAITS, now=now)
        self._breakers[relay, ""] = found
        if not final and found.openings < TRIES:
            self._hold(found.open_until)

    def works(self, relay: str, address: str) -> None:
        """Note that a relay, and the domain of an address behind it, bear with us."""
        if self._breakers:
            self._breakers.pop((relay, ""), None)
            self._breakers.pop((relay, relays.domain_of(address)), None)

    def elsewhere(self, relay: str, message_id: int) -> bool:
        """Let a message go by another relay than this, if there is one; say whether."""
        unfit = self._unfit.setdefault(message_id, set())
        unfit.add(relay)
        if self.relays.standing_in(relay, lambda name: name not in unfit) is not None:
            return True
        del self._unfit[message_id]
        return False

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
        until = self._of((relay, domain)).open_until
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
        return breaker.waits_until(self._of((relay, "")), now=now)
