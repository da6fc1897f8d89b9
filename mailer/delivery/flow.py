"""Flow: which of a batch go now, by which relay, and when the others may.

It joins the rules: relays choose, breakers keep away from what fails, buckets hold the
limits. Breakers are this worker's own memory; buckets are shared. A batch costs one
question to the store where limits are configured, and none where they are not.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

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

RELAY_WAITS = (1.0, 2.0, 5.0, 15.0, 30.0, 60.0)  # seconds while a relay is away
DOMAIN_WAITS = (60.0, 120.0, 300.0, 900.0, 1800.0)  # while a provider slows us down

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
    _breakers: dict[Key, Breaker] = field(default_factory=dict)
    _templates: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Settings) -> "Flow":
        """Make the flow of a site's settings."""
        return cls(
            relays=relays.read(settings.relay, settings.relays),
            domains=DomainLimits(settings=settings.domains),
        )

    async def admit(
        self, session: AsyncSession, rows: Sequence[Claimed], *, now: datetime
    ) -> Admitted:
        """Sort a claimed batch into what goes now and what waits."""
        if not rows:
            return Admitted(go={}, later=[])
        await self._read_templates(session, rows)
        groups, later = self._let_through(rows, now)
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
            why = f"the limit of {relay} or {domain} is used up"
            later += _put_off(waiting, answer.later, why)
        return Admitted(go=dict(go), later=later)

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
        self, rows: Sequence[Claimed], now: datetime
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

            def usable(name: str, domain: str = domain) -> bool:
                return 0 not in {left.get((name, "")), left.get((name, domain))}

            relay = self.relays.standing_in(wanted, usable)
            if relay is None:
                later.append(self._kept_back(row, wanted, domain, now))
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
            breaker.waits_until(self._breakers.get(key, CLOSED), now=now)
            for key in ((relay, ""), (relay, domain))
        )
        away = not self.usable(relay, now=now)
        why = f"the relay {relay} is away" if away else f"{domain} slows us down"
        return PutOff(message_id=row.id, due_at=until, why=why)

    def _try(self, key: Key, now: datetime) -> None:
        if key in self._breakers:
            self._breakers[key] = breaker.trying(self._breakers[key], now=now)

    def away(self, relay: str, *, domain: str = "", now: datetime) -> None:
        """Note that a relay, or a domain behind it, failed or slowed us down."""
        settings = self.relays.settings[relay]
        in_flight = settings.connections
        if domain:
            limit = self.domains.of(domain).connections
            in_flight = min(in_flight, limit) if limit else in_flight
        self._breakers[relay, domain] = breaker.failed(
            self._breakers.get((relay, domain), CLOSED),
            in_flight=in_flight,
            waits=DOMAIN_WAITS if domain else RELAY_WAITS,
            now=now,
        )

    def works(self, relay: str, *, domain: str = "") -> None:
        """Note that a relay, and a domain behind it, took a message."""
        if self._breakers:
            self._breakers.pop((relay, ""), None)
            if domain:
                self._breakers.pop((relay, domain), None)

    def usable(self, relay: str, *, now: datetime) -> bool:
        """Whether it is worth asking a relay now."""
        allowed = breaker.allowance(self._breakers.get((relay, ""), CLOSED), now=now)
        return allowed != 0


def _put_off(
    rows: Sequence[Claimed], instants: Sequence[datetime], why: str
) -> list[PutOff]:
    return [
        PutOff(message_id=row.id, due_at=due_at, why=why)
        for row, due_at in zip(rows, instants, strict=True)
    ]
