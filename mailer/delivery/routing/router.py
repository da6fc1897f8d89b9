"""Decides which claimed messages go now, by which relay, and when the others may.

It combines the rules of relays, breakers and limits. Breakers are in the memory of one
worker; limits are in the store, shared by all workers. A batch takes one query if there
are limits, and none otherwise.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns.models import Campaign
from mailer.delivery.routing import relays, throttle, warming
from mailer.delivery.routing.health import Health, Key
from mailer.delivery.routing.relays import DomainLimits, Relays
from mailer.delivery.routing.throttle import Ask
from mailer.outbox.claim import Claimed
from mailer.outbox.ledger import SLOWS_DOWN
from mailer.outbox.postpone import PutOff
from mailer.settings.relays import DEFAULT
from mailer.settings.sections import Settings

BUSY_WAIT = timedelta(seconds=5)  # for messages of a busy relay
SLOW_WAIT = timedelta(minutes=1)  # at most, for a relay that is slow to connect
MAX_REROUTED = 10_000  # messages remembered; a forgotten one is offered again

Group = dict[Key, list[Claimed]]


def not_connected(relay: str) -> str:
    """Return the reason of messages that wait for a relay to be connected."""
    return f"the relay {relay} is not connected yet"


@dataclass(frozen=True, kw_only=True, slots=True)
class Admitted:
    """A batch, divided into messages that go now and messages that wait."""

    go: dict[str, list[Claimed]]  # by relay
    put_off: list[PutOff]
    # by relay: messages that may go once it is connected, and stay in the store
    unconnected: dict[str, list[Claimed]] = field(default_factory=dict)
    postponed: bool = False  # some are put off; others may be due


@dataclass(kw_only=True)
class Router:
    """The routing of one worker."""

    relays: Relays
    health: Health
    domains: DomainLimits
    simple: bool = False  # there is one relay and no limit
    _templates: dict[int, str] = field(default_factory=dict)  # by campaign
    _unfit: dict[int, set[str]] = field(default_factory=dict)  # message → not by these

    @classmethod
    def of(cls, settings: Settings) -> "Router":
        """Return the router of a site's settings."""
        of_site = relays.read(settings)
        return cls(
            relays=of_site,
            health=Health(relays=of_site),
            domains=DomainLimits(settings=settings.domains),
            simple=not (
                settings.relays
                or throttle.is_limited(settings.relay)
                or any(each.per_minute for each in settings.domains.values())
            ),
        )

    def claim_limit(self, limit: int, *, now: datetime) -> int:
        """Return how many messages to claim: fewer than `limit` if all relays fail."""
        allowances = self.health.allowances(now=now)
        allowed = 0
        for name in self.relays.settings:
            allowance = allowances.get((name, ""))
            if allowance is None:
                return limit
            allowed += allowance
        return min(allowed, limit)

    async def admit(
        self,
        session: AsyncSession,
        rows: Sequence[Claimed],
        *,
        busy: Set[str] = frozenset(),
        unconnected: Set[str] = frozenset(),
        slow: Mapping[str, float] | None = None,
        now: datetime,
    ) -> Admitted:
        """Divide a batch into messages that go now and messages that wait.

        Messages of a `busy` relay are put off. Messages of an `unconnected` relay stay
        in the store. If that relay is also `slow` to connect (with the seconds it has
        taken already), they are put off, so that others are claimed.
        """
        if not rows:
            return Admitted(go={}, put_off=[])
        if self.simple and self.health.healthy:
            if DEFAULT in unconnected:
                return Admitted(go={}, put_off=[], unconnected={DEFAULT: list(rows)})
            return Admitted(go={DEFAULT: list(rows)}, put_off=[])
        await self._read_templates(session, rows)
        groups, put_off = self._choose_relays(rows, busy, slow or {}, now)
        left: dict[str, list[Claimed]] = defaultdict(list)
        for key in [key for key in groups if key[0] in unconnected]:
            left[key[0]] += groups.pop(key)
        go, over_limit = await self._within_limits(session, groups, now)
        put_off += over_limit
        return Admitted(
            go=go,
            put_off=put_off,
            unconnected=dict(left),
            postponed=any(each.due_at > now for each in put_off),
        )

    async def _within_limits(
        self, session: AsyncSession, groups: Group, now: datetime
    ) -> tuple[dict[str, list[Claimed]], list[PutOff]]:
        """Divide messages into those the limits let go now, and those to put off."""
        go: dict[str, list[Claimed]] = defaultdict(list)
        groups, put_off = self._within_paces(groups, now)
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
                self.health.probing((relay, ""), now=now)
                self.health.probing((relay, domain), now=now)
            if waiting:
                put_off += self._limited(relay, domain, waiting, answer.later, now)
        return dict(go), put_off

    def _within_paces(self, groups: Group, now: datetime) -> tuple[Group, list[PutOff]]:
        """Put off messages to domains that slowed us down, over their paces."""
        within: Group = {}
        put_off = []
        for key, group in groups.items():
            paced = self.health.paced(key, len(group), now=now)
            going = len(group) if paced is None else paced.given.now
            if going:
                within[key] = group[:going]
            if paced is None:
                continue
            reason = f"{key[1]}{SLOWS_DOWN}: {paced.words}"
            put_off += [
                PutOff(message_number=row.id, due_at=due_at, reason=reason)
                for row, due_at in zip(group[going:], paced.given.later, strict=True)
            ]
        return within, put_off

    def _limited(
        self,
        relay: str,
        domain: str,
        rows: Sequence[Claimed],
        instants: Sequence[datetime],
        now: datetime,
    ) -> list[PutOff]:
        """Put off messages over a limit; keep the limit as the reason of the relay."""
        of_relay, of_domain = self.relays.settings[relay], self.domains.of(domain)
        limits = throttle.in_words(of_relay, domain, of_domain, now=now)
        self.health.reasons[relay] = f"is limited to {limits}"
        if warming.allowed(of_relay.warm_up, now=now) is None:
            self.health.hold(max(instants))  # a warm-up goes on for days
        reason = f"the limit of {relay} or {domain} is used up: {limits}"
        return [
            PutOff(message_number=row.id, due_at=due_at, reason=reason)
            for row, due_at in zip(rows, instants, strict=True)
        ]

    async def _read_templates(
        self, session: AsyncSession, rows: Sequence[Claimed]
    ) -> None:
        """Read the templates of these campaigns, if a rule needs them."""
        missing = {row.campaign_id for row in rows} - set(self._templates)
        if not missing or not any(rule.templates for rule in self.relays.rules):
            return
        result = await session.execute(
            select(Campaign.id, Campaign.template).where(Campaign.id.in_(missing))
        )
        self._templates |= {number: template for number, template in result}

    def _choose_relays(
        self,
        rows: Sequence[Claimed],
        busy: Set[str],
        slow: Mapping[str, float],
        now: datetime,
    ) -> tuple[Group, list[PutOff]]:
        """Choose a usable relay for each message; put off those that have none."""
        allowances = self.health.allowances(now=now)
        groups: Group = defaultdict(list)
        put_off = []
        for row in rows:
            domain = relays.domain_of(row.address)
            chosen, relay = self._route(row, domain, allowances)
            if relay is None:
                away = allowances.get((chosen, "")) == 0
                put_off.append(self._unusable(row, chosen, domain, away=away, now=now))
                continue
            if relay in slow:
                wait = min(max(BUSY_WAIT, timedelta(seconds=slow[relay])), SLOW_WAIT)
                reason = not_connected(relay)
                put_off.append(
                    PutOff(message_number=row.id, due_at=now + wait, reason=reason)
                )
                groups[relay, domain].append(row)  # it still needs a connection
                continue
            if relay in busy:
                reason = f"the relay {relay} is busy"
                put_off.append(
                    PutOff(message_number=row.id, due_at=now + BUSY_WAIT, reason=reason)
                )
                self.health.hold(now + BUSY_WAIT)
                continue
            for key in ((relay, ""), (relay, domain)):
                allowed = allowances.get(key)
                if allowed is not None:
                    allowances[key] = allowed - 1
            groups[relay, domain].append(row)
        return groups, put_off

    def _route(
        self, row: Claimed, domain: str, allowances: Mapping[Key, int | None]
    ) -> tuple[str, str | None]:
        """Return the relay a message is for, and the one that can take it now."""
        unfit = self._unfit.get(row.id, ())
        chosen = self.relays.choose(domain, self._templates.get(row.campaign_id, ""))
        return chosen, self.relays.first_usable(
            chosen,
            lambda name: (
                name not in unfit
                and allowances.get((name, "")) != 0
                and allowances.get((name, domain)) != 0
            ),
        )

    def _unusable(
        self, row: Claimed, relay: str, domain: str, *, away: bool, now: datetime
    ) -> PutOff:
        """Put off a message for which no relay is usable."""
        until = max(
            self.health.waits_until(relay, now=now),
            self.health.waits_until(relay, domain, now=now),
        )
        if row.id in self._unfit:
            until = max(until, now + BUSY_WAIT)
        reason = f"the relay {relay} is away" if away else f"{domain}{SLOWS_DOWN}"
        return PutOff(message_number=row.id, due_at=until, reason=reason)

    def reroute(self, relay: str, message_number: int) -> bool:
        """Keep a message from a relay; return whether a fallback can take it."""
        unfit = self._unfit.setdefault(message_number, set())
        unfit.add(relay)
        if self.relays.first_usable(relay, lambda name: name not in unfit) is not None:
            if len(self._unfit) > MAX_REROUTED:
                del self._unfit[next(iter(self._unfit))]
            return True
        del self._unfit[message_number]
        return False
