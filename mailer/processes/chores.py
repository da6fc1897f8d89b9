"""The chores of a site: lists that stay where they are are read again when due."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta

import structlog
from sqlalchemy.exc import DBAPIError

from audiences.record import writing
from audiences.sources import keeping
from audiences.sources.models import ListSource
from audiences.sources.reading import Reader, SourceReading
from audiences.sources.web import FetchLimits
from mailer import clock
from mailer.campaigns.writing.drafting import versions
from mailer.errors import StoreError
from mailer.maintenance import starting
from mailer.maintenance.retention import message_events, record_rows
from mailer.processes import anchor_mailing
from mailer.processes.running import store_is_ready
from mailer.sites.site import Site
from mailer.stewardship import importing
from mailer.store import anchors, faults, key_check
from scheduler import chores, slots, words
from scheduler.errors import ScheduleError

SECONDS = 60.0  # between two looks for what is due
log = structlog.get_logger()


def limits(site: Site) -> FetchLimits:
    """Return what the settings allow a source to reach and to take."""
    given = site.settings.sources
    octets = int(given.megabytes * 1_000_000)
    return FetchLimits(hosts=given.hosts, octets=octets, seconds=given.seconds)


@asynccontextmanager
async def reader(site: Site) -> AsyncIterator[Reader]:
    """Open a reader of the site's sources."""
    async with site.database.connection() as held:
        yield Reader(
            transactions=held,
            key=site.address_key,
            limits=limits(site),
            now=clock.now,
        )


def following(cadence: str | None, zone: str, after: datetime) -> datetime | None:
    """Return the first instant of a cadence in words; None without a cadence.

    Raises ScheduleError if it cannot be read.
    """
    if cadence is None:
        return None
    following_slots = slots.slots_after(words.parse(cadence, zone=zone), after)
    return next(following_slots).instant


async def read_due(site: Site, now: datetime) -> list[str]:
    """Read the sources that are due, each once; return their names.

    Nothing is read while the site stands still. Raises ConfigError if the address key
    is not the one of the store.
    """
    known = await starting.identity_of(site)
    key_check.refuse_other_key(known.address_check, site.address_key)
    if known.halt is not None:
        return []
    async with site.database.reading() as session:
        due = await keeping.due(session, now)
    names = []
    for source in due:
        if await _claimed(site, source, now):
            async with reader(site) as opened:
                reading = await opened.read(
                    source, apply=source.applies, if_changed=True
                )
            if source.applies and reading.staged is not None:
                stops = reading.staged.stops.values()
                importing.append_stops(site.root, stops, now)
            _log(source, reading)
            names.append(source.name)
    return names


async def anchor_end(site: Site, now: datetime) -> None:
    """Anchor the end of the record, unless the last anchor names it."""
    async with site.database.reading() as session:
        end = await writing.end(session)
    if not end.number or await asyncio.to_thread(anchors.is_last, site.root, end):
        return
    try:
        await asyncio.to_thread(anchors.append, site.root, end, now=now)
    except StoreError as fault:
        log.warning("record.not_anchored", reason=str(fault))


async def forget_versions(site: Site, now: datetime) -> int:
    """Delete old versions of letters that are over, if the settings say so."""
    days = site.settings.store.versions_days
    if not days:
        return 0
    before = now - timedelta(days=days)
    async with site.database.writing() as session:
        return await versions.forget(session, before=before)


async def forget_old(site: Site, now: datetime) -> None:
    """Delete old events of messages and rows of the record, if the settings say so.

    Nothing while the site stands still: a restored store has anchors of a lost time.
    """
    if (await starting.identity_of(site)).halt is None:
        await message_events.forget_due(site, now)
        try:
            await record_rows.cut_due(site, now)
        except StoreError as fault:
            log.warning("record.not_cut", reason=str(fault))


async def _claimed(site: Site, source: ListSource, now: datetime) -> bool:
    """Set the next reading of a source; return whether this process reads it now."""
    try:
        after = following(source.cadence, source.zone, now)
    except ScheduleError as fault:
        after = None
        log.warning("source.away", source=source.name, reason=str(fault))
    async with site.database.writing() as session:
        is_ours = await keeping.claim(session, source, after)
    source.due_at = after
    return is_ours


def _log(source: ListSource, reading: SourceReading) -> None:
    """Log a reading: one line when a source goes away, and one when it is back."""
    was_away, is_away = (
        each in {"away", "refused"} for each in (source.state, reading.state)
    )
    if is_away and not was_away:
        log.warning("source.away", source=source.name, reason=reading.said)
    if was_away and not is_away:
        log.info("source.back", source=source.name)
    if reading.counts is not None:
        log.info(
            "source.read",
            source=source.name,
            state=reading.state,
            counts=reading.counts,
        )


async def run(site: Site, stopping: asyncio.Event, *, seconds: float = SECONDS) -> None:
    """Do the chores at intervals, until stopped."""
    if not await store_is_ready(site, stopping):
        return

    looked: date | None = None  # the day of the last look for what is too old

    async def once() -> None:
        nonlocal looked
        try:
            await read_due(site, clock.now())
            await anchor_end(site, clock.now())
            await anchor_mailing.mail_due(site, now=clock.now())
            await forget_versions(site, clock.now())
            today = clock.now().date()
            if looked != today:
                await forget_old(site, clock.now())
                looked = today
        except DBAPIError as fault:
            if not faults.is_temporary(fault):
                raise
            site.database.log_fault(fault)

    async with chores.every(seconds, once):
        await stopping.wait()
