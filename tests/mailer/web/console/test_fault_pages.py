"""A page that refuses says what kind of refusal it is, and what to do."""

import re
from pathlib import Path

import pytest
from sqlalchemy import text

from mailer.sites.site import Site
from tests.acts import campaigning
from tests.acts.console import Visitor, add_user, visitor
from tools.peers.serving import serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
HEADING = re.compile(r"<h1>(.*?)</h1>\s*<p[^>]*>(.*?)</p>", re.DOTALL)
MEANWHILE = "Two words\nand more"


async def said(one: Visitor, path: str) -> tuple[str, str]:
    """Return the heading of a page and the sentence below it."""
    found = HEADING.search((await one.get(path)).text)
    assert found is not None
    return found[1], found[2]


async def test_each_kind_of_refusal_has_its_heading_and_a_whole_sentence(
    site: Site,
) -> None:
    await add_user(site, "nina", "translator")
    async with serving(site) as pages:
        nina = await visitor(site, pages, "nina")
        refused = [
            await said(nina, path) for path in ("/nowhere", "/campaigns/999", "/people")
        ]

    assert [heading for heading, _ in refused] == [
        "Not found",
        "Not found",
        "Not allowed",
    ]
    assert [sentence for _, sentence in refused if not sentence.endswith(".")] == []


async def test_a_fault_of_the_program_is_said_once_and_tells_what_to_do(
    site: Site, tmp_path: Path
) -> None:
    await campaigning.add(site, campaigning.write(tmp_path))
    async with site.database.writing() as session:
        await session.execute(text("UPDATE campaign SET themes = '{not JSON'"))
    async with serving(site) as pages:
        await add_user(site, "lea", "author")
        lea = await visitor(site, pages, "lea")
        heading, sentence = await said(lea, "/campaigns")

    assert heading == "A fault of ours"
    assert sentence.startswith("Try again.")
    assert re.search("the number [0-9a-f]{8}", sentence)


async def test_words_that_were_not_taken_have_no_name_of_the_program(
    site: Site,
) -> None:
    async with serving(site) as pages:
        await add_user(site, "lea", "author")
        lea = await visitor(site, pages, "lea")
        answer = await lea.post(
            "/campaigns/999/remarks", {"text": MEANWHILE, "block": ""}
        )

    assert "What you wrote</label>" in answer.text
    assert ">text</label>" not in answer.text
