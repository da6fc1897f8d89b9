"""Checks the store: connection, schema, damage, size; compares the clock with it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from audiences.record.changes import DirectoryChange
from audiences.record.models import RecordRow
from mailer.campaigns.models import CampaignEvent
from mailer.doctor.finding import Finding, error, note, ok, warning
from mailer.errors import StoreError
from mailer.maintenance import schema
from mailer.outbox.models import Message, MessageEvent
from mailer.reports import metrics
from mailer.sites.site import Site
from mailer.store import compacting, faults, identity
from mailer.store.database import Database
from mailer.store.identity import Identity

UNUSED_BYTES, UNUSED_SHARE = 100_000_000, 0.25  # of a store that can be compacted
MANY = 5_000_000  # rows of one table
EVENTS, RECORD = "events of messages", "rows of the record"
GROWING = {
    "messages": Message.id,
    EVENTS: MessageEvent.id,
    RECORD: RecordRow.number,
    "changes of the directory": DirectoryChange.id,
}
_UTC = ZoneInfo("UTC")
TOLERANCE = timedelta(seconds=5)  # by which clocks may differ


async def examine(
    database: Database, *, now: datetime, zone: ZoneInfo = _UTC
) -> list[Finding]:
    """Return the findings on store and clock; a stop has its time in `zone`."""
    try:
        async with database.engine.connect() as connection:
            revision, newest = await connection.run_sync(_revisions)
        if revision != newest:
            sentence = (
                f"the store's schema is {revision or 'missing'}, this version needs"
                f" {newest}"
            )
            return [error("store", sentence, _remedy(revision))]
        async with database.reading() as session:
            return [
                await _condition(session, database),
                *(await _unused(session, database)),
                *_halted(await identity.read(session), zone),
                await _clock(session, database, now, zone),
            ]
    except (SQLAlchemyError, OSError) as fault:
        sentence = (
            str(faults.store_error(fault))
            if isinstance(fault, DBAPIError)
            else f"the store cannot be used: {type(fault).__name__}"
        )
        return [error("store", sentence, remedy(fault))]


def remedy(fault: Exception) -> str:
    """Return what to do about a store that cannot be read."""
    if isinstance(fault, DBAPIError) and faults.is_damage(fault):
        return "stop all processes and restore a backup"
    if isinstance(fault, DBAPIError) and faults.is_lock(fault):
        return "wait until that program is done, or end it"
    return (
        "see that it runs, or that its disk is mounted; check store.url in config.toml"
    )


def _halted(known: Identity, zone: ZoneInfo) -> list[Finding]:
    """Return a finding if nothing may leave the store."""
    halt = known.halt_in(zone)
    if halt is None:
        return []
    if known.moved_to is not None:
        remedy = "name that one in store.url of config.toml"
        return [error("sending", halt, remedy)]
    restored = "`mailer resume-after-restore` shows what was due"
    remedy = restored if known.awaits_resume else "`mailer go` ends a stop"
    return [warning("sending", halt, remedy)]


def _remedy(revision: str | None) -> str:
    if revision is None:
        return (
            "check store.url; `mailer restore` brings a backup back, `mailer init`"
            " makes a site and its store"
        )
    if schema.is_known(revision):
        return "stop every worker, then run `mailer upgrade`"
    return "use the version of mailer that made the store, or a newer one"


def _revisions(connection: Connection) -> tuple[str | None, str | None]:
    return schema.revision(connection), schema.newest()


async def _condition(session: AsyncSession, database: Database) -> Finding:
    if not database.is_sqlite:
        version = await session.scalar(text("show server_version"))
        durable = await session.scalar(text("show synchronous_commit"))
        if durable == "off":
            sentence = "synchronous_commit is off: a power cut may lose marks"
            return warning("store", sentence, "set synchronous_commit = on")
        return ok("store", f"PostgreSQL {version}, with the current schema")
    checked = await session.scalar(text("pragma quick_check(1)"))
    if checked != "ok":
        sentence = f"the SQLite file is damaged: {checked}"
        return error("store", sentence, "stop all processes and restore a backup")
    return ok("store", "SQLite, with the current schema and without damage")


async def growth(site: Site) -> list[Finding]:
    """Say how large the store is, and what of it grows without an end.

    Where the store cannot be read, its own check says so.
    """
    database, kept = site.database, site.settings.store
    try:
        async with database.reading() as session:
            total = await metrics.store_size(session, is_sqlite=database.is_sqlite)
            rows = {name: await _rows(session, each) for name, each in GROWING.items()}
    except (StoreError, DBAPIError):
        return []
    counts = ", ".join(f"{count:,} {name}" for name, count in rows.items())
    sentence = f"the store has {total // compacting.MEGABYTE:,} MB: {counts}"
    days = {EVENTS: kept.events_days, RECORD: kept.record_days}
    settings = {EVENTS: "events_days", RECORD: "record_days"}
    return [ok("growth", sentence)] + [
        warning(
            "growth",
            f"the store keeps {rows[name]:,} {name} for ever",
            f"set {settings[name]} of [store]; the page on operations says how long",
        )
        for name, limit in days.items()
        if not limit and rows[name] > MANY
    ]


async def _rows(session: AsyncSession, number: InstrumentedAttribute[int]) -> int:
    """Return about how many rows a table has, by its first and last number."""
    between = func.max(number) - func.min(number) + 1
    return await session.scalar(select(between)) or 0


async def _unused(session: AsyncSession, database: Database) -> list[Finding]:
    """Return a warning if much of a SQLite file is unused."""
    if not database.is_sqlite:
        return []
    size = await compacting.measure(session)
    if size.unused < UNUSED_BYTES or size.unused < UNUSED_SHARE * size.total:
        return []
    unused, total = (each // compacting.MEGABYTE for each in (size.unused, size.total))
    sentence = f"{unused:,} of the {total:,} MB of the store are unused"
    return [warning("growth", sentence, "run `mailer compact` in a quiet hour")]


async def _clock(
    session: AsyncSession, database: Database, now: datetime, zone: ZoneInfo
) -> Finding:
    """Compare the clock with PostgreSQL's, or on SQLite with the newest event."""
    remedy = "set the clock by NTP; windows and leases depend on it"
    if not database.is_sqlite:
        theirs = await session.scalar(select(func.clock_timestamp()))
        off = abs(now - theirs) if theirs else timedelta()
        sentence = f"this clock and the store's differ by {off.total_seconds():.1f} s"
        if off <= TOLERANCE:
            return ok("clock", sentence)
        return error("clock", sentence, remedy)
    shown = f"{now.astimezone(zone):%Y-%m-%d %H:%M %Z}"
    newest = await session.scalar(select(func.max(CampaignEvent.at)))
    if newest is None:
        return note("clock", f"the clock shows {shown}")
    if newest > now + TOLERANCE:
        event = f"{newest.astimezone(zone):%Y-%m-%d %H:%M %Z}"
        sentence = f"the clock shows {shown}, but the store has an event of {event}"
        return error("clock", sentence, remedy)
    return ok("clock", f"the clock shows {shown}")
