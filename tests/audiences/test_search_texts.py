"""The texts that are searched follow each change of an address or a name."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, select

from audiences.contacts import Contact
from audiences.export import listing, selection
from audiences.languages import OFFERED
from audiences.organisations import Organisation
from audiences.people.search_texts import BETWEEN, ContactSearch, OrganisationSearch
from audiences.record.changes import Author
from audiences.store import folding
from audiences.upkeep import bodies, editing
from audiences.upkeep.contact_details import WantedContact
from mailer import clock
from mailer.maintenance import schema
from mailer.sites.site import Site
from mailer.stewardship import merging, moving, removing
from tests.audiences.importing import GOOD, import_file, undone, write

ADDRESS, MOVED = "ñandu@ngo.example", "Other.Place@ngo.example"


async def require_true_texts(site: Site) -> None:
    """Each text is that of present values; a contact without an address has none."""
    async with site.database.reading() as session:
        people = await session.scalars(
            select(Contact).where(Contact.address.is_not(None))
        )
        known = await session.scalars(select(Organisation))
        of_people = await session.execute(
            select(ContactSearch.contact_id, ContactSearch.text)
        )
        of_bodies = await session.execute(
            select(OrganisationSearch.organisation_id, OrganisationSearch.text)
        )
        assert {number: text for number, text in of_people} == {
            each.id: joined(each.address, each.name) for each in people
        }
        texts = {number: text.rstrip(BETWEEN) for number, text in of_bodies}
        assert texts == {each.id: of_body(each).rstrip(BETWEEN) for each in known}


def joined(*texts: str | None) -> str:
    return folding.folded(BETWEEN.join(each or "" for each in texts)) or ""


def of_body(each: Organisation) -> str:
    names = [each.names.get(language) for language in OFFERED]
    return joined(each.code, each.name, each.acronym, each.website, *names)


async def found(site: Site, part: str, rule: str | None = None) -> list[str]:
    async with site.database.reading() as session:
        today = clock.now().date()
        chosen = await selection.selection(session, rule=rule, search=part, today=today)
        rows = await listing.page(session, chosen, after=0, limit=50)
        assert len(rows) == await listing.count(session, chosen)
    return [each.contact.address for each in rows]


async def test_they_follow_each_change_of_a_contact(site: Site, tmp_path: Path) -> None:
    key, author = site.address_key, Author(by="editor", at=clock.now())
    await import_file(site, write(tmp_path, GOOD))
    await require_true_texts(site)
    changed = GOOD.replace("Awa", "Maïmouna").replace("New NGO", "Réseau d’Œuvres")
    second = await import_file(site, write(tmp_path, changed))
    await require_true_texts(site)
    assert await found(site, "MAIMOUNA") == ["new@ngo.example"]
    await undone(site, second)
    await require_true_texts(site)
    assert await found(site, "maimouna") == []
    async with site.database.writing() as session:
        given = {"organisation_name_ar": "جمعيّة", "acronym": "NÑ"}
        await bodies.edit(session, "new-ngo", given, author)
    await require_true_texts(site)
    async with site.database.writing() as session:
        new = WantedContact(name="Łucja Straße", organisation="icom")
        await editing.add(session, ADDRESS, new, author, key=key)
    await require_true_texts(site)
    assert await found(site, "lucja strasse") == [ADDRESS]
    async with site.database.writing() as session:
        await moving.move(session, ADDRESS, MOVED, author, key=key)
    await require_true_texts(site)
    assert (await found(site, "nandu"), await found(site, "r.pLace@")) == ([], [MOVED])
    async with site.database.writing() as session:
        named = WantedContact(name="")
        await editing.edit(session, "new@ngo.example", named, author, key=key)
        await merging.merge(session, MOVED, "new@ngo.example", author, key=key)
    await require_true_texts(site)
    assert await found(site, "lucja") == ["new@ngo.example"]
    async with site.database.writing() as session:
        await removing.remove(session, "new@ngo.example", author, key=key)
    await require_true_texts(site)
    assert await found(site, "lucja") == []
    await import_file(site, write(tmp_path, GOOD))
    await require_true_texts(site)
    assert await found(site, "ndiaye") == ["new@ngo.example"]


async def test_a_search_and_a_rule_both_limit(site: Site, tmp_path: Path) -> None:
    await import_file(site, write(tmp_path, GOOD))
    assert await found(site, "awa", "kind = ngo") == ["new@ngo.example"]
    assert await found(site, "awa", "kind = delegation") == []
    assert await found(site, "100%", "kind = ngo") == []
    assert await found(site, f"example{BETWEEN}awa") == ["new@ngo.example"]


async def test_an_upgrade_writes_those_of_known_contacts(
    site: Site, tmp_path: Path
) -> None:
    await import_file(site, write(tmp_path, GOOD.replace("Awa", "Œdıpe Straße ΟΔΟΣ")))
    async with site.database.engine.begin() as connection:
        await connection.run_sync(_downgrade)
    await schema.upgrade(site.database, now=clock.now())
    await require_true_texts(site)
    assert await found(site, "oedipe strasse οδοσ") == ["new@ngo.example"]


def _downgrade(connection: Connection) -> None:
    configuration = Config()
    configuration.set_main_option("script_location", "mailer.maintenance:migrations")
    configuration.attributes["connection"] = connection
    configuration.attributes["metadata"] = schema.metadata()
    command.downgrade(configuration, "0038")


@pytest.mark.prove
async def test_a_large_import_writes_them_while_keys_lack(
    site: Site, tmp_path: Path
) -> None:
    rows = [
        f"c{n}@ngo.example;Éva {n};head;fr;new-ngo;New NGO;ngo;SN;ED;"
        for n in range(20_500)
    ]
    await import_file(site, write(tmp_path, *rows))
    await require_true_texts(site)
    assert await found(site, "eva 20499") == ["c20499@ngo.example"]
