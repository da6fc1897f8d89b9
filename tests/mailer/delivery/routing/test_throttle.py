"""Limits are shared by all workers, which together never exceed one."""

import asyncio
import multiprocessing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from mailer.delivery.routing import throttle
from mailer.delivery.routing.limits import Given
from mailer.delivery.routing.relays import DomainLimits
from mailer.delivery.routing.throttle import Ask
from mailer.outbox.models import Bucket
from mailer.settings.relays import DomainSettings, RelaySettings
from mailer.settings.sections import StoreSettings
from mailer.store.database import Database, open_database

NOW = datetime(2027, 3, 1, tzinfo=UTC)
RELAYS = {"default": RelaySettings(per_second=100), "free": RelaySettings()}
DOMAINS = DomainLimits(settings={"gmail.com": DomainSettings(per_minute=60)})
PROCESSES, ROUNDS = 4, 30


async def take(database: Database, *asks: Ask, now: datetime = NOW) -> list[Given]:
    async with database.writing() as session:
        return await throttle.take(
            session, asks, relays=RELAYS, domains=DOMAINS, now=now
        )


async def test_a_batch_takes_what_the_bucket_has_and_books_the_others(
    empty_store: Database,
) -> None:
    gmail = Ask(relay="default", domain="gmail.com", count=12)
    other = Ask(relay="default", domain="example.org", count=95)
    first, second = await take(empty_store, gmail, other)

    assert (first.now, len(first.later)) == (10, 2)
    assert (second.now, len(second.later)) == (90, 5)

    again, _ = await take(empty_store, gmail, other, now=first.later[-1])
    assert again.now == 2


async def test_without_limits_there_are_no_buckets(empty_store: Database) -> None:
    (given,) = await take(
        empty_store, Ask(relay="free", domain="example.org", count=500)
    )

    assert given == Given(now=500, later=())
    async with empty_store.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Bucket)) == 0


async def test_buckets_not_used_for_a_day_are_deleted(empty_store: Database) -> None:
    await take(empty_store, Ask(relay="default", domain="gmail.com", count=1))
    async with empty_store.writing() as session:
        await throttle.delete_unused(session, now=NOW + timedelta(hours=25))

    async with empty_store.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Bucket)) == 0


def greedy(url: str, folder: str, took: "multiprocessing.Queue[int]") -> None:
    """Ask for far too much, many times, in a process, always at the same instant."""

    async def rounds() -> int:
        database = open_database(StoreSettings(url=url), Path(folder))
        total = 0
        for number in range(ROUNDS):
            asks = [
                Ask(relay="default", domain="gmail.com", count=2),
                Ask(relay="default", domain=f"{number % 3}.example", count=1),
            ]
            for given in await take(database, *asks):
                total += given.now
        await database.close()
        return total

    took.put(asyncio.run(rounds()))


@pytest.mark.prove
@pytest.mark.usefixtures("empty_store")
async def test_four_processes_never_get_more_than_the_bucket_has(
    bare_url: str, tmp_path: Path
) -> None:
    context = multiprocessing.get_context("spawn")
    took: multiprocessing.Queue[int] = context.Queue()
    workers = [
        context.Process(target=greedy, args=(bare_url, str(tmp_path), took))
        for _ in range(PROCESSES)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        await asyncio.to_thread(worker.join)

    assert [worker.exitcode for worker in workers] == [0] * PROCESSES
    assert sum(took.get() for _ in workers) == 100
