"""The store: migrations equal the models, instants are in UTC, no update is lost."""

import asyncio
import multiprocessing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import StatementError

from audiences.topics import Topic
from mailer.maintenance import schema
from mailer.settings.sections import StoreSettings
from mailer.store.database import Database, open_database
from mailer.users.models import User

PROCESSES, ROUNDS = 4, 100


async def test_the_migrations_make_exactly_the_models(empty_store: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, schema.metadata()))

    async with empty_store.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


def a_user(added_at: datetime) -> User:
    return User(name="a", roles={}, added_at=added_at, updated_at=datetime.now(UTC))


async def test_an_instant_comes_back_aware_and_in_utc(empty_store: Database) -> None:
    paris = timezone(timedelta(hours=2))
    moment = datetime(2027, 5, 4, 10, tzinfo=paris)
    async with empty_store.writing() as session:
        session.add(a_user(moment))

    async with empty_store.reading() as session:
        kept = await session.scalar(select(User.added_at))

    assert kept == moment
    assert kept is not None
    assert kept.tzinfo == UTC


async def test_a_naive_time_is_refused(empty_store: Database) -> None:
    naive = datetime(2027, 5, 4, 10)  # noqa: DTZ001 (it has no zone on purpose)
    with pytest.raises(StatementError, match="has no time zone"):
        async with empty_store.writing() as session:
            session.add(a_user(naive))


async def test_a_failed_transaction_writes_nothing(empty_store: Database) -> None:
    with pytest.raises(RuntimeError):
        async with empty_store.writing() as session:
            session.add(a_user(datetime.now(UTC)))
            await session.flush()
            raise RuntimeError

    async with empty_store.reading() as session:
        assert await session.get(User, "a") is None


def count_up(url: str, folder: str) -> None:
    """Read a number and write it back increased by one, many times, in a process."""

    async def rounds() -> None:
        database = open_database(StoreSettings(url=url), Path(folder))
        for _ in range(ROUNDS):
            async with database.writing() as session:
                row = await session.execute(
                    select(Topic.position).where(Topic.code == "t").with_for_update()
                )
                position = row.scalar_one() + 1
                await asyncio.sleep(0)
                await session.execute(
                    update(Topic).where(Topic.code == "t").values(position=position)
                )
        await database.close()

    asyncio.run(rounds())


@pytest.mark.prove
async def test_four_processes_lose_none_of_four_hundred_updates(
    empty_store: Database, bare_url: str, tmp_path: Path
) -> None:
    async with empty_store.writing() as session:
        await session.execute(
            insert(Topic).values(code="t", names={}, rhythms={}, position=0)
        )
    context = multiprocessing.get_context("spawn")
    workers = [
        context.Process(target=count_up, args=(bare_url, str(tmp_path)))
        for _ in range(PROCESSES)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        await asyncio.to_thread(worker.join)

    async with empty_store.reading() as session:
        position = await session.scalar(select(Topic.position))
    assert [worker.exitcode for worker in workers] == [0] * PROCESSES
    assert position == PROCESSES * ROUNDS
