"""A store of an older version is upgraded to the newest schema, or not changed."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, column, inspect, table, update

from mailer.clock import now
from mailer.errors import RefusedError
from mailer.maintenance import schema
from mailer.outbox import lease
from mailer.settings.toml import edit_toml
from mailer.sites.opening import open_site
from mailer.store.database import Database
from tests.acts.commands import Mailer, shown

OLDER = "0003"
# It is killed before the N-th statement, and succeeds if there are fewer.
KILLED = """
import asyncio, itertools, os, signal, sys
from pathlib import Path
from sqlalchemy import event
from mailer import clock
from mailer.maintenance import schema
from mailer.sites.opening import open_site

async def main(path, last):
    async with open_site(path) as site:
        statements = itertools.count(1)

        @event.listens_for(site.database.engine.sync_engine, "before_cursor_execute")
        def count(*_):
            if next(statements) == last:
                os.kill(os.getpid(), signal.SIGKILL)

        await schema.upgrade(site.database, now=clock.now())

asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
"""


@pytest.fixture
async def database(folder: Path, bare_url: str) -> AsyncIterator[Database]:
    """Yield a site's store with an older schema."""
    edit_toml(folder / "config.toml", {("store", "url"): bare_url})
    async with open_site(folder / "config.toml", makes=True) as site:
        async with site.database.engine.begin() as connection:
            await connection.run_sync(older)
        yield site.database


def older(connection: Connection) -> None:
    """Create the tables of an earlier version."""
    configuration = Config()
    configuration.set_main_option("script_location", "mailer.maintenance:migrations")
    configuration.attributes["connection"] = connection
    configuration.attributes["metadata"] = schema.metadata()
    command.upgrade(configuration, OLDER)


async def revision(database: Database) -> str | None:
    async with database.engine.connect() as connection:
        return await connection.run_sync(schema.revision)


async def names(database: Database) -> set[str]:
    """Return the names of the tables."""
    async with database.engine.connect() as connection:
        return await connection.run_sync(
            lambda held: set(inspect(held).get_table_names())
        )


async def set_revision(database: Database, number: str) -> None:
    """Record another revision in the store, without changing its tables."""
    async with database.engine.begin() as connection:
        version = table("alembic_version", column("version_num"))
        await connection.execute(update(version).values(version_num=number))


async def test_an_older_store_is_upgraded_once(database: Database) -> None:
    before = await schema.upgrade(database, now=now())
    again = await schema.upgrade(database, now=now())

    assert (before, again) == (OLDER, schema.newest())


async def test_a_store_of_a_newer_version_is_not_changed(database: Database) -> None:
    await set_revision(database, "9999")
    with pytest.raises(RefusedError, match="9999, which this version"):
        await schema.upgrade(database, now=now())

    assert await revision(database) == "9999"


async def test_a_store_is_not_upgraded_while_a_worker_uses_it(
    database: Database,
) -> None:
    await schema.upgrade(database, now=now())
    async with database.writing() as session:
        await lease.begin(session, lease=timedelta(minutes=1), now=now())
    await set_revision(database, OLDER)
    with pytest.raises(RefusedError, match=f"process {os.getpid()}; stop"):
        await schema.upgrade(database, now=now())

    assert await revision(database) == OLDER


# the statement in which it is killed: the first, then each twentieth
@pytest.mark.prove
async def test_a_killed_upgrade_leaves_the_older_schema(
    database: Database, folder: Path
) -> None:
    tables = await names(database)
    ends: list[int] = []
    while 0 not in ends:
        nth = 1 + 20 * len(ends)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", KILLED, str(folder / "config.toml"), str(nth))
        )
        ends.append(await process.wait())
        if ends[-1] != 0:
            assert (await revision(database), await names(database)) == (OLDER, tables)

    assert set(ends) == {-signal.SIGKILL, 0}
    assert await revision(database) == schema.newest()
    assert await names(database) >= {"message", "country", "release_plan"}


@pytest.mark.usefixtures("database")
def test_the_operator_reads_what_to_do(mailer: Mailer) -> None:
    checked = mailer("doctor")
    refused = mailer("work", "--until-idle")
    first, second = mailer("upgrade"), mailer("upgrade")

    assert "run `mailer upgrade`" in shown(checked.out)
    assert "`mailer doctor` shows what to do" in shown(refused.err)
    assert first.out == f"the store went from schema {OLDER} to {schema.newest()}\n"
    assert (
        second.out == f"the store has the current schema, {schema.newest()}, already\n"
    )
    assert (first.code, second.code) == (0, 0)
