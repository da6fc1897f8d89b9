"""The directory says words, not codes, and words of its name find an organisation."""

import html
import re

import pytest

from mailer.sites.site import Site
from tests.acts.console import version, visitor
from tests.mailer.web.console.test_directory import STEWARD, made
from tools.peers.serving import serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])


def rows_of(page: str) -> str:
    """Return the text of the tables of a page."""
    tables = re.findall(r"<table.*?</table>", page, re.DOTALL)
    return html.unescape(re.sub(r"<[^>]*>", " ", " ".join(tables)))


async def test_a_comparison_says_words_and_no_codes(site: Site) -> None:
    async with serving(site) as pages:
        steward = await visitor(site, pages, STEWARD)
        await made(steward, "b@icom.example", languages="ar fr")
        place = await made(steward, "a@icom.example", languages="zh")
        into = {"into": "b@icom.example"}
        both = await steward.post(f"{place}/merge?lang=fr", into)
        body = re.search(r"/directory/organisations/\d+", both.text) or re.search(
            r"/directory/organisations/\d+", (await steward.get(place)).text
        )
        assert body is not None
        values = {"fields": "ED sdg-04", "acts_in": "SN ML", "country": "FR"}
        form = {"version": version((await steward.get(f"{body[0]}/edit")).text)}
        saved = await steward.post(f"{body[0]}/edit", {**form, **values})
        assert saved.status_code == 303, saved.text
        two = await steward.get(f"{body[0]}/merge?into=icomos&lang=fr")
        shown = await steward.get(f"{body[0]}?lang=fr")

    assert "arabe, français" in rows_of(both.text)
    assert "chinois" in rows_of(both.text)
    assert "Conseil international des musées" in rows_of(both.text)
    for page in (two, shown):
        said = rows_of(page.text)
        assert "Éducation de qualité" in said
        assert "Mali" in said
        assert not re.findall(r"\b(?:ED|sdg-04|SN|ML|FR|ngo)\b", said)


async def test_an_organisation_is_named_by_words_of_its_name(site: Site) -> None:
    async with serving(site) as pages:
        steward = await visitor(site, pages, STEWARD)
        one = await steward.get("/directory/organisations/300/merge?into=Orbicom")
        name = "conseil international des musees"
        by_name = await steward.get(f"/directory/organisations/300/merge?into={name}")
        several = await steward.get("/directory/organisations/300/merge?into=musees")
        none = await steward.get("/directory/organisations/300/merge?into=xyzzy")
        place = await made(steward, "n@orbicom.example", organisation="Orbicom")
        held = await steward.get(place)
        found = await steward.get("/directory?show=contacts&search=n@orbicom.example")

    assert "Stays: Orbicom – " in one.text
    assert "Stays: International Council of Museums<" in by_name.text
    assert several.status_code == 422
    assert "(icom)" in html.unescape(several.text)
    assert none.status_code == 422
    assert "UNESCO Chairs in Communication" in held.text
    assert "UNESCO Chairs in Communication" in found.text


async def test_languages_stand_on_forms_by_name_and_are_saved_as_codes(
    site: Site,
) -> None:
    shown = []
    async with serving(site) as pages:
        steward = await visitor(site, pages, STEWARD)
        place = await made(steward, "l@icom.example", languages="fr ru")
        for language in ("en", "fr", "es", "ar", "ru", "zh"):
            form = (await steward.get(f"{place}/edit?lang={language}")).text
            typed = re.search(r'name="languages"[^>]* value="([^"]+)"', form)
            assert typed is not None
            shown.append(typed[1])
            saved = {"languages": typed[1], "version": version(form)}
            answer = await steward.post(f"{place}/edit", saved)
            assert answer.status_code == 303
        held = (await steward.get(f"{place}?lang=en")).text

    assert shown[:2] == ["French, Russian", "français, russe"]
    assert len(set(shown)) == 6
    assert "French, Russian" in held
