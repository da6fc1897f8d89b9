"""A hundred random changes of the record are found, on each store."""

import random

import pytest
from sqlalchemy import text

from audiences.record.models import RecordPerson, RecordPersonal, RecordRow
from mailer.maintenance import audit_rows
from mailer.sites.site import Site
from mailer.store import anchors
from tests.mailer.maintenance.retention.test_record_rows import aged, forge, numbers

pytestmark = pytest.mark.prove
TAMPERINGS = 100
TABLES = [each.__tablename__ for each in (RecordRow, RecordPersonal, RecordPerson)]
# {row} is one of the rows, {other} another one; both have personal parts
STATEMENTS = (
    "UPDATE record SET body = replace(body, 'edited', 'added') WHERE number = {row}",
    "UPDATE record SET about = 'contact 1' WHERE number = {row}",
    "UPDATE record SET at = '2020-01-01T00:00:00.000000Z' WHERE number = {row}",
    (
        "UPDATE record SET digest = (SELECT digest FROM record WHERE number = {other})"
        " WHERE number = {row}"
    ),
    "DELETE FROM record WHERE number = {row}",
    "DELETE FROM record WHERE number >= {row}",
    "UPDATE record SET number = -number WHERE number = {row}",
    (
        "INSERT INTO record SELECT number + 100000, at, by, about, body, digest"
        " FROM record WHERE number = {row}"
    ),
    (
        "UPDATE record SET body = (SELECT body FROM record WHERE number = {other})"
        " WHERE number = {row}"
    ),
    (
        "UPDATE record_personal SET body = (SELECT body FROM record_personal"
        " WHERE number = {other}) WHERE number = {row}"
    ),
    "UPDATE record_personal SET body = '{{}}' WHERE number = {row}",
    "DELETE FROM record_personal WHERE number = {row}",
    "UPDATE record_personal SET number = number + 100000 WHERE number = {row}",
    (
        "DELETE FROM record_person WHERE name = (SELECT person FROM record_personal"
        " WHERE number = {row})"
    ),
    (
        "UPDATE record_person SET key ="
        " (SELECT digest FROM record WHERE number = {row})"
        " WHERE name = (SELECT person FROM record_personal WHERE number = {row})"
    ),
)


async def restore(site: Site) -> None:
    async with site.database.writing() as session:
        for each in TABLES:
            await session.execute(text(f"DELETE FROM {each}"))  # noqa: S608 (our names)
            kept = f"INSERT INTO {each} SELECT * FROM kept_{each}"  # noqa: S608 (our names)
            await session.execute(text(kept))


async def test_a_hundred_random_tamperings_are_found(site: Site, seed: int) -> None:
    await aged(site)
    rows, parts, _ = await numbers(site)
    kept = [f"CREATE TABLE kept_{each} AS SELECT * FROM {each}" for each in TABLES]  # noqa: S608 (our names)
    await forge(site, *kept)
    drawn = random.Random(seed)  # noqa: S311 (no secret)
    for count in range(TAMPERINGS):
        statement = STATEMENTS[count % len(STATEMENTS)]
        row, other = drawn.sample(range(rows - parts + 1, rows + 1), 2)
        said = statement.format(row=row, other=other)
        async with site.database.writing() as session:
            await session.execute(text(said))
        found = await audit_rows.verify(site)
        assert found.faults, said
        await restore(site)

    assert (await audit_rows.verify(site)).faults == 0
    assert anchors.read(site.root)[0]
