"""The tables of the store: all models in one place, and the way to the newest form."""

from datetime import datetime

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, inspect
from sqlalchemy.orm import Session

from audiences import directory, organisations, subscriptions, suppressions, topics
from audiences.contacts import Contact
from audiences.intake.models import Import
from audiences.segments import saved
from audiences.store.base import Base
from mailer.campaigns.models import Campaign
from mailer.errors import RefusedError
from mailer.outbox import lease
from mailer.outbox.models import Message, WorkerLease
from mailer.store.database import Database

# Imported for their tables; named, because nothing else here reads them.
MODULES = (
    Campaign,
    Contact,
    Import,
    Message,
    directory,
    organisations,
    saved,
    subscriptions,
    suppressions,
    topics,
)


def metadata() -> MetaData:
    """Return every table of the store."""
    return Base.metadata


async def upgrade(database: Database, *, now: datetime) -> str | None:
    """Bring a store to the newest form; return the form it had.

    One transaction: broken off, it leaves the store as it was. Refused while a worker
    may be sending, and where a newer program has been at work.
    """
    async with database.engine.begin() as connection:
        return await connection.run_sync(_upgrade, now)


def newest() -> str | None:
    """Return the form of the store this program knows."""
    return _forms().get_current_head()


def is_known(form: str | None) -> bool:
    """Whether this program can bring a store of a form to the newest."""
    forms = {each.revision for each in _forms().walk_revisions()}
    return form is None or form in forms


def _forms() -> ScriptDirectory:
    return ScriptDirectory.from_config(_configuration())


def revision(connection: Connection) -> str | None:
    """Return the form a store has; none where it has no tables."""
    return MigrationContext.configure(connection).get_current_revision()


def _configuration() -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", "mailer.maintenance:migrations")
    return configuration


def _upgrade(connection: Connection, now: datetime) -> str | None:
    before = revision(connection)
    if not is_known(before):
        raise RefusedError(
            f"the store has the form {before}, which this version of mailer does not"
            " know; use the version that made it, or a newer one"
        )
    at_work = _at_work(connection, now) if before != newest() else []
    if at_work:
        raise RefusedError(
            f"at work on this store: {', '.join(at_work)}; stop every worker, then"
            " upgrade"
        )
    configuration = _configuration()
    configuration.attributes["connection"] = connection
    configuration.attributes["metadata"] = metadata()
    command.upgrade(configuration, "head")
    return before


def _at_work(connection: Connection, now: datetime) -> list[str]:
    if not inspect(connection).has_table(WorkerLease.__tablename__):
        return []
    return lease.at_work(Session(connection), now=now)
