"""The directory in the console: search, changes, conflicts, and what each role sees."""

import html
import re

import pytest

from audiences import contacts
from audiences.record import changes
from audiences.record.changes import Changed
from audiences.suppressions import Suppression
from mailer.readers import optouts
from mailer.sites.site import Site
from tests.acts.console import ARABIC, Visitor, add_user, version, visitor
from tools.peers.serving import serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
STEWARD = "editor"
HOSTILE = "<script>alert(1)</script> & ' \""


async def made(steward: Visitor, address: str, **given: str) -> str:
    """Add a contact at ICOM; return its path."""
    form = {"address": address, "organisation": "icom", **given}
    answer = await steward.post("/directory/contacts/new", form)
    assert answer.status_code == 303, answer.text
    place = answer.headers["location"].removeprefix("/console")
    return str(place.partition("?")[0])


async def test_a_search_finds_by_name_and_filter_and_pages_by_key(site: Site) -> None:
    async with serving(site) as pages:
        steward = await visitor(site, pages, STEWARD)
        found = await steward.get("/directory?search=conseil+international+des+musees")
        first = await steward.get("/directory?kind=ngo")
        after = re.search(r"after=(\d+)", first.text)
        assert after is not None
        second = await steward.get(f"/directory?kind=ngo&after={after[1]}")
        people = await steward.get("/directory?search=%40icom.example")
        faulty = await steward.get("/directory?country=<b>&confirmed=yesterday")
    numbers = [
        set(re.findall(r"organisations/(\d+)\"", page.text)) for page in (first, second)
    ]

    assert "International Council of Museums" in found.text
    assert len(numbers[0]) == 50
    assert numbers[1]
    assert not numbers[0] & numbers[1]
    assert "unesco-liaison@icom.example" in people.text
    assert faulty.status_code == 422
    assert "&lt;b&gt;" in faulty.text
    assert "<b>&" not in faulty.text


async def test_two_who_edit_a_contact_lose_nothing(site: Site) -> None:
    async with serving(site) as pages:
        steward = await visitor(site, pages, STEWARD)
        place = await made(steward, "awa@icom.example", name="Awa")
        seen = version((await steward.get(f"{place}/edit")).text)
        mine = {"version": seen, "name": "Awa Ba"}
        assert (await steward.post(f"{place}/edit", mine)).status_code == 303
        theirs = {"version": seen, "name": "Awa Diop"}
        conflict = await steward.post(f"{place}/edit", theirs)
        stands = await steward.get(place)
        again = {**theirs, "version": version(conflict.text)}
        assert (await steward.post(f"{place}/edit", again)).status_code == 303
        at_last = await steward.get(place)

    assert conflict.status_code == 409
    assert 'value="Awa Diop"' in conflict.text  # what was typed stays
    assert "Now it is: Awa Ba" in conflict.text
    assert '<h1 dir="auto">Awa Ba</h1>' in stands.text
    assert '<h1 dir="auto">Awa Diop</h1>' in at_last.text


async def test_a_new_organisation_without_a_code_is_refused(site: Site) -> None:
    values = {"organisation_name": "Friends of Art", "kind": "ngo"}
    new = "/directory/organisations/new?lang="
    async with serving(site) as pages:
        steward = await visitor(site, pages, STEWARD)
        answers = [
            await steward.post(f"{new}{language}", {**values, "organisation": code})
            for language in ("en", "fr", "ar")
            for code in ("", "  ")
        ]

    assert {each.status_code for each in answers} == {422}
    assert "a new organisation needs Code of the organisation" in answers[1].text
    assert "il manque pour une nouvelle organisation" in answers[3].text
    assert ["Friends of Art" in each.text for each in answers] == [True] * 6


async def test_all_that_a_list_may_hold_of_a_contact_is_edited(site: Site) -> None:
    details = {
        "function": "Secretary-General",
        "telephones": "+33 1 45 68 10 00; +221 33 849 23 23",
        "postal_address": "7, place de Fontenoy\r\n75352 Paris",  # as browsers send
        "website": "https://awa.example",
        "tags": "board, jury",
        "notes": "Prefers the telephone.\r\nSpeaks Wolof.",
        "second_address": "awa@home.example",
    }
    async with serving(site) as pages:
        steward = await visitor(site, pages, STEWARD)
        place = await made(steward, "awa@icom.example", name="Awa")
        for values in (details, details, {"telephones": "none"}, {"tags": ""}):
            form = await steward.get(f"{place}/edit")
            sent = {"version": version(form.text), **values}
            answer = await steward.post(f"{place}/edit", sent)
            assert answer.status_code == (422 if "none" in values.values() else 303)
        shown = html.unescape((await steward.get(f"{place}/edit")).text)
    async with site.database.reading() as session:
        contact = await contacts.find(session, "awa@icom.example", key=site.address_key)
        history = await changes.history(session, Changed.CONTACT, contact.id)

    for value in ({**details, "tags": ""}).values():
        assert value.replace("\r", "") in shown
    assert "board" not in shown
    # What was sent again, unchanged, changed nothing.
    edits = [each.detail for each in history if each.act == "edited" and each.detail]
    assert sorted(map(sorted, edits)) == [sorted(details), ["tags"]]


async def test_an_organisation_that_was_changed_meanwhile_is_not_overwritten(
    site: Site,
) -> None:
    async with serving(site) as pages:
        steward = await visitor(site, pages, STEWARD)
        given = {"organisation": "x-1", "organisation_name": HOSTILE, "kind": "ngo"}
        answer = await steward.post("/directory/organisations/new", given)
        place = answer.headers["location"].removeprefix("/console").partition("?")[0]
        seen = version((await steward.get(f"{place}/edit")).text)
        for acronym, status in (("A", 303), ("B", 409)):
            form = {"version": seen, "acronym": acronym}
            answer = await steward.post(f"{place}/edit", form)
            assert answer.status_code == status
        shown = await steward.get(place)
        twice = await steward.post("/directory/organisations/new", given)

    assert "<script>alert" not in shown.text
    assert html.escape("<script>alert(1)</script>") in shown.text
    assert "Now it is: A" in answer.text
    assert twice.status_code == 422


async def test_a_change_of_address_asks_why_and_follows(site: Site) -> None:
    async with serving(site) as pages:
        steward = await visitor(site, pages, STEWARD)
        place = await made(steward, "old@icom.example")
        seen = version((await steward.get(f"{place}/move")).text)
        form = {"new": "new@icom.example", "version": seen}
        refused = await steward.post(f"{place}/move", form)
        stale = {**form, "because": "x", "version": "2020-01-01T00:00:00+00:00"}
        assert (await steward.post(f"{place}/move", stale)).status_code == 422
        form["because"] = "it wrote"
        moved = await steward.post(f"{place}/move", form)
        shown = await steward.get(place)
    key = site.address_key
    async with site.database.reading() as session:
        contact = await contacts.find(session, "new@icom.example", key=key)
        history = await changes.history(session, Changed.CONTACT, contact.id)
        old = contacts.fingerprint_of("old@icom.example", key=key)
        suppressed = await session.get(Suppression, old)

    assert refused.status_code == 422
    assert "Say why" in refused.text
    assert 'value="new@icom.example"' in refused.text
    assert moved.status_code == 303
    assert "it wrote" in shown.text
    assert [each.act for each in history] == ["added", "moved"]
    assert suppressed is not None


async def test_a_merge_takes_the_chosen_line_of_each(site: Site) -> None:
    async with serving(site) as pages:
        steward = await visitor(site, pages, STEWARD)
        into = await made(steward, "b@icom.example", name="B", languages="fr")
        place = await made(steward, "a@icom.example", name="A", languages="ar")
        both = await steward.post(f"{place}/merge", {"into": "b@icom.example"})
        seen = dict(re.findall(r'name="(\w+_version)" value="([^"]+)"', both.text))
        form = {"into": "b@icom.example", "act": "merge", "because": "the same", **seen}
        await steward.post(f"{into}/edit", {"name": "B2"})
        stale = await steward.post(f"{place}/merge", form)
        fresh = dict(re.findall(r'name="(\w+_version)" value="([^"]+)"', stale.text))
        merged = await steward.post(
            f"{place}/merge", {**form, **fresh, "keep_name": "source"}
        )
        shown = await steward.get(into)
        gone = await steward.get(place)
    async with site.database.reading() as session:
        contact = await contacts.find(session, "b@icom.example", key=site.address_key)

    assert stale.status_code == 422
    assert merged.status_code == 303
    assert (contact.name, contact.languages) == ("A", "fr")
    assert "the same" in shown.text
    assert gone.status_code == 404


async def test_an_erasure_says_its_number_and_is_kept_in_the_file(site: Site) -> None:
    async with serving(site) as pages:
        steward = await visitor(site, pages, STEWARD)
        place = await made(steward, "gone@icom.example", name="Gone")
        asked = await steward.get(f"{place}/erase")
        number = re.search(r"about this person: (\d+)", asked.text)
        assert number is not None
        form = {"number": f"{int(number[1]) + 1}", "because": "asked"}
        refused = await steward.post(f"{place}/erase", form)
        form["number"] = number[1].translate(ARABIC)
        erased = await steward.post(f"{place}/erase", form)
    key = contacts.fingerprint_of("gone@icom.example", key=site.address_key)
    async with site.database.reading() as session:
        known = await session.get(Suppression, key)

    assert refused.status_code == 422
    assert "Nothing was changed" in refused.text
    assert erased.status_code == 303
    assert known is not None
    assert known.reason == "erased"
    assert key.hex() in (site.root / optouts.FILE).read_text(encoding="utf-8")


async def test_who_may_not_see_names_sees_counts_only(site: Site) -> None:
    await add_user(site, "vera", "viewer")
    async with serving(site) as pages:
        steward = await visitor(site, pages, STEWARD)
        place = await made(steward, "secret@icom.example", name="Secret Person")
        await steward.post(
            f"{place}/suppress", {"who": "asked", "because": "phoned in private"}
        )
        body = re.search(
            r"/directory/organisations/\d+", (await steward.get(place)).text
        )
        assert body is not None
        vera = await visitor(site, pages, "vera")
        shown = [
            await vera.get(path)
            for path in (
                *(body[0], "/directory", "/directory?search=secret"),
                *("/directory?search=secret%40icom.example", "/directory/suppressions"),
                *("/directory/suppressions?search=secret%40icom.example",),
            )
        ]
        refused = [
            await vera.get(path)
            for path in (
                *(place, f"{place}/seen", f"{place}/preferences"),
                *("/directory?show=contacts", "/directory/lists/file?list=ngos"),
            )
        ]

    assert [each.status_code for each in shown] == [200] * 6
    assert "Contacts with an address: " in shown[0].text
    for page in [*shown, *refused]:
        searched = page.text.replace('value="secret@icom.example"', "")
        assert "secret@" not in searched
        assert "Secret Person" not in page.text
        assert "private" not in page.text
    assert [each.status_code for each in refused] == [403] * 5
    assert "this needs one of the roles" in refused[3].text


async def test_the_preferences_of_a_reader_are_shown_without_a_link(site: Site) -> None:
    async with serving(site) as pages:
        steward = await visitor(site, pages, STEWARD)
        place = await made(steward, "r@icom.example", languages="ar")
        frame = await steward.get(f"{place}/preferences")

    assert '<html lang="ar" dir="rtl">' in frame.text
    assert "sandbox" in frame.headers["content-security-policy"].split(";")[0]
    assert "/p/" not in frame.text
    assert "r@icom.example" not in frame.text
