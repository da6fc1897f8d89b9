"""An import larger than the directory keeps all its keys and indexes."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, inspect, select
from sqlalchemy.exc import IntegrityError

from audiences.contacts import Contact
from audiences.intake.applied import loosen
from audiences.subscriptions import Standing, Subscription
from mailer import clock
from mailer.sites.site import Site
from tests.audiences.importing import import_file, snapshot
from tools.bench import rows

ROWS = 1_001  # more than the sample directory has; one is faulty


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with more contacts than the directory."""
    path = tmp_path / "list.csv"
    rows.write(path, ROWS)
    return path


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Treat an import of a thousand rows as large."""
    monkeypatch.setattr(loosen, "LARGE", ROWS - 1)


async def keys_and_indexes(site: Site) -> dict[str, Any]:
    """Return the keys and indexes of the tables that an import fills."""

    def inspected(connection: Connection) -> dict[str, Any]:
        inspector = inspect(connection)
        return {
            table.name: (
                sorted(inspector.get_foreign_keys(table.name), key=repr),
                sorted(inspector.get_indexes(table.name), key=repr),
            )
            for table in loosen.FILLED
        }

    async with site.database.engine.connect() as connection:
        return await connection.run_sync(inspected)


async def test_keys_and_indexes_are_the_same_afterwards(site: Site, path: Path) -> None:
    before = await keys_and_indexes(site)

    report = await import_file(site, path)

    assert report.added == ROWS - 1
    assert await keys_and_indexes(site) == before


async def test_foreign_keys_are_enforced_afterwards(site: Site, path: Path) -> None:
    await import_file(site, path)
    orphan = {
        "contact_id": 2**31 - 1,
        "topic": "monthly-letter",
        "standing": Standing.ACTIVE,
        "since": clock.now(),
    }

    with pytest.raises(IntegrityError):
        async with site.database.writing() as session:
            await session.execute(insert(Subscription).values(orphan))


async def test_a_file_applied_twice_changes_nothing_the_second_time(
    site: Site, path: Path
) -> None:
    await import_file(site, path)
    once = await snapshot(site)

    again = await import_file(site, path)

    assert (again.added, again.changed, again.unchanged) == (0, 0, ROWS - 1)
    assert await snapshot(site) == once


async def test_a_concurrent_reader_does_not_delay_the_import(
    site: Site, path: Path
) -> None:
    before = await keys_and_indexes(site)
    async with site.database.reading() as session:
        await session.scalar(select(Contact.id).limit(1))
        report = await import_file(site, path)

    assert report.added == ROWS - 1
    assert await keys_and_indexes(site) == before


async def test_the_next_contact_gets_the_highest_number(site: Site, path: Path) -> None:
    await import_file(site, path)
    async with site.database.writing() as session:
        known = await session.scalar(select(Contact).limit(1))
        assert known is not None
        added = Contact(
            organisation_id=known.organisation_id,
            address="next@liaison.example",
            address_key=b"next",
            updated_at=known.updated_at,
        )
        session.add(added)
        await session.flush()
        numbers = await session.scalars(select(Contact.id))

    assert max(numbers) == added.id
