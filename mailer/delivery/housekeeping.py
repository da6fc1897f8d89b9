"""Housekeeping: renews the lease, recovers from dead workers, ends campaigns.

Each task is one short transaction. All workers do the same, and none depends on others.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import structlog

from audiences import suppressions
from audiences.suppressions import Why
from mailer.campaigns import act_log, hours
from mailer.campaigns.act_log import ActLog
from mailer.delivery.routing import throttle
from mailer.delivery.smtp.connection import TIMEOUTS
from mailer.delivery.smtp.outgoing import MARK_HOLDS, Stage
from mailer.outbox import heartbeat, lease, ledger, plan
from mailer.outbox.lease import Silence
from mailer.outcomes import closing, record
from mailer.readers import optouts
from mailer.readers.optouts import NotRecordedError, OptOut
from mailer.sites.site import Site
from mailer.store import identity, last_seen, site_events
from mailer.store.site_events import SiteEvent

log = structlog.get_logger()
# the dot may follow one minute after the mark, the reply ten minutes after the dot
ANSWER_WAIT = timedelta(seconds=MARK_HOLDS + TIMEOUTS[Stage.DOT])
RELEASE_LOOKS = 1.0  # seconds between looks for abandoned releases


async def begin(site: Site, *, now: Callable[[], datetime]) -> "Housekeeping":
    """Add a new worker; return its housekeeping."""
    length = timedelta(seconds=site.settings.delivery.lease_seconds)
    async with site.database.writing() as session:
        number = await lease.begin(session, lease=length, now=now())
    return Housekeeping(site, number, lease=length, now=now)


class Housekeeping:
    """The housekeeping of one worker."""

    def __init__(
        self,
        site: Site,
        number: int,
        *,
        lease: timedelta,
        now: Callable[[], datetime],
    ) -> None:
        self.number = number
        self._site = site
        self._database = site.database
        self._lease = lease
        self._now = now
        self._silence = Silence(lease)
        self._halt: str | None = None  # as last logged
        self._acts = ActLog()

    async def end_lease(self) -> None:
        """Record that this worker has ended."""
        await self._database.retry(self._end_lease)

    async def _end_lease(self) -> None:
        async with self._database.writing() as session:
            await lease.end(session, self.number, now=self._now())
            seen = await heartbeat.raised(session)
        last_seen.write(self._site.root, seen)

    async def renew_lease(self) -> None:
        """Renew the lease three times in its length, until cancelled."""
        while True:
            await asyncio.sleep(self._lease.total_seconds() / 3)
            await self._database.retry(self._renew)

    async def _renew(self) -> None:
        async with self._database.writing() as session:
            await lease.renew(session, self.number, lease=self._lease, now=self._now())
            seen = await heartbeat.raised(session)
        last_seen.write(self._site.root, seen)

    async def awaits_recovery(self) -> bool:
        """Return whether a worker may soon be known to be dead."""
        return await self._database.query(
            partial(
                lease.is_awaited,
                silence=self._silence,
                answer_wait=ANSWER_WAIT,
                now=self._now(),
            )
        )

    async def run_once(self) -> None:
        """Recover from dead workers, apply policies, end messages and campaigns."""
        await self._database.retry(self._run_once)

    async def _run_once(self) -> None:
        now = self._now()
        totals: dict[int, dict[str, int]] = {}
        evidence = now + self._site.settings.delivery.evidence_wait
        suppressed: list[OptOut] = []
        async with self._database.writing() as session:
            halt = (await identity.read(session)).halt
            if halt is None:  # nothing expires or ends before a person has decided
                await hours.move_on(session, now=now)
                await closing.end_late(session, now=now)
                finished = await closing.finish(session, now=now)
                for each in finished:
                    totals[each] = await ledger.totals(session, each)
                if finished:
                    suppressed = [
                        optouts.of_suppression(key, at=now, reason=Why.BOUNCED)
                        for key in await suppressions.suppressed_at(session, now)
                    ]
            await throttle.delete_unused(session, now=now)
            # last: a worker that marks locks its campaign first, then its own row
            marked = await lease.recover(
                session,
                self._silence,
                answer_wait=ANSWER_WAIT,
                now=now,
                at=time.monotonic(),
            )
            await record.set_uncertain(
                session, marked, reason="its worker died", due_at=evidence, now=now
            )
            unseen = await self._acts.unseen(session)
            last = await site_events.last(session) if halt != self._halt else None
        act_log.write(unseen)
        for campaign, states in totals.items():
            log.info("campaign.finished", campaign=campaign, totals=states)
        if suppressed:
            await asyncio.to_thread(self._keep, suppressed)
        if halt != self._halt:
            self._halt = halt
            _log_halt(halt, last)

    def _keep(self, suppressed: list[OptOut]) -> None:
        """Write suppressions to the file of opt-outs, too; the store has them."""
        try:
            optouts.append(self._site.root, suppressed)
        except NotRecordedError as fault:
            log.warning("optouts.unrecorded", reason=str(fault))

    async def continue_releases(self, messages_made: Callable[[], None]) -> None:
        """Continue abandoned releases, until cancelled."""
        while True:
            for each in await self._database.query(
                partial(plan.abandoned, now=self._now())
            ):
                await self._database.retry(
                    partial(plan.plan, self._site, each.campaign_id, now=self._now)
                )
                messages_made()
            await asyncio.sleep(RELEASE_LOOKS)


def _log_halt(halt: str | None, last: SiteEvent | None) -> None:
    """Log that the site stands still, or who let it go on."""
    if halt:
        log.warning("site.halted", reason=halt)
    else:
        log.warning("site.goes_on", by=last.by if last else None)
