"""After an erasure no word of the person is in any table, and the record verifies."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from audiences import directory
from audiences.organisations import Organisation
from audiences.record.changes import Author
from audiences.store.base import Base
from audiences.upkeep import editing
from audiences.upkeep.contact_details import WantedContact
from mailer import clock
from mailer.campaigns import acts, lookup
from mailer.campaigns.acts import Act
from mailer.errors import NotFoundError
from mailer.maintenance import audit_rows
from mailer.readers import optouts
from mailer.sites.site import Site
from mailer.stewardship import merging, moving, removing
from tests.acts import campaigning, delivering, resending, returning
from tests.acts.commands import Mailer
from tests.audiences import importing
from tests.mailer.feedback import test_replies
from tools.peers.relay import Relay

ED = "focal-point@ed.sector.example"
SC = "focal-point@sc.sector.example"
NEW = "Awa.Ba@ed.sector.example"
OTHER = "bo@ed.sector.example"
NAME = "Awa Maryam Ba"
WORDS = ("focal-point@ed.sector", "awa.ba@ed", NAME.lower())
Do = Callable[[Site, Path], Awaitable[None]]


def author() -> Author:
    return Author(by="editor", at=clock.now(), because=f"{NAME} wrote")


async def everything(site: Site) -> str:
    """Return all rows of all tables as text, in small letters."""
    found = []
    async with site.database.reading() as session:
        for table in Base.metadata.sorted_tables:
            rows = await session.execute(select(table))
            found += [f"{table.name} {tuple(each)}" for each in rows]
    return "\n".join(found).lower()


async def run(mailer: Mailer, *words: str) -> None:
    ran = await asyncio.to_thread(mailer, *words, "--by", "editor")
    assert ran.code == 0, ran.err


async def known(site: Site, mailer: Mailer) -> None:
    """Let the unit say much about a person."""
    await run(mailer, "contacts", "edit", ED, "--name", NAME, "--because", NAME)


async def erase(site: Site, address: str) -> None:
    async with site.database.writing() as session:
        await removing.erase(session, address, author(), key=site.address_key)


async def left(site: Site, *, words: tuple[str, ...] = WORDS) -> list[str]:
    """Return the rows that have a word of the person; the record must verify."""
    result = await audit_rows.verify(site)
    assert result.faults == 0, result.first_fault
    lines = (await everything(site)).splitlines()
    return [each for each in lines if any(word in each for word in words)]


async def remove(site: Site, place: Path) -> None:
    async with site.database.writing() as session:
        await removing.remove(session, ED, author(), key=site.address_key)


async def move_and_remove(site: Site, place: Path) -> None:
    async with site.database.writing() as session:
        await moving.move(session, ED, NEW, author(), key=site.address_key)
        await removing.remove(session, NEW, author(), key=site.address_key)


async def write_and_remove(site: Site, place: Path) -> None:
    await campaigning.released(site, place)
    await remove(site, place)


async def remove_and_add_again(site: Site, place: Path) -> None:
    await remove(site, place)
    wanted = WantedContact(organisation="ED", name=NAME)
    async with site.database.writing() as session:
        await editing.add(session, ED, wanted, author(), key=site.address_key)


@pytest.mark.parametrize(
    ("before", "address"),
    [
        (remove, ED),
        (remove, "FOCAL-POINT@ED.sector.example"),
        (move_and_remove, NEW),
        (move_and_remove, ED),
        (write_and_remove, ED),
        (remove_and_add_again, ED),
    ],
)
@pytest.mark.parametrize("store", ["sqlite"])
async def test_who_was_removed_first_leaves_no_word(
    site: Site, mailer: Mailer, tmp_path: Path, before: Do, address: str
) -> None:
    await known(site, mailer)
    await before(site, tmp_path)
    assert await left(site) != []
    await erase(site, address)

    assert await left(site) == []


@pytest.mark.parametrize("added", ["by a user", "by an import"])
async def test_the_number_of_who_was_removed_is_given_to_no_other_person(
    site: Site, mailer: Mailer, tmp_path: Path, added: str
) -> None:
    await run(mailer, "contacts", "add", NEW, "--organisation", "ED")
    await run(mailer, "contacts", "edit", NEW, "--name", NAME)
    await run(mailer, "contacts", "remove", NEW)
    if added == "by an import":
        path = importing.write(tmp_path, f"{OTHER};ED", head="address;organisation")
        await importing.import_file(site, path)
    else:
        await run(mailer, "contacts", "add", OTHER, "--organisation", "ED")
    history = await asyncio.to_thread(mailer, "history", "--contact", OTHER)
    await erase(site, NEW)

    assert NAME not in history.out
    assert await left(site, words=("awa.ba@ed", NAME.lower())) == []


async def test_who_was_merged_leaves_no_word_of_either_address(
    site: Site, mailer: Mailer, relay: Relay, tmp_path: Path
) -> None:
    relay.script = lambda verb, line: (
        "550 5.7.1 not to focal-point@ed.sector.example"
        if verb == "RCPT" and "@ed." in line
        else None
    )
    await known(site, mailer)
    number = await campaigning.released(site, tmp_path)
    await delivering.work(site)
    async with site.database.writing() as session:
        await merging.merge(session, ED, SC, author(), key=site.address_key)
    await erase(site, SC)

    words = (*WORDS, "focal-point@sc.sector")
    assert await left(site, words=words) == []
    assert (await campaigning.report(site, number)).audience == 10


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_former_address_is_forgotten_and_its_successor_stays(
    site: Site, mailer: Mailer
) -> None:
    await known(site, mailer)
    async with site.database.writing() as session:
        await moving.move(session, ED, NEW, author(), key=site.address_key)
    await erase(site, ED)

    assert await left(site, words=WORDS[:1]) == []
    assert (await resending.contact(site, NEW)).name == NAME
    await erase(site, NEW)
    assert await left(site) == []


@pytest.mark.parametrize("store", ["sqlite"])
async def test_answers_proposals_and_test_copies_are_searched(
    site: Site, mailer: Mailer, relay: Relay, tmp_path: Path
) -> None:
    await known(site, mailer)
    number = await returning.sent(site, relay, tmp_path)
    name = await test_replies.named(site, number)
    mail = test_replies.answer(name, f"I am {NAME}", sender=ED)
    await returning.take(site, [mail], of_replies=True)
    async with site.database.writing() as session:
        office = await session.scalar(
            select(Organisation.id).where(Organisation.code == "icom")
        )
        assert office is not None
        session.add(
            directory.Proposal(
                organisation_id=office,
                language="en",
                held={"contact": f"{NAME}, {ED}"},
                proposed={"contact": "another person", "note": NAME},
                source="message 1",
                at=clock.now(),
            )
        )
        campaign = await lookup.get(session, number)
        to = {"to": [ED.upper(), "me@unit.example"]}
        acts.witness(
            session, campaign.id, Act.TESTED, by="editor", now=clock.now(), detail=to
        )
    await remove(site, tmp_path)
    await erase(site, ED)

    assert await left(site) == []
    assert "me@unit.example" in await everything(site)
    assert "another person" in await everything(site)


@pytest.mark.parametrize("store", ["sqlite"])
async def test_each_address_of_a_person_is_kept_aside_for_a_restore(
    site: Site, mailer: Mailer
) -> None:
    await known(site, mailer)
    await run(mailer, "contacts", "move", ED, NEW)
    await run(mailer, "contacts", "remove", NEW, "--yes")
    await run(mailer, "contacts", "erase", NEW, "--yes")
    lines = (site.root / optouts.FILE).read_text(encoding="utf-8")

    assert lines.count("erase") >= 2
    assert "@" not in lines
    with pytest.raises(NotFoundError, match="nothing is stored about x@y"):
        await erase(site, "x@y.example")


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_user_who_is_removed_leaves_only_the_name_of_the_account(
    site: Site, mailer: Mailer
) -> None:
    paul = ("--address", "paul.durand@unit.example", "--shown", "Paul Durand")
    for words in (
        ("add", "paul", *paul),
        ("edit", "paul", "--shown", "Paul C. Durand"),
        ("remove", "paul", "--yes"),
    ):
        ran = await asyncio.to_thread(mailer, "users", *words, "--by", "head-of-unit")
        assert ran.code == 0, ran.err

    assert await left(site, words=("durand",)) == []
    assert await left(site, words=("user paul",)) != []
