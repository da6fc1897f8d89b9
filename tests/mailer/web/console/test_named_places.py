"""Comparisons and checks name the places of a letter in words."""

import re
from html import unescape
from pathlib import Path

import pytest

from mailer.rendering.checks import problem
from mailer.sites.site import Site
from mailer.web.console import strings
from mailer.web.console.remarks import places
from tests.acts import campaigning
from tests.acts.console import add_user, visitor
from tools.peers.serving import serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])


async def test_a_comparison_names_blocks_that_are_gone_and_values_in_words(
    site: Site, tmp_path: Path
) -> None:
    first = (
        "---\nsubject: A\npreheader: B\n---\n# opening\n\nHello.\n\n"
        "# item part-0\ntitle: The conference\ndate: 2097-06-01\n\n"
        "# text second\ntitle: Later\n\nWords.\n\n"
        "# publication three\ntitle: A book\nlanguages: en fr\n"
    )
    book = "# publication three\ntitle: A book\nlanguages: en es\n\n"
    then = f"{first.partition('# item')[0]}{book}# text second\ntitle: Later\n\nWords."
    number = await campaigning.add(site, campaigning.write(tmp_path, en=first))
    await campaigning.replace(site, number, campaigning.write(tmp_path, en=then))
    await add_user(site, "awa", "author", language="fr")
    async with serving(site) as pages:
        awa = await visitor(site, pages, "awa")
        found = (await awa.get(f"/campaigns/{number}/versions")).text
    page = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", "", found)))

    assert "part-0" not in page
    assert "Date : The conference suppression" in page
    assert "2. Publication : A book, Existe en" in page
    assert "anglais françaisespagnol" in page
    assert "2. Publication : A book déplacé" in page
    assert "bloc 42" in page  # from 4 to 2


async def test_what_a_translation_lacks_is_said_by_type_and_title(
    site: Site, tmp_path: Path
) -> None:
    english = f"{campaigning.TEXT}\n# item part-0\ntitle: The forum\n\nWords.\n"
    french = f"{campaigning.TEXT}\n# note part-9\ntitle: Ancien\n\nMots.\n"
    number = await campaigning.add(
        site, campaigning.write(tmp_path, en=english, fr=french), unfinished=True
    )
    await add_user(site, "awa", "author", language="fr")
    async with serving(site) as pages:
        awa = await visitor(site, pages, "awa")
        found = (await awa.get(f"/campaigns/{number}/check")).text
    page = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", "", found)))

    assert "part-" not in page
    assert "Pas encore traduit : 2. Date : The forum" in page
    assert "Absent du texte d’origine (anglais) : Encadré : Ancien" in page


async def test_why_a_letter_was_sent_back_is_called_its_reason(site: Site) -> None:
    placed = places.LetterPlaces(words=strings.of(site, "fr"), names={}, starts={})
    found = placed.of(problem.warning("", "state", "La citation manque."))

    assert (found.name, found.page) == ("Motif", "")
    assert found.what == "La citation manque."


async def test_readers_without_a_letter_lead_to_the_translations_and_their_settings(
    site: Site, tmp_path: Path
) -> None:
    toml = campaigning.TOML.format(audience="kind = natcom").partition("[languages")[0]
    path = campaigning.write(tmp_path, toml=toml, en=campaigning.TEXT)
    number = await campaigning.add(site, path, unfinished=True)
    async with serving(site) as pages:
        ed = await visitor(site, pages, campaigning.EDITOR)
        check = (await ed.get(f"/campaigns/{number}/check")).text
        translations = (await ed.get(f"/campaigns/{number}/translate")).text
        settings = (await ed.get(f"/campaigns/{number}/settings")).text

    assert "Readers without a letter" in check
    assert f'/campaigns/{number}/translate" dir="auto">Translations<' in check
    assert f'/campaigns/{number}/settings#languages"' in translations
    assert 'id="languages"' in settings


async def test_a_text_that_went_out_before_is_named_in_words_and_has_no_reference(
    site: Site, tmp_path: Path
) -> None:
    sent = await campaigning.released(site, tmp_path)
    again = await campaigning.add(site, campaigning.write(tmp_path))
    await add_user(site, "awa", "author", language="fr")
    async with serving(site) as pages:
        awa = await visitor(site, pages, "awa")
        gone = (await awa.get(f"/campaigns/{sent}")).text
        found = (await awa.get(f"/campaigns/{again}/check")).text
    page = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", "", found)))

    assert "avertissementTextele même texte est parti" in page
    assert "sans référence" in gone
    assert "pas encore de référence" not in gone
