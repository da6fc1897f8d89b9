"""The tables of the store: all models in one place, and the way to the newest form."""

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData

from audiences import (
    contacts,
    directory,
    organisations,
    subscriptions,
    suppressions,
    topics,
)
from audiences.base import Base
from audiences.intake import models as intake
from audiences.segments import saved
from mailer.campaigns import models as campaigns
from mailer.database import Database
from mailer.outbox import models as outbox

MODULES = (
    campaigns,
    contacts,
    directory,
    intake,
    organisations,
    outbox,
    saved,
    subscriptions,
    suppressions,
    topics,
)


def metadata() -> MetaData:
    """Return every table of the store."""
    return Base.metadata


async def upgrade(database: Database) -> None:
    """Bring a store to the newest form; one that has it is left alone."""
    async with database.engine.begin() as connection:
        await connection.run_sync(_upgrade)


def newest() -> str | None:
    """Return the form of the store this program knows."""
    return ScriptDirectory.from_config(_configuration()).get_current_head()


def revision(connection: Connection) -> str | None:
    """Return the form a store has; none where it has no tables."""
    return MigrationContext.configure(connection).get_current_revision()


def _configuration() -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", "mailer:migrations")
    return configuration


def _upgrade(connection: Connection) -> None:
    configuration = _configuration()
    configuration.attributes["connection"] = connection
    configuration.attributes["metadata"] = metadata()
    command.upgrade(configuration, "head")
