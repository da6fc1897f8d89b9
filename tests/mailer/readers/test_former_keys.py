"""Opt-outs that name a reader by the former key of the address still hold."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from audiences.contacts import Contact, find
from audiences.people import former_keys
from audiences.person import person
from mailer import clock
from mailer.readers import applying, optouts
from mailer.readers.optouts import OptOut, Wish
from mailer.sites.site import Site
from tests.audiences.importing import import_file, write

SHARP = "straße@x.example"


async def upgraded(site: Site, folder: Path) -> bytes:
    """Import an address, upgrade the store with its former key; return that key."""
    row, head = f"{SHARP};icom", "address;organisation"
    await import_file(site, write(folder, row, head=head))
    former = former_keys.former(SHARP, key=site.address_key)
    async with site.database.writing() as session:
        await session.execute(
            update(Contact).where(Contact.address == SHARP).values(address_key=former)
        )
        await former_keys.upgrade(session, key=site.address_key)
    return former


def opted_out(kind: Wish, by: str, key: bytes) -> OptOut:
    at = clock.now() - timedelta(seconds=1)
    return OptOut(at=at, kind=kind, by=by, key=key)


@pytest.mark.parametrize(
    ("kind", "by"), [(Wish.SUPPRESS, "asked"), (Wish.ERASE, "erased")]
)
async def test_a_suppression_of_the_former_key_holds(
    site: Site, tmp_path: Path, kind: Wish, by: str
) -> None:
    former = await upgraded(site, tmp_path)
    optouts.append(site.root, [opted_out(kind, by, former)])

    await applying.apply_pending(site)

    async with site.database.reading() as session:
        found = await person(session, SHARP, key=site.address_key)
    assert found.suppression is not None
    assert found.suppression.reason == by


async def test_a_stop_by_the_first_octets_of_the_former_key_holds(
    site: Site, tmp_path: Path
) -> None:
    former = await upgraded(site, tmp_path)
    optouts.append(site.root, [opted_out(Wish.STOP, "page", former[:8])])

    await applying.apply_pending(site)

    async with site.database.reading() as session:
        found = await find(session, SHARP, key=site.address_key)
    assert found.stopped_at is not None
