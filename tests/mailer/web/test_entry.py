"""An organisation sees its whole entry, confirms it, or proposes corrections."""

import asyncio
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import select, update

from audiences import directory
from audiences.contacts import find
from audiences.directory import Confirmation, Proposal
from audiences.entry import Correspondent, Decision, Entry
from audiences.organisations import Organisation
from audiences.people.details import ContactDetails
from mailer import clock
from mailer.campaigns.review import preview
from mailer.sites.site import Site
from tests.acts import readers, reading
from tests.acts.commands import Mailer, Ran
from tests.acts.readers import ICOM, signed_entry
from tools.peers.serving import serving

on_sqlite = pytest.mark.parametrize("store", ["sqlite"])


async def answers(site: Site) -> tuple[list[Confirmation], list[Proposal]]:
    async with site.database.reading() as session:
        return (
            list(await session.scalars(select(Confirmation))),
            list(await session.scalars(select(Proposal))),
        )


async def confirmed(site: Site) -> bool:
    async with site.database.reading() as session:
        icom = await find(session, ICOM, key=site.address_key)
        organisation = await session.get(Organisation, icom.organisation_id)
        assert organisation is not None
        return organisation.confirmed_at is not None


def shown_in(text: str) -> str:
    return text.partition('name="shown" value="')[2].partition('"')[0]


async def test_the_letter_shows_the_whole_entry_and_names_what_is_missing(
    site: Site, tmp_path: Path
) -> None:
    await signed_entry(site, tmp_path)
    made = await preview.preview(site, 1, ICOM, now=clock.now())
    text, page = made.letter.text, reading.read(made.letter.html)

    for line in (
        "Name: International Council of Museums",
        "Acronym: ICOM",
        "Headquarters: France",
        "Countries of activity: Senegal; Viet Nam",
        f"Addresses: {ICOM} (representative and directory editor)",
    ):
        assert line in text
    places, _, others = text.partition("Countries of activity")
    assert places.count("[not on record]") == 3  # postal address, telephone, website
    assert "[not on record]" not in others.partition("Languages")[0]
    assert reading.words_of(text) == reading.words_of_html(made.letter.html)
    assert sum("/o/" in each for each in page.links) == 2


@on_sqlite
async def test_functions_telephones_and_places_are_shown_and_corrected(
    site: Site, tmp_path: Path
) -> None:
    async with site.database.writing() as session:
        icom = await find(session, ICOM, key=site.address_key)
        icom.function = "Liaison officer"
        session.add(
            ContactDetails(contact_id=icom.id, telephones="+33 1 0101; +33 1 0102")
        )
        organisation = await session.get_one(Organisation, icom.organisation_id)
        organisation.postal_address = "1 rue Miollis\n75015 Paris"
        organisation.telephones = "+33 1 4734 0500"
    link = await signed_entry(site, tmp_path)
    text = (await preview.preview(site, 1, ICOM, now=clock.now())).letter.text
    text = text.replace("\xa0", " ")  # numbers stay on one line
    async with serving(site) as pages:
        page = (await pages.get(f"/o/{link.entry}?lang=fr")).text
        form = {"act": "propose", "shown": shown_in(page), "telephones": "+33 1 0000"}
        await pages.post(f"/o/{link.entry}?lang=fr", form)

    for line in (
        "Postal address: 1 rue Miollis; 75015 Paris",
        "Telephone: +33 1 4734 0500",
        "Website: [not on record]",
        f"Addresses: Liaison officer, {ICOM}, +33 1 0101, +33 1 0102 (",
    ):
        assert line in text
    assert "Adresse postale" in page
    ((), (proposal,)) = await answers(site)
    assert proposal.held == {"telephones": "+33 1 4734 0500"}
    assert proposal.proposed == {"telephones": "+33 1 0000"}


@on_sqlite
async def test_an_organisation_does_not_see_the_entry_of_another(
    site: Site, tmp_path: Path
) -> None:
    await signed_entry(site, tmp_path)
    made = {
        each: (await preview.preview(site, 1, each, now=clock.now())).letter.text
        for each in (ICOM, "unesco-liaison@ccivs.example")
    }

    assert "ccivs" not in made[ICOM]
    assert "icom" not in made["unesco-liaison@ccivs.example"].lower()


@pytest.mark.prove
@on_sqlite
async def test_a_get_changes_nothing_and_one_button_confirms(
    site: Site, tmp_path: Path
) -> None:
    link = await signed_entry(site, tmp_path)
    async with serving(site) as pages:
        path = f"/o/{link.entry}"
        seen = [await pages.get(f"{path}?act=confirm") for _ in range(30)]
        before = (await answers(site), await confirmed(site))
        form = {"act": "confirm", "shown": shown_in(seen[0].text)}
        answer = await pages.post(f"{path}?lang=fr", form)

    assert {each.status_code for each in seen} == {200}
    assert before == (([], []), False)
    assert "Merci" in answer.text
    ((confirmation,), proposals) = await answers(site)
    assert (confirmation.digest, proposals) == (form["shown"], [])
    assert await confirmed(site)


def settle(mailer: Mailer) -> tuple[list[Any], Ran, Ran, list[Any]]:
    """List the proposals, settle one, try to settle it again, and list them again."""
    return (
        mailer("proposals", "list", "--json").json,
        mailer("proposals", "settle", "1", "--as", "applied", "--by", "editor"),
        mailer("proposals", "settle", "1", "--as", "declined", "--by", "editor"),
        mailer("proposals", "list", "--json").json,
    )


@on_sqlite
async def test_a_correction_waits_and_the_unit_reads_it(
    site: Site, tmp_path: Path, mailer: Mailer
) -> None:
    link = await signed_entry(site, tmp_path)
    async with serving(site) as pages:
        path = f"/o/{link.entry}"
        shown = shown_in((await pages.get(path)).text)
        sent = {"act": "propose", "shown": shown, "seat": "France"}
        same = await pages.post(path, sent)
        for acronym in ("I.C.O.M.", " ICOM \r\n<script>alert(1)</script>" + "x" * 9000):
            answer = await pages.post(
                path, {**sent, "acronym": acronym, "note": "Hello"}
            )
    (listed,), settled, again, left = await asyncio.to_thread(settle, mailer)

    assert "Your version is the same as ours" in same.text
    assert "will read your correction" in answer.text
    assert "<script>" not in answer.text
    assert listed["held"] == {"acronym": "ICOM", "note": ""}
    assert set(listed["proposed"]) == {"acronym", "note"}
    assert listed["proposed"]["acronym"].startswith("ICOM\n<script>alert(1)")
    assert len(listed["proposed"]["acronym"]) <= 2000
    assert (settled.code, again.code) == (0, 1)
    assert left == []
    assert not await confirmed(site)


async def test_an_answer_after_a_decision_is_a_new_row(
    site: Site, tmp_path: Path
) -> None:
    """Of the same link; the decided proposal stays as it was."""
    link = await signed_entry(site, tmp_path)
    async with serving(site) as pages:
        path = f"/o/{link.entry}"
        shown = shown_in((await pages.get(path)).text)
        sent = {"act": "propose", "shown": shown}
        await pages.post(path, {**sent, "acronym": "A"})
        await pages.post(path, {**sent, "acronym": "B"})
        async with site.database.writing() as session:
            await directory.decide(
                session, 1, Decision.APPLIED, by="editor", now=clock.now()
            )
        await pages.post(path, {**sent, "acronym": "C"})
        await pages.post(path, {**sent, "acronym": "D"})
    _, proposals = await answers(site)

    assert [
        (each.proposed["acronym"], each.decision, each.settled_by)
        for each in sorted(proposals, key=lambda each: each.id)
    ] == [("B", "applied", "editor"), ("D", None, None)]


@pytest.mark.prove
async def test_an_answer_repeated_many_times_at_once_is_one_row(
    site: Site, tmp_path: Path
) -> None:
    link = await signed_entry(site, tmp_path)
    async with serving(site) as pages:
        path = f"/o/{link.entry}"
        shown = shown_in((await pages.get(path)).text)
        sent = {"act": "confirm", "shown": shown}
        every = await asyncio.gather(*(pages.post(path, sent) for _ in range(30)))
    confirmations, _ = await answers(site)

    assert {each.status_code for each in every} == {200}
    assert len(confirmations) == 1


@on_sqlite
async def test_an_entry_that_changed_since_it_was_shown_is_shown_again(
    site: Site, tmp_path: Path
) -> None:
    link = await signed_entry(site, tmp_path)
    async with serving(site) as pages:
        shown = shown_in((await pages.get(f"/o/{link.entry}")).text)
        async with site.database.writing() as session:
            await session.execute(
                update(Organisation)
                .where(Organisation.code == "icom")
                .values(acronym="ICOM-X")
            )
        answer = await pages.post(
            f"/o/{link.entry}", {"act": "confirm", "shown": shown}
        )

    assert "changed in the meantime" in answer.text
    assert "ICOM-X" in answer.text
    assert await answers(site) == ([], [])


@on_sqlite
async def test_only_a_link_of_a_directory_letter_within_thirty_days_opens_it(
    site: Site, tmp_path: Path
) -> None:
    link = await signed_entry(site, tmp_path)
    other = await readers.signed(site, tmp_path)
    late = clock.now() + timedelta(days=31)
    forged = [link.unsubscribe, link.preferences, other.entry, link.entry[:-2] + "AA"]
    async with serving(site) as pages:
        refused = [await pages.get(f"/o/{each}") for each in forged]
        swapped = await pages.get(f"/p/{link.entry}")
        with time_machine.travel(late, tick=True):
            refused.append(await pages.get(f"/o/{link.entry}"))
            refused.append(await pages.post(f"/o/{link.entry}", {"act": "confirm"}))

    assert {each.status_code for each in (*refused, swapped)} == {404}
    assert await answers(site) == ([], [])


@on_sqlite
async def test_on_an_arabic_page_roles_stand_after_their_address(
    site: Site, tmp_path: Path
) -> None:
    link = await signed_entry(site, tmp_path)
    async with serving(site) as pages:
        arabic = await pages.get(f"/o/{link.entry}?lang=ar")
        english = await pages.get(f"/o/{link.entry}?lang=en")

    assert re.search(
        "<dd>[^<]*\u2066[^<]+@[^<]+\u2069 \\([\u0620-\u064a ]+\\)", arabic.text
    )
    assert "<bdi>" not in arabic.text
    assert re.search("<bdi>[^<]+@[^<]+</bdi>", english.text)


def test_the_date_of_an_entry_is_no_change_and_every_other_field_is() -> None:
    entry = Entry(
        name="A",
        correspondents=(
            Correspondent(name=None, address="a@b.example", roles=("head",)),
        ),
    )
    changed = (
        replace(entry, acronym="B"),
        replace(entry, languages=("fr",)),
        replace(entry, seat={"en": "France"}),
        replace(entry, correspondents=()),
        replace(entry, telephones=("+1 555 0100",)),
    )

    assert replace(entry, confirmed=clock.now().date()).digest == entry.digest
    assert len({entry.digest, *(each.digest for each in changed)}) == 6
