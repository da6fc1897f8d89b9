"""What lists, acts and series hold in codes is said in words of the page's language."""

import re
from html import unescape
from pathlib import Path

import pytest

from mailer.sites.site import Site
from tests.acts import campaigning
from tests.acts.console import add_user, version, visitor
from tests.mailer.web.console.test_directory_words import rows_of
from tests.mailer.web.console.test_imports import place_of, upload
from tools.peers.serving import serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
STEWARD = "editor"
CODES = re.compile(r"\b(?:ED|sdg-04|SN|ML|ngo|natcom|president)\b")
SERIES = {
    "act": "save",
    "name": "news",
    "cadence": "first Tuesday, 10:00",
    "zone": "Europe/Paris",
    "letter_type": "field-office-news",
    "audience": "kind = ngo",
    "owner": STEWARD,
    "draft_lead": "9",
    "translation_lead": "4",
    "approval_lead": "2",
    "version": "",
    "first_language": "en",
    "translators": "marie",
}
LIST = """address;organisation;roles;languages;country;level;fields;acts_in
unesco-liaison@icom.example;icom;president;ar fr;SN;national;ED sdg-04;ML
"""


async def test_what_an_import_would_change_is_said_in_words(site: Site) -> None:
    async with serving(site) as pages:
        steward = await visitor(site, pages, STEWARD)
        place = place_of(await upload(steward, "list.csv", LIST.encode()))
        page = (await steward.get(f"{place}?lang=fr")).text
    changed = rows_of(
        "<table>" + page.partition(">Avant et après<")[2].partition("<h2")[0]
    )

    assert "Sénégal" in changed
    assert "Conseil international des musées" in changed
    assert "arabe, français" in changed
    assert re.search(r"Éducation\W+Éducation de qualité", changed)
    assert "Mali" in changed
    assert not CODES.findall(changed)


async def test_the_journal_names_what_was_changed_and_what_was_done_to_it(
    site: Site,
) -> None:
    await add_user(site, "marie", "translator", language="fr")
    async with serving(site) as pages:
        steward = await visitor(site, pages, STEWARD)
        admin = await visitor(site, pages, "head-of-unit")
        found = await steward.get("/directory?search=icom&show=organisations")
        body = re.search(r"/directory/organisations/\d+", found.text)
        assert body is not None
        form = {"version": version((await steward.get(f"{body[0]}/edit")).text)}
        values = {"fields": "ED sdg-04", "acts_in": "SN ML"}
        assert (await steward.post(f"{body[0]}/edit", form | values)).status_code == 303
        made = await steward.post("/series/new", SERIES)
        assert made.status_code == 303, made.text
        await admin.post("/people/marie", {"shown": "Marie Curie"})
        journal = rows_of((await steward.get("/journal?lang=fr")).text)
        place = made.headers["location"].removeprefix("/console").partition("?")[0]
        shown = unescape((await steward.get(f"{place}?lang=fr")).text)

    for words in ("Éducation de qualité", "Mali", "Conseil international des musées"):
        assert words in journal
    assert "Actualités des bureaux hors Siège" in shown
    for page in (journal, rows_of(shown)):
        assert not CODES.findall(page)
        assert "field-office-news" not in page


async def test_what_is_not_known_of_a_reader_is_said_in_words(
    site: Site, tmp_path: Path
) -> None:
    rule = "status = associate or role = press"
    number = await campaigning.add(site, campaigning.write(tmp_path, audience=rule))
    address = "secretariat@natcom-sn.example"
    async with serving(site) as pages:
        steward = await visitor(site, pages, STEWARD)
        place = f"/campaigns/{number}/audience?lang=fr&address={address}"
        page = unescape((await steward.get(place)).text)

    assert "on ne le sait pas" in page
    assert "status is" not in page
