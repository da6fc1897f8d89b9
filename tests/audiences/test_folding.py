"""Names are found as people type them, the same on both stores."""

import pytest
from sqlalchemy import literal, select

from audiences.export import listed_bodies, listing, selection
from audiences.export.listed_bodies import WantedBodies
from audiences.record.changes import Author
from audiences.store import dialects, folding
from audiences.upkeep import bodies, editing
from audiences.upkeep.contact_details import WantedContact
from mailer import clock
from mailer.sites.site import Site

FOUND = (
    ("Société des écoles", "SOCIETE"),
    ("ecole", "École"),
    ("Łódź Straße", "lodz strasse"),
    ("Œuvre", "oeuvre"),
    ("Ассоциация", "АССОЦИАЦИЯ"),
    ("جمعيّة", "جمعية"),
    ("Ａｓｓｏｃｉａｔｉｏｎ", "association"),
    ("100% d'accord_x", "0% d'accord_"),
    ("İstanbul", "istanbul"),
    ("ΟΔΟΣ", "οδος"),
    ("Œ", "OE"),
    ("Peace – l’e\u0301cole", "ecole"),
    ("Réseau\u00a0des\u202famis", "reseau des amis"),
)
NOT_FOUND = (("Société", "societex"), ("abc", "a_c"), ("abc", "%"), ("Éa", "eb"))


@pytest.mark.parametrize(
    ("name", "part", "wanted"),
    [(*each, True) for each in FOUND] + [(*each, False) for each in NOT_FOUND],
)
async def test_a_name_is_found_without_case_and_accents(
    site: Site, name: str, part: str, *, wanted: bool
) -> None:
    async with site.database.reading() as session:
        sqlite = dialects.is_sqlite(session)
        spread = folding.spread(literal(name), sqlite=sqlite)
        assert await session.scalar(select(spread)) == folding.folded(name)
        found = spread.contains(folding.folded(part) or "", autoescape=True)
        assert bool(await session.scalar(select(found))) is wanted


async def test_organisations_are_found_by_each_of_their_names(site: Site) -> None:
    author = Author(by="editor", at=clock.now())
    given = {
        "organisation_name": "Network of Friends",
        "organisation_name_fr": "Réseau des Amités",
        "kind": "ngo",
        "acronym": "RÉA",
        "country": "SN",
        "fields": "ED",
        "organisation_languages": "fr en",
        "organisation_website": "https://amites.example",
    }
    async with site.database.writing() as session:
        made = await bodies.add(session, "friends-x", given, author)
    for wanted in (
        WantedBodies(search="reseau des amites"),
        WantedBodies(search="network of"),
        WantedBodies(search="rea", country="SN", kind="ngo"),
        WantedBodies(search="FRIENDS-X"),
        WantedBodies(search="amites.example", region="AFR", field="ed"),
        WantedBodies(search="friends-x", language="en", confirmed_before=clock.now()),
    ):
        async with site.database.reading() as session:
            assert made.id in await listed_bodies.numbers(session, wanted), wanted
            assert await listed_bodies.count(session, wanted, most=5) >= 1
    for other in (
        WantedBodies(search="friends-x", country="ML"),
        WantedBodies(search="friends-x", region="ENA"),
        WantedBodies(search="friends-x", language="f"),
        WantedBodies(search="friends-x", status="associate"),
    ):
        async with site.database.reading() as session:
            assert await listed_bodies.numbers(session, other) == [], other


async def test_contacts_are_found_by_name_without_accents(site: Site) -> None:
    author = Author(by="editor", at=clock.now())
    wanted = WantedContact(name="Aïssatou Ñandú", organisation="icom")
    async with site.database.writing() as session:
        key = site.address_key
        await editing.add(session, "a@icom.example", wanted, author, key=key)
    async with site.database.reading() as session:
        chosen = await selection.selection(
            session, search="aissatou nandu", today=clock.now().date()
        )
        found = await listing.page(session, chosen, after=0, limit=5)
        assert [each.contact.address for each in found] == ["a@icom.example"]
        assert await listing.count(session, chosen) == 1
