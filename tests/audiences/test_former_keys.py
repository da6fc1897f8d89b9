"""ß and ς are letters of their own; a stop by the former rule still holds."""

from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import addresses, suppressions
from audiences.contacts import Contact
from audiences.people import former_keys
from audiences.people.former_keys import FormerKey
from audiences.person import person
from audiences.suppressions import Suppression, Why
from mailer import clock
from mailer.sites.site import Site
from tests.audiences.importing import import_file, write

HEAD = "address;organisation"
SHARP, PLAIN = "straße@x.example", "strasse@x.example"
FINAL = "σας@x.example"


def key_of(site: Site, address: str) -> bytes:
    identity = addresses.parse(address).identity
    return addresses.fingerprint(identity, key=site.address_key)


async def imported(site: Site, folder: Path, *listed: str) -> None:
    rows = [f"{address};icom" for address in listed]
    report = await import_file(site, write(folder, *rows, head=HEAD))
    assert (report.added, report.faults) == (len(listed), [])


async def as_before(site: Site, *listed: str) -> None:
    """Give contacts, and the suppressions of their addresses, their former keys."""
    async with site.database.writing() as session:
        for address in listed:
            former = former_keys.former(address, key=site.address_key)
            await session.execute(
                update(Contact)
                .where(Contact.address == address)
                .values(address_key=former)
            )


async def suppress(site: Site, key: bytes, *, found_by_upgrade: bool) -> None:
    async with site.database.writing() as session:
        await suppressions.suppress(session, key, Why.ASKED, now=clock.now())
        if found_by_upgrade:
            session.add(FormerKey(address_key=key))


async def suppressed(site: Site, address: str) -> bool:
    async with site.database.reading() as session:
        found = await person(session, address, key=site.address_key)
        return found.suppression is not None


@pytest.mark.parametrize(
    ("address", "same", "other"),
    [
        (SHARP, "STRAẞE@X.example", PLAIN),
        (FINAL, "ΣΑς@x.example", "σασ@x.example"),
        ("ﬁn@x.example", "FIN@x.example", "fın@x.example"),
    ],
)
def test_only_spellings_of_one_mailbox_have_one_identity(
    address: str, same: str, other: str
) -> None:
    identity = addresses.parse(address).identity

    assert addresses.parse(same).identity == identity
    assert addresses.parse(other).identity != identity


async def test_two_mailboxes_are_two_contacts(site: Site, tmp_path: Path) -> None:
    await imported(site, tmp_path, SHARP, PLAIN)


async def test_the_upgrade_changes_only_keys_with_these_letters(
    site: Site, tmp_path: Path
) -> None:
    await imported(site, tmp_path, SHARP, FINAL, "straßer@x.example", "a@x.example")
    async with site.database.reading() as session:
        right = await keys(session)
    await as_before(site, SHARP, FINAL)

    for _ in range(2):  # a second time changes nothing
        async with site.database.writing() as session:
            await former_keys.upgrade(session, key=site.address_key)
        async with site.database.reading() as session:
            assert await keys(session) == right
            kept = set(await session.scalars(select(FormerKey.address_key)))
        assert kept == {
            former_keys.former(each, key=site.address_key) for each in (SHARP, FINAL)
        }


async def keys(session: AsyncSession) -> dict[int, bytes]:
    """Return the keys of all contacts by their numbers."""
    rows = await session.execute(select(Contact.id, Contact.address_key))
    return {number: key for number, key in rows}


async def test_a_suppression_under_the_former_key_still_holds(
    site: Site, tmp_path: Path
) -> None:
    await imported(site, tmp_path, SHARP)
    await as_before(site, SHARP)
    former = former_keys.former(SHARP, key=site.address_key)
    await suppress(site, former, found_by_upgrade=True)

    async with site.database.writing() as session:
        await former_keys.upgrade(session, key=site.address_key)

    assert await suppressed(site, SHARP)
    async with site.database.reading() as session:
        assert await session.get(Suppression, former) is not None


@pytest.mark.parametrize("found_by_upgrade", [True, False])
async def test_an_address_suppressed_before_the_upgrade_is_so_when_imported(
    site: Site, tmp_path: Path, *, found_by_upgrade: bool
) -> None:
    await suppress(site, key_of(site, PLAIN), found_by_upgrade=found_by_upgrade)

    await imported(site, tmp_path, SHARP, PLAIN)

    assert await suppressed(site, PLAIN)
    assert await suppressed(site, SHARP) is found_by_upgrade
