"""Flow: which of a batch go now, by which relay, and when the others may.

It joins the rules: relays choose, breakers keep away from what fails, buckets hold the
limits. Breakers are this worker's own memory; buckets are shared. A batch costs one
question to the store where limits are configured, and none where they are not.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns.models import Campaign
from mailer.delivery.routing import relays, throttle
from mailer.delivery.routing.health import Health, Key
from mailer.delivery.routing.relays import DomainLimits, Relays
from mailer.delivery.routing.throttle import Ask
from mailer.outbox.claim import Claimed
from mailer.outbox.postpone import PutOff
from mailer.settings.relays import DEFAULT
from mailer.settings.sections import Settings

BUSY = timedelta(seconds=5)  # before messages of a busy relay are looked at again
SLOW = timedelta(minutes=1)  # the same at most, of one that is still to be connected
UNFIT = 10_000  # messages that went elsewhere, remembered; one forgotten is met again

Group = dict[Key, list[Claimed]]


def not_connected(relay: str) -> str:
    """Say why messages wait for a relay that is still to be connected."""
    return f"the relay {relay} is not connected yet"


@dataclass(frozen=True, kw_only=True, slots=True)
class Admitted:
    """What goes, by relay, and what waits."""

    go: dict[str, list[Claimed]]
    later: list[PutOff]
    wanted: dict[str, list[Claimed]] = field(default_factory=dict)  # once connected
    passed: bool = False  # some wait for their relay, and hold up none of the others


@dataclass(kw_only=True)
class Router:
    """The flow of one worker."""

    relays: Relays
    health: Health
    domains: DomainLimits
    plain: bool = False  # one relay takes everything, and nothing is limited
    _templates: dict[int, str] = field(default_factory=dict)
    _unfit: dict[int, set[str]] = field(default_factory=dict)  # messages: not by these

    @classmethod
    def of(cls, settings: Settings) -> "Router":
        """Make the flow of a site's settings."""
        of_site = relays.read(settings)
        return cls(
            relays=of_site,
            health=Health(relays=of_site),
            domains=DomainLimits(settings=settings.domains),
            plain=not (
                settings.relays
                or throttle.of_relay(DEFAULT, settings.relay)
                or any(each.per_minute for each in settings.domains.values())
            ),
        )

    def worth_claiming(self, most: int, *, now: datetime) -> int:
        """Return how many messages to claim: while every relay is away, few or none."""
        found = self.health.allowances(now=now)
        allowed = 0
        for name in self.relays.settings:
            here = found.get((name, ""))
            if here is None:
                return most
            allowed += here
        return min(allowed, most)

    async def admit(
        self,
        session: AsyncSession,
        rows: Sequence[Claimed],
        *,
        busy: Set[str] = frozenset(),
        absent: Set[str] = frozenset(),
        slow: Mapping[str, float] | None = None,
        now: datetime,
    ) -> Admitted:
        """Sort a claimed batch into what goes now and what waits.

        Relays that are `busy` have enough, and hold up none of the others. What is for
        one that is `absent`, and may go as soon as it is connected, stays as it is;
        it is put off where that relay is `slow`, for so many seconds by now.
        """
        if not rows:
            return Admitted(go={}, later=[])
        if self.plain and self.health.perfect:
            if DEFAULT in absent:
                return Admitted(go={}, later=[], wanted={DEFAULT: list(rows)})
            return Admitted(go={DEFAULT: list(rows)}, later=[])
        await self._read_templates(session, rows)
        groups, later = self._let_through(rows, busy, slow or {}, now)
        passed = any(each.due_at > now for each in later)
        wanted: dict[str, list[Claimed]] = defaultdict(list)
        for key in [key for key in groups if key[0] in absent]:
            wanted[key[0]] += groups.pop(key)
        go, over = await self._within_limits(session, groups, now)
        return Admitted(go=go, later=later + over, wanted=dict(wanted), passed=passed)

    async def _within_limits(
        self, session: AsyncSession, groups: Group, now: datetime
    ) -> tuple[dict[str, list[Claimed]], list[PutOff]]:
        """Take from the buckets what goes now; tell when the rest may."""
        go: dict[str, list[Claimed]] = defaultdict(list)
        later = []
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
                self.health.trying((relay, ""), now=now)
                self.health.trying((relay, domain), now=now)
            if waiting:
                later += self._limited(relay, domain, waiting, answer.later)
        return dict(go), later

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
        self.health.troubles[relay] = f"is limited to {limits}"
        self.health.hold(max(instants))
        why = f"the limit of {relay} or {domain} is used up"
        return [
            PutOff(message_number=row.id, due_at=due_at, why=why)
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
        self,
        rows: Sequence[Claimed],
        busy: Set[str],
        slow: Mapping[str, float],
        now: datetime,
    ) -> tuple[Group, list[PutOff]]:
        """Choose each message's relay, as far as the breakers let it."""
        left = self.health.allowances(now=now)
        groups: Group = defaultdict(list)
        later = []
        for row in rows:
            domain = relays.domain_of(row.address)
            wanted, relay = self._route(row, domain, left)
            if relay is None:
                away = left.get((wanted, "")) == 0
                later.append(self._kept_back(row, wanted, domain, away=away, now=now))
                continue
            if relay in slow:
                wait = min(max(BUSY, timedelta(seconds=slow[relay])), SLOW)
                why = not_connected(relay)
                later.append(PutOff(message_number=row.id, due_at=now + wait, why=why))
                groups[relay, domain].append(row)  # it wants a connection all the same
                continue
            if relay in busy:
                why = f"the relay {relay} is busy"
                later.append(PutOff(message_number=row.id, due_at=now + BUSY, why=why))
                self.health.hold(now + BUSY)
                continue
            for key in ((relay, ""), (relay, domain)):
                allowed = left.get(key)
                if allowed is not None:
                    left[key] = allowed - 1
            groups[relay, domain].append(row)
        return groups, later

    def _route(
        self, row: Claimed, domain: str, left: Mapping[Key, int | None]
    ) -> tuple[str, str | None]:
        """Return the relay a message is for, and the one that can take it now."""
        unfit = self._unfit.get(row.id, ())
        wanted = self.relays.choose(domain, self._templates.get(row.campaign_id, ""))
        return wanted, self.relays.standing_in(
            wanted,
            lambda name: (
                name not in unfit
                and left.get((name, "")) != 0
                and left.get((name, domain)) != 0
            ),
        )

    def _kept_back(
        self, row: Claimed, relay: str, domain: str, *, away: bool, now: datetime
    ) -> PutOff:
        until = max(
            self.health.waits_until(relay, now=now),
            self.health.waits_until(relay, domain, now=now),
        )
        if row.id in self._unfit:
            until = max(until, now + BUSY)
        why = f"the relay {relay} is away" if away else f"{domain} slows us down"
        return PutOff(message_number=row.id, due_at=until, why=why)

    def elsewhere(self, relay: str, message_number: int) -> bool:
        """Let a message go by another relay than this, if there is one; say whether."""
        unfit = self._unfit.setdefault(message_number, set())
        unfit.add(relay)
        if self.relays.standing_in(relay, lambda name: name not in unfit) is not None:
            if len(self._unfit) > UNFIT:
                del self._unfit[next(iter(self._unfit))]
            return True
        del self._unfit[message_number]
        return False
