"""The store: reachable, in its newest form, sound; and a clock that agrees with it."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns.models import CampaignEvent
from mailer.doctor.finding import Finding, error, note, ok, warning
from mailer.maintenance import schema
from mailer.store import faults
from mailer.store.database import Database

SLACK = timedelta(seconds=5)  # clocks may differ by so much without harm


async def examine(database: Database, *, now: datetime) -> list[Finding]:
    """Look at the store; a fault of it is a finding."""
    try:
        async with database.engine.connect() as connection:
            known, newest = await connection.run_sync(_revisions)
        if known != newest:
            found = (
                f"the tables are of form {known or 'none'}, the program's is {newest}"
            )
            return [error("store", found, _remedy(known))]
        async with database.reading() as session:
            return [
                await _sound(session, database),
                await _clock(session, database, now),
            ]
    except (SQLAlchemyError, OSError) as fault:
        said = (
            str(faults.store_error(fault))
            if isinstance(fault, DBAPIError)
            else f"the store cannot be used: {type(fault).__name__}"
        )
        return [error("store", said, "see store.url in the settings")]


def _remedy(known: str | None) -> str:
    if known is None:
        return "see store.url; `mailer init` makes a site and its store"
    if schema.is_known(known):
        return "stop every worker, then run `mailer upgrade`"
    return "use the version of mailer that made it, or a newer one"


def _revisions(connection: Connection) -> tuple[str | None, str | None]:
    return schema.revision(connection), schema.newest()


async def _sound(session: AsyncSession, database: Database) -> Finding:
    if not database.is_sqlite:
        version = await session.scalar(text("show server_version"))
        durable = await session.scalar(text("show synchronous_commit"))
        if durable == "off":
            said = "synchronous_commit is off: a power cut may lose marks"
            return warning("store", said, "set synchronous_commit = on")
        return ok("store", f"PostgreSQL {version} in its newest form")
    checked = await session.scalar(text("pragma quick_check(1)"))
    if checked != "ok":
        said = f"the SQLite file is damaged: {checked}"
        return error("store", said, "stop everything and restore a backup")
    return ok("store", "SQLite, in its newest form and sound")


async def _clock(session: AsyncSession, database: Database, now: datetime) -> Finding:
    """Compare the machine's clock with the store's, or with the newest thing in it."""
    remedy = "set the clock by NTP; windows and leases go by it"
    if not database.is_sqlite:
        theirs = await session.scalar(select(func.now()))
        off = abs(now - theirs) if theirs else timedelta()
        said = f"this clock and the store's differ by {off.total_seconds():.1f} s"
        return ok("clock", said) if off <= SLACK else error("clock", said, remedy)
    newest = await session.scalar(select(func.max(CampaignEvent.at)))
    if newest is None:
        return note("clock", f"it says {now.astimezone(UTC):%Y-%m-%d %H:%M} UTC")
    if newest > now + SLACK:
        said = f"the store has seen {newest:%Y-%m-%d %H:%M} UTC, this clock has not"
        return error("clock", said, remedy)
    return ok("clock", f"it says {now.astimezone(UTC):%Y-%m-%d %H:%M} UTC")
