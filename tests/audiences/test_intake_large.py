"""A directory that is founded by an import ends with every key and index it had."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, inspect, select
from sqlalchemy.exc import IntegrityError

from audiences.contacts import Contact
from audiences.intake import loosen
from audiences.subscriptions import Standing, Subscription
from mailer import clock
from mailer.sites.site import Site
from tests.audiences.importing import import_file, snapshot
from tools.bench import rows

ROWS = 1_001  # more than the sample directory has; one is faulty


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A list longer than the directory."""
    path = tmp_path / "list.csv"
    rows.write(path, ROWS)
    return path


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a thousand rows count as many."""
    monkeypatch.setattr(loosen, "LARGE", ROWS - 1)


async def held(site: Site) -> dict[str, Any]:
    """Return the keys and indexes of the tables an import fills."""

    def look(connection: Connection) -> dict[str, Any]:
        seen = inspect(connection)
        return {
            table.name: (
                sorted(seen.get_foreign_keys(table.name), key=repr),
                sorted(seen.get_indexes(table.name), key=repr),
            )
            for table in loosen.FILLED
        }

    async with site.database.engine.connect() as connection:
        return await connection.run_sync(look)


async def test_keys_and_indexes_stand_as_before(site: Site, path: Path) -> None:
    before = await held(site)

    report = await import_file(site, path)

    assert report.added == ROWS - 1
    assert await held(site) == before


async def test_a_key_holds_afterwards(site: Site, path: Path) -> None:
    await import_file(site, path)
    stray = {
        "contact_id": 2**31 - 1,
        "topic": "monthly-letter",
        "standing": Standing.ACTIVE,
        "since": clock.now(),
    }

    with pytest.raises(IntegrityError):
        async with site.database.writing() as session:
            await session.execute(insert(Subscription).values(stray))


async def test_applied_twice_it_changes_nothing(site: Site, path: Path) -> None:
    await import_file(site, path)
    once = await snapshot(site)

    again = await import_file(site, path)

    assert (again.added, again.changed, again.unchanged) == (0, 0, ROWS - 1)
    assert await snapshot(site) == once


async def test_who_reads_at_the_time_does_not_hold_it_up(
    site: Site, path: Path
) -> None:
    before = await held(site)
    async with site.database.reading() as session:
        await session.scalar(select(Contact.id).limit(1))
        report = await import_file(site, path)

    assert report.added == ROWS - 1
    assert await held(site) == before


async def test_the_next_contact_gets_a_number_of_its_own(
    site: Site, path: Path
) -> None:
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
