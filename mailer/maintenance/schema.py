"""The schema of the store: its tables, its revision, and its upgrade."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, inspect
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Session

from audiences import directory, organisations, subscriptions, suppressions, topics
from audiences.contacts import Contact
from audiences.intake.models import Import
from audiences.people import (
    details,
    former_keys,
    kept_lists,
    lost_contacts,
    site_roles,
)
from audiences.record import changes, data_changes
from audiences.record.models import RecordRow
from audiences.segments import saved
from audiences.sources.models import ListSource
from audiences.store.base import Base
from mailer.campaigns.asking.models import ApprovalRequest
from mailer.campaigns.models import Campaign
from mailer.campaigns.version_models import CampaignVersion
from mailer.errors import RefusedError, StoreError
from mailer.feedback.models import FeedbackMail
from mailer.feedback.sender_reports.keeping import StoredSenderReport
from mailer.outbox import lease
from mailer.outbox.models import Message, WorkerLease
from mailer.signin.models import SignIn
from mailer.store import anchor_mails, beats, identity, site_events
from mailer.store.database import Database
from mailer.users.models import User

# Imported so that their tables are in the metadata; nothing else here uses them.
MODULES = (
    site_roles,
    ApprovalRequest,
    Campaign,
    CampaignVersion,
    Contact,
    FeedbackMail,
    Import,
    ListSource,
    Message,
    RecordRow,
    SignIn,
    StoredSenderReport,
    User,
    anchor_mails,
    beats,
    changes,
    data_changes,
    details,
    directory,
    former_keys,
    identity,
    kept_lists,
    lost_contacts,
    organisations,
    saved,
    site_events,
    subscriptions,
    suppressions,
    topics,
)


def metadata() -> MetaData:
    """Return the metadata with every table of the store."""
    return Base.metadata


async def upgrade(database: Database, *, now: datetime) -> str | None:
    """Upgrade a store to the newest schema; return the revision it had, None if empty.

    It is one transaction: interrupted, it changes nothing. Raises RefusedError while a
    worker is at work, or if this version does not know the store's revision.
    """
    async with database.engine.connect() as connection:
        async with _without_foreign_keys(connection, database):
            async with connection.begin():
                return await connection.run_sync(_upgrade, now)


@asynccontextmanager
async def _without_foreign_keys(
    connection: AsyncConnection, database: Database
) -> AsyncIterator[None]:
    """Let SQLite make a table again that others refer to; `_upgrade` checks them."""
    driver = (await connection.get_raw_connection()).driver_connection
    if not database.is_sqlite or driver is None:
        yield
        return
    await driver.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        if not connection.invalidated:  # an interruption closes it
            await driver.execute("PRAGMA foreign_keys = ON")


def newest() -> str | None:
    """Return the schema revision of this version."""
    return _revisions().get_current_head()


def is_known(number: str | None) -> bool:
    """Whether this version can upgrade a store of this revision; None is empty."""
    known = {each.revision for each in _revisions().walk_revisions()}
    return number is None or number in known


def _revisions() -> ScriptDirectory:
    return ScriptDirectory.from_config(_configuration())


def revision(connection: Connection) -> str | None:
    """Return the schema revision of a store; None if it has no tables."""
    return MigrationContext.configure(connection).get_current_revision()


def _configuration() -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", "mailer.maintenance:migrations")
    return configuration


def _upgrade(connection: Connection, now: datetime) -> str | None:
    before = revision(connection)
    if not is_known(before):
        raise RefusedError(
            f"the store's schema is revision {before}, which this version of mailer"
            " does not know; use the version that made it, or a newer one"
        )
    at_work = _at_work(connection, now) if before != newest() else []
    if at_work:
        raise RefusedError(
            f"workers use this store: {', '.join(at_work)}; stop every worker, then"
            " upgrade"
        )
    migrate(connection, "head")
    if connection.dialect.name == "sqlite" and before != newest():
        broken = connection.exec_driver_sql("pragma foreign_key_check").first()
        if broken is not None:
            raise StoreError(
                f"a row of the table {broken[0]} refers to one that is missing; the"
                " store was not upgraded: restore it from a backup"
            )
    return before


def migrate(connection: Connection, target: str) -> None:
    """Bring a store to a revision, in the caller's transaction."""
    configuration = _configuration()
    configuration.attributes["connection"] = connection
    configuration.attributes["metadata"] = metadata()
    command.upgrade(configuration, target)


def _at_work(connection: Connection, now: datetime) -> list[str]:
    """Return the hosts and processes of the workers that use a store."""
    if not inspect(connection).has_table(WorkerLease.__tablename__):
        return []
    return lease.at_work(Session(connection), now=now)
