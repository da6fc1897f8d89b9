"""A letter that cannot be written now is shown whole, and says why."""

from html import unescape
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from mailer.sites.site import Site
from mailer.web.console import showing
from tests.acts import campaigning
from tests.acts.console import add_user, visitor
from tests.mailer.web.console.test_asking import asked
from tools.peers.relay import Relay
from tools.peers.serving import serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
PAGES = Path(showing.__file__).parent / "pages"
MORE = """
# item forum
title: The *great* forum
date: 2097-06-01
link: https://forum.example/

# signature

Amina Diallo
Chief of the Unit
"""


async def test_a_letter_that_is_no_draft_shows_all_that_it_has(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.approved(site, tmp_path, en=campaigning.TEXT + MORE)
    async with serving(site) as pages:
        user = await visitor(site, pages, campaigning.EDITOR)
        page = unescape((await user.get(f"/campaigns/{number}/write/en")).text)

    assert "The great forum</span></h2>" in page
    assert "1 June 2097" in page
    assert "https://forum.example/" in page
    assert "Amina Diallo\nChief of the Unit" in page


async def test_a_letter_whose_approval_is_asked_for_leads_to_the_requests(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    async with serving(site) as pages:
        number, _, _ = await asked(site, pages, relay, tmp_path)
        user = await visitor(site, pages, campaigning.EDITOR)
        here = f"/campaigns/{number}"
        writing, settings, files, letter = [
            unescape((await user.get(f"{here}{path}")).text)
            for path in ("/write/en", "/settings", "/files", "")
        ]

    for page in (writing, settings):
        assert "An author takes the requests back first" in page
        assert f'href="/console{here}/approval">See who is asked' in page
    assert "page of writing." not in settings.partition("<form")[0]
    assert "while it is a draft" in files
    assert "Ask for an approval" not in letter


def test_no_macro_hides_a_value_of_the_page_that_its_file_reads(store: str) -> None:
    hidden = {}
    for path in sorted(PAGES.rglob("*.html")):
        tree = Environment(autoescape=True).parse(path.read_text(encoding="utf-8"))
        macros = {each.name for each in tree.find_all(nodes.Macro)}
        called = {id(each.node) for each in tree.find_all(nodes.Call)}
        read = {
            each.name
            for macro in tree.find_all(nodes.Macro)
            for each in macro.find_all(nodes.Name)
            if each.ctx == "load" and id(each) not in called
            if each.name not in {given.name for given in macro.args}
        }
        if macros & read:
            hidden[path.name] = macros & read

    assert hidden == {}


async def test_who_may_not_write_has_no_button_to_take_a_letter_back(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.approved(site, tmp_path)
    await add_user(site, "vera", "viewer")
    async with serving(site) as pages:
        vera = await visitor(site, pages, "vera")
        page = await vera.get(f"/campaigns/{number}/write/en")

    assert "This letter is not a draft" in page.text
    assert "Take back and edit" not in page.text
