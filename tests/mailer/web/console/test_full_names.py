"""Pages call people by their full names; the record keeps the names of users."""

import re
from pathlib import Path

import pytest
from sqlalchemy import select, update

from mailer import clock
from mailer.campaigns import lookup
from mailer.campaigns.models import Series
from mailer.campaigns.writing.together import remarks
from mailer.sites.site import Site
from mailer.users import guard
from mailer.users.shown_names import shown_names
from mailer.web.console import sentences
from tests.acts.console import Visitor, add_user, visitor
from tests.mailer.web.console.test_every_page import paths
from tests.mailer.web.console.test_looks import lived_in
from tools.peers.relay import Relay
from tools.peers.serving import serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
FULL = {
    "editor": "Édith Teurier",
    "head-of-unit": "Hélène d’Unité",
    "lea": "Léa Lefort",
    "paul": "Paul Palomar",
}
# what has names for signing in beside the full ones, or instead of them
OTHERS = ("/people", "/me", "/sign-in", "/journal/export")

NO_TEXT = re.compile(r"<(title|script|style|datalist)\b.*?</\1>|<[^>]*>", re.DOTALL)


async def name_all(site: Site) -> None:
    async with site.database.writing() as session:
        for each in await guard.listed(session):
            each.shown = FULL[each.name]


async def text_of(user: Visitor, path: str) -> str:
    answer = await user.get(path)
    return NO_TEXT.sub(" ", answer.text)


@pytest.mark.prove
async def test_no_page_calls_a_person_by_the_name_for_signing_in(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    await lived_in(site, tmp_path)
    await name_all(site)
    async with site.database.writing() as session:
        campaign = await lookup.get(session, 1)
        await remarks.add(
            session, campaign, "Why?", block="", by="lea", now=clock.now()
        )
    found, seen = {}, ""
    async with serving(site) as pages:
        lea = await visitor(site, pages, "lea")
        wanted = [each for each in paths(site) if not each.startswith(OTHERS)]
        for path in [each for each in wanted if "/fr" not in each]:
            text = await text_of(lea, path)
            seen += text
            if path.startswith("/directory/contacts"):  # contacts may be editors
                text = text.replace("editor", "")
            named = re.findall(r"\b(?:head-of-unit|editor|lea|paul)\b", text)
            if named:
                found[path] = named

    assert found == {}
    assert {each for each in FULL.values() if each in seen} == {*FULL.values()}


@pytest.mark.parametrize(
    "sentence",
    [
        "May or its template changed after lea approved it; it needs a new approval",
        "lea, or a deputy, approved May already; another user must approve it too",
    ],
)
def test_a_refusal_calls_an_approver_by_the_full_name(
    sentence: str, store: str
) -> None:
    names = shown_names([("lea", "Léa Lefort"), ("May", None)])

    shown = sentences.with_users(sentence, lambda name: names.of(name)[0])
    assert shown == sentence.replace("lea", "Léa Lefort")


async def test_a_series_calls_its_people_by_their_full_names(site: Site) -> None:
    await add_user(site, "lea", "translator")
    await add_user(site, "paul", "translator")
    await name_all(site)
    people = {"owner": "editor", "translators": "lea paul", "approvers": "head-of-unit"}
    async with site.database.writing() as session:
        await session.execute(
            update(Series).values(letter_type="monthly-letter", **people)
        )
        number = await session.scalar(select(Series.id))
    async with serving(site) as pages:
        lea = await visitor(site, pages, "lea")
        listed = await text_of(lea, "/series")
        page = await text_of(lea, f"/series/{number}")

    assert FULL["editor"] in listed
    assert all(each in page for each in FULL.values())
    about = page.partition("About")[2]  # not what is to be looked at
    assert not re.findall(r"\b(?:head-of-unit|editor|lea|paul)\b", listed + about)


async def test_the_journal_is_asked_by_full_name_and_its_file_has_that_of_the_user(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    await lived_in(site, tmp_path)
    await name_all(site)
    async with serving(site) as pages:
        lea = await visitor(site, pages, "lea")
        page = await text_of(lea, "/journal?user=Edith+Teurier")
        assert "Édith Teurier" in page
        assert "Hélène" not in page
        file = (await lea.get("/journal/export?user=Edith+Teurier")).text

    assert ",editor," in file
    assert "Teurier" not in file


async def test_two_people_of_one_name_are_told_apart(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    await lived_in(site, tmp_path)
    await name_all(site)
    async with site.database.writing() as session:
        (await guard.named(session, "lea")).shown = "Hélène d'Unité"
        (await guard.named(session, "head-of-unit")).shown = "Helene d'Unite"
    async with serving(site) as pages:
        lea = await visitor(site, pages, "lea")
        page = await text_of(lea, "/journal")

    assert "Helene d'Unite (head-of-unit)" in re.sub(
        r"\s+", " ", page.replace("&#39;", "'")
    )
