"""A stop holds for a second address; a deleted contact leaves nothing behind."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import LargeBinary, Table, delete, select

from audiences import addresses, contacts, subscriptions, suppressions
from audiences.contacts import Contact
from audiences.store.base import Base
from audiences.subscriptions import Evidence, How
from mailer import clock
from mailer.sites.site import Site
from tests.audiences.detailed import AWA, ROW, imported, known
from tests.audiences.importing import import_file, write


async def test_a_stop_holds_when_a_second_address_becomes_the_first(
    site: Site, tmp_path: Path
) -> None:
    await imported(site, tmp_path, ROW)
    stopped = Evidence(at=clock.now(), how=How.PAGE)
    async with site.database.writing() as session:
        contact = await contacts.find(session, AWA, key=site.address_key)
        await subscriptions.stop_everything(session, contact.id, evidence=stopped)
    other = "awa.private@mail.example"
    head = "address;organisation;topics;consent"
    rows = (f"{other};org-a;monthly-letter;asked", "b@x.example;org-a;;")

    await import_file(site, write(tmp_path, *rows, head=head))

    found, bystander = await known(site, other), await known(site, "b@x.example")
    assert found.contact.stopped_at == stopped.at
    assert found.standings == {}
    assert bystander.contact.stopped_at is None


async def test_a_suppression_holds_when_a_second_address_becomes_the_first(
    site: Site, tmp_path: Path
) -> None:
    await imported(site, tmp_path, ROW)
    other = "awa.private@mail.example"
    key = addresses.fingerprint(other, key=site.address_key)
    async with site.database.writing() as session:
        contact = await contacts.find(session, AWA, key=site.address_key)
        await suppressions.suppress(
            session, key, suppressions.Why.ASKED, now=clock.now()
        )
        contact.address, contact.address_key = other, key

    assert (await known(site, other)).suppression is not None


@pytest.mark.prove
async def test_nothing_of_a_deleted_contact_is_left_in_any_table(
    site: Site, tmp_path: Path
) -> None:
    await imported(site, tmp_path, ROW)
    values = ["awatif", AWA, "849 23 23", "bp 1234", "places.example", "donors 2025"]
    values += ["prefers mornings", "directrice"]
    assert [value for value in values if not await holding(site, value)] == []

    async with site.database.writing() as session:
        await session.execute(delete(Contact).where(Contact.address == AWA))

    left = {value: await holding(site, value) for value in values}
    assert not any(left.values()), left


async def holding(site: Site, value: str) -> list[str]:
    """Return the tables with a text in any of their rows."""
    found = []
    async with site.database.reading() as session:
        for table in Base.metadata.sorted_tables:
            rows = await session.execute(select(*_texts(table)))
            if any(value in str(tuple(row)).casefold() for row in rows):
                found.append(table.name)
    return found


def _texts(table: Table) -> list[Any]:
    return [each for each in table.columns if not isinstance(each.type, LargeBinary)]
