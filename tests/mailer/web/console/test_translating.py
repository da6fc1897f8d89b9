"""A letter is translated beside its source, and by PO files that are shown first."""

import re
from html import unescape
from pathlib import Path

import pytest

from mailer.campaigns import lookup
from mailer.campaigns.writing.translation import progress
from mailer.sites.site import Site
from mailer.web.console import strings
from tests.acts import campaigning
from tests.acts.console import Visitor, add_user, visitor
from tests.mailer.campaigns.writing.test_signing_off import needs
from tests.mailer.web.console.test_writing import (
    BY_SCRIPT,
    TEXT,
    block,
    editor,
    letter,
    stored,
)
from tools.peers.serving import serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
FRENCH = TEXT.replace("The first", "Le premier").replace("The second", "Le second")
SECTION = re.compile(
    r'<section class="panel block" id="block-([\w-]+)".*?</section>', re.DOTALL
)
FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


def sections(page: str) -> dict[str, str]:
    """Return the HTML of each block that a page shows, by its id."""
    return {found[1]: unescape(found[0]) for found in SECTION.finditer(page)}


async def translator(site: Site, pages: object, language: str = "fr") -> Visitor:
    await add_user(site, "tina", f"translator:{language}")
    return await visitor(site, pages, "tina")  # type: ignore[arg-type]


async def test_a_changed_source_is_shown_word_by_word_until_it_is_still_right(
    site: Site, tmp_path: Path
) -> None:
    number = await letter(site, tmp_path, en=TEXT, fr=FRENCH)
    there, here = (f"/campaigns/{number}/write/{each}" for each in ("en", "fr"))
    async with serving(site) as pages:
        ed, tina = await editor(site, pages), await translator(site, pages)
        source = (await ed.get(there)).text
        sent = block(
            source, "first", title="The very first", text="Words of the first."
        )
        assert (await ed.post(there, sent, **BY_SCRIPT)).status_code == 200
        page = (await tina.get(here)).text
        shown = sections(page)
        assert "The <ins>very </ins>first" in shown["first"]
        assert "Still right" in shown["first"]
        assert "Still right" not in shown["second"]
        assert set(sections((await tina.get(f"{here}?show=open")).text)) == {"first"}
        answer = await tina.post(here, {"act": "still-right first"})
        assert answer.status_code == 303, answer.text
        assert "Still right" not in (await tina.get(here)).text
        again = await tina.post(here, {"act": "still-right first"})
        assert again.status_code == 409
        # a source that is as it was before is no change
        sent = block(
            (await ed.get(there)).text, "second", title="Other", date="2097-05-10"
        )
        await ed.post(there, sent, **BY_SCRIPT)
        sent = block(
            (await ed.get(there)).text, "second", title="The second", date="2097-05-10"
        )
        await ed.post(there, sent, **BY_SCRIPT)
        assert "Still right" not in (await tina.get(here)).text
    assert "The very first" in (await stored(site, number))["en"]


async def test_a_translator_writes_words_and_the_facts_are_those_of_the_source(
    site: Site, tmp_path: Path
) -> None:
    number = await letter(site, tmp_path)
    there, here = (f"/campaigns/{number}/write/{each}" for each in ("en", "fr"))
    async with serving(site) as pages:
        ed, tina = await editor(site, pages), await translator(site, pages)
        page = (await tina.get(here)).text
        assert 'name="second:date"' not in page
        sent = block(page, "second", title="Le second", date="1999-01-01")
        answer = await tina.post(here, sent, **BY_SCRIPT)
        assert answer.json()["blocks"]["second"]["standing"] == "translated"
        assert "date: 2097-05-10" in (await stored(site, number))["fr"]
        # the author moves the day while the translator's page is open
        moved = block(
            (await ed.get(there)).text, "second", title="The second", date="2097-06-01"
        )
        await ed.post(there, moved, **BY_SCRIPT)
        assert "date: 2097-06-01" in (await stored(site, number))["fr"]
        sent = {**sent, "n": "3", "second:title": "Le deuxième"}
        assert (await tina.post(here, sent, **BY_SCRIPT)).status_code == 200
        text = (await stored(site, number))["fr"]
        assert "title: Le deuxième\ndate: 2097-06-01" in text
        # without any word the block is not translated
        empty = block((await tina.get(here)).text, "second", title=" ")
        await tina.post(here, empty, **BY_SCRIPT)
        assert "second" not in (await stored(site, number))["fr"]


async def test_what_a_translation_lost_is_said_at_its_block(
    site: Site, tmp_path: Path
) -> None:
    source = TEXT.replace(
        "this is short.", "Kenya sends 2,500 of [them](https://a.int)."
    )
    number = await letter(site, tmp_path, en=source)
    here = f"/campaigns/{number}/write/fr"
    async with serving(site) as pages:
        tina = await translator(site, pages)
        page = (await tina.get(here)).text
        sent = block(page, "opening", text="Madame, le Kénya en envoie 250.")
        answer = await tina.post(here, sent, **BY_SCRIPT)
        faults = " ".join(answer.json()["blocks"]["opening"]["faults"])
        assert "{organisation} of the source is missing here" in faults
        assert "Links in the source: 1; here: 0" in faults
        assert "not here: 2500" in faults
        shown = sections((await tina.get(here)).text)["opening"]
        assert 'Kenya</span> – <strong lang="fr" dir="auto">Kenya</strong>' in shown
        assert "2500" in shown


async def test_a_block_that_the_source_lost_is_removed_with_a_button(
    site: Site, tmp_path: Path
) -> None:
    lone = "\n# item alone\ntitle: Seul\n"
    number = await letter(site, tmp_path, en=TEXT, fr=FRENCH + lone)
    here = f"/campaigns/{number}/write/fr"
    async with serving(site) as pages:
        tina = await translator(site, pages)
        assert (
            "no such block any more" in sections((await tina.get(here)).text)["alone"]
        )
        for wrong in ("drop first", "drop none", "delete first", "up second"):
            assert (await tina.post(here, {"act": wrong})).status_code == 409, wrong
        assert (await tina.post(here, {"act": "drop alone"})).status_code == 303
    assert "alone" not in (await stored(site, number))["fr"]
    assert "first" in (await stored(site, number))["fr"]


async def test_a_second_source_is_shown_and_the_view_is_kept_by_a_save(
    site: Site, tmp_path: Path
) -> None:
    spanish = TEXT.replace("The first", "El primero")
    number = await letter(site, tmp_path, en=TEXT, es=spanish)
    here = f"/campaigns/{number}/write/fr?show=open&beside=es"
    async with serving(site) as pages:
        tina = await translator(site, pages)
        page = (await tina.get(here)).text
        assert "El primero" in sections(page)["first"]
        # languages stand in one order on all pages, whether there is a text or not
        tabs = re.findall(rf'href="[^"]*/campaigns/{number}/write/(\w+)"', page)
        assert tabs == ["en", "fr", "es", "ar", "ru", "zh"] == list(strings.LANGUAGES)
        answer = await tina.post(here, block(page, "first", title="Le premier"))
        assert answer.status_code == 303
        assert "show=open&beside=es" in answer.headers["location"]
        # an author of no language of this letter is no second source
        assert (
            await tina.get(f"/campaigns/{number}/write/fr?beside=xx")
        ).status_code == 200


async def test_a_po_file_goes_out_and_comes_in_after_a_look(
    site: Site, tmp_path: Path
) -> None:
    number = await letter(site, tmp_path, en=TEXT, fr=FRENCH)
    index = f"/campaigns/{number}/translate"
    async with serving(site) as pages:
        tina = await translator(site, pages)
        assert "French" in (await tina.get(index)).text
        file = (await tina.get(f"{index}/fr/po")).content
        assert b'msgctxt "first/title"' in file
        returned = file.replace(b"Le premier", b"La <premi\xc3\xa8re>")
        refused = await tina.upload(index, "file", "fr.po", returned)
        assert refused.status_code == 422
        assert re.search("2. Date: The first, Title: .*HTML", refused.text)
        returned = file.replace(b"Le premier", "La première".encode())
        page = await tina.upload(index, "file", "fr.po", returned)
        assert "<del>Le</del><ins>La</ins>" in page.text
        assert '<h2 dir="auto">2. Date: The first, Title</h2>' in page.text
        assert "Le premier" in (await stored(site, number))["fr"]
        form = {name: unescape(value) for name, value in FIELD.findall(page.text)}
        await campaigning.replace(
            site, number, campaigning.write(tmp_path, en=TEXT, fr=FRENCH + "\nMore.\n")
        )
        stale = await tina.post(f"{index}/take", form)
        assert "changed meanwhile" in stale.text
        page = await tina.upload(index, "file", "fr.po", returned)
        form = {name: unescape(value) for name, value in FIELD.findall(page.text)}
        assert (await tina.post(f"{index}/take", form)).status_code == 303
        assert "La première" in (await stored(site, number))["fr"]
        for content in ("", "!", "AAAA"):
            broken = await tina.post(f"{index}/take", {**form, "content": content})
            assert broken.status_code == 422, content
        other = await tina.upload(
            index, "file", "es.po", file.replace(b": fr", b": es")
        )
        assert other.status_code == 422
        assert "translate" in other.text
    async with site.database.reading() as session:
        known = await progress.sources_of(session, await lookup.get(session, number))
    assert known["fr"]["first/title"] == "The first"


async def test_a_file_in_another_script_or_of_a_text_editor_is_read_and_noted(
    site: Site, tmp_path: Path
) -> None:
    number = await letter(site, tmp_path, en=TEXT, fr=FRENCH)
    index = f"/campaigns/{number}/translate"
    async with serving(site) as pages:
        tina = await translator(site, pages)
        file = (await tina.get(f"{index}/fr/po")).content.decode()
        words = "первое письмо о форуме и его итогах"
        russian = file.replace("Le premier", words).encode("utf-16")
        strange = await tina.upload(index, "file", "fr.po", russian)
        latin = file.replace("Le premier", "La première").encode("latin-1", "replace")
        refused = await tina.upload(f"{index}?lang=fr", "file", "my.po", latin)

    assert "Is this the right file?" in strange.text
    assert words[7:] in strange.text
    assert "<p>my.po" in refused.text
    assert "enregistrez le fichier en UTF-8" in refused.text


async def test_a_second_translator_signs_off_what_the_page_showed(
    site: Site, tmp_path: Path
) -> None:
    needs(site, '["fr"]')
    number = await letter(site, tmp_path, en=TEXT, fr=FRENCH, es=TEXT)
    index, here = f"/campaigns/{number}/translate", f"/campaigns/{number}/write/fr"
    async with serving(site) as pages:
        ed, tina = await editor(site, pages), await translator(site, pages)
        assert "not signed off yet" in (await ed.get(index)).text
        assert "editor wrote the French of" in (await ed.get(here)).text
        assert "Second reading" not in (await ed.get(f"{here[:-2]}es")).text
        page = (await tina.get(here)).text
        old = {"version": re.findall(r'name="version" value="([^"]+)"', page)[0]}
        sent = block((await ed.get(here)).text, "first", title="Le tout premier")
        assert (await ed.post(here, sent)).status_code == 303
        stale = await tina.post(f"{index}/fr/sign-off", old)
        assert stale.status_code == 409
        assert "read the change" in stale.text
        page = (await tina.get(here)).text
        now = {"version": re.findall(r'name="version" value="([^"]+)"', page)[0]}
        assert (await ed.post(f"{index}/fr/sign-off", now)).status_code == 409
        assert (await tina.post(f"{index}/es/sign-off", now)).status_code == 409
        answer = await tina.post(f"{index}/fr/sign-off", now)
        assert answer.status_code == 303, answer.text
        said = (await tina.get(f"{index}?signed=fr")).text
        assert "The translation is signed off: French." in said
        assert "signed off</span>" in said
        assert "signed off:" not in (await tina.get(f"{index}?signed=<b>")).text
        assert "By tina on" in (await ed.get(here)).text
        whole = (await ed.get(f"/campaigns/{number}")).text
        assert "signed a translation off" in whole


async def test_readers_without_a_letter_are_said_at_the_steps_and_at_their_language(
    site: Site, tmp_path: Path
) -> None:
    audience = "kind = natcom and country = AR"
    toml = campaigning.TOML.format(audience=audience).partition("[languages")[0]
    number = await campaigning.add(site, campaigning.write(tmp_path, toml=toml))
    async with serving(site) as pages:
        ed = await editor(site, pages)
        steps = (await ed.get(f"/campaigns/{number}")).text
        page = (await ed.get(f"/campaigns/{number}/translate")).text

    assert "without a letter: 1" in steps
    assert "lacking: Spanish" in steps
    assert "one language" not in steps
    assert "1 would get no letter" in page
