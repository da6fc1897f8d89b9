"""A translation is removed and comes back; faults of its PO file are listed."""

import re
from html import unescape
from pathlib import Path

import pytest

from mailer.sites.site import Site
from tests.mailer.web.console.test_translating import FRENCH, translator
from tests.mailer.web.console.test_writing import TEXT, editor, letter, stored
from tools.peers.serving import serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])


async def test_a_translation_that_was_begun_is_removed_and_comes_back_by_its_version(
    site: Site, tmp_path: Path
) -> None:
    number = await letter(site, tmp_path, en=TEXT, fr=FRENCH)
    index = f"/campaigns/{number}/translate"
    async with serving(site) as pages:
        ed, tina = await editor(site, pages), await translator(site, pages)
        assert (
            await tina.post(f"{index}/remove", {"language": "fr"})
        ).status_code == 403
        removed = await ed.post(f"{index}/remove", {"language": "fr"})
        assert removed.headers["location"].endswith("?removed=fr")
        assert "fr" not in await stored(site, number)
        said = (await ed.get(f"{index}?removed=fr")).text
        assert "The translation was removed: French." in said
        for wrong in ("fr", "en"):
            again = await ed.post(f"{index}/remove", {"language": wrong})
            assert "is no translation of this letter" in unescape(again.text)
        await ed.post(f"/campaigns/{number}/versions", {"version": "1"})
    assert (await stored(site, number))["fr"].split() == FRENCH.split()


async def test_each_fault_of_a_po_file_stands_on_its_own_line(
    site: Site, tmp_path: Path
) -> None:
    number = await letter(site, tmp_path, en=TEXT, fr=FRENCH)
    index = f"/campaigns/{number}/translate"
    async with serving(site) as pages:
        tina = await translator(site, pages)
        file = (await tina.get(f"{index}/fr/po")).content
        two = file.replace(b"Le second", b"Le <i>").replace(b"Le premier", b"Le <b>")
        page = (await tina.upload(index, "file", "fr.po", two)).text

    assert len(re.findall(r'<li dir="auto">[^<]*, line \d+', page)) == 2
