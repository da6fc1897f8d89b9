"""Conflicts and hints of the page of writing are in the words of its forms."""

import re
from html import unescape
from pathlib import Path

import pytest

from mailer.sites.site import Site
from tests.acts.console import add_user, visitor
from tests.mailer.web.console.test_writing import (
    TEXT,
    block,
    editor,
    letter,
    stored,
)
from tools.peers.serving import serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])


async def test_a_conflict_is_told_with_the_labels_of_the_fields_and_loses_no_line(
    site: Site, tmp_path: Path
) -> None:
    book = "\n# publication book\ntitle: A book\nlanguages: en\n"
    number = await letter(site, tmp_path, en=TEXT + book)
    path = f"/campaigns/{number}/write/en"
    await add_user(site, "awa", "author", language="fr")
    async with serving(site) as pages:
        awa, ed = await visitor(site, pages, "awa"), await editor(site, pages)
        mine, theirs = (await awa.get(path)).text, (await ed.get(path)).text
        sent = block(theirs, "book", title="A book", languages="en")
        sent |= {"book:editions:en": "https://a.example/theirs"}
        assert (await ed.post(path, sent)).status_code == 303
        wanted = block(mine, "book", title="A book", languages="fr")
        wanted |= {"book:editions:fr": "https://a.example/mine"}
        shown = await awa.post(path, wanted)
        page = unescape(shown.text)
        again = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', page))
        assert (await awa.post(path, again)).status_code == 303
    text = (await stored(site, number))["en"]

    assert shown.status_code == 409
    assert "Adresse de chaque édition" in page
    assert "editions: " not in page
    assert "fr=https://a.example/mine" in text
    assert "languages: fr" in text


async def test_hours_are_typed_beside_their_zone(site: Site, tmp_path: Path) -> None:
    number = await letter(site, tmp_path)
    async with serving(site) as pages:
        ed = await editor(site, pages)
        page = (await ed.get(f"/campaigns/{number}/write/en")).text

    assert "or: all day. At the hours of Paris." in page.replace("\xa0", " ")


async def test_a_signature_has_a_function_and_an_empty_table_one_fault(
    site: Site,
) -> None:
    async with serving(site) as pages:
        ed = await editor(site, pages)
        begun = await ed.post(
            "/campaigns/new",
            {"type": "circular-letter", "name": "A", "languages": "en"},
        )
        here = begun.headers["location"].removeprefix("/console")
        await ed.post(f"{here}/en", {"act": "add table", "page": "p", "n": "1"})
        page = (await ed.get(f"{here}/en")).text

    signature = page[page.index('id="block-signature"') :]
    assert ">Function<" in signature
    table = page[page.index('id="block-table"') :].split("</section>")[0]
    assert "Still missing: Text" in table
    assert "write a table" not in table
