"""What follows the ten tasks of a stranger: a letter comes back, a list has faults."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import pytest
from playwright.async_api import Browser

from mailer.sites.site import Site
from tests.acts import campaigning
from tests.acts.console import add_user
from tests.flows.strangers import AtAKeyboard, Stranger, signed_in
from tools.peers.browser import chromium
from tools.peers.relay import Relay
from tools.peers.serving import serving

pytestmark = [pytest.mark.prove, pytest.mark.parametrize("store", ["sqlite"])]
LETTER, REASON = "A short letter", "The hour of the forum is missing."
LIST = """address;name;organisation
new@icom.example;New Person;icom
broken;;icom
other@icom.example;Other Person;icom
"""


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_a_letter_comes_back_and_a_list_is_taken_in_and_undone_by_keyboard(
    site: Site, relay: Relay, tmp_path: Path, browser: Browser, language: str
) -> None:
    await add_user(
        site, "lea", "author", "steward", address="lea@unit.int", language=language
    )
    await add_user(site, "paul", "approver", address="paul@u.int", language=language)
    await campaigning.add(site, campaigning.write(tmp_path))
    (tmp_path / "list.csv").write_text(LIST, encoding="utf-8")
    async with serving(site) as pages, AsyncExitStack() as opened:
        enter = partial(
            signed_in, browser, pages, site, language=language, kind=AtAKeyboard
        )
        lea = await opened.enter_async_context(enter("lea"))
        paul = await opened.enter_async_context(enter("paul", width=320))
        await comes_back_with_a_reason(lea, paul)
        await takes_a_list_in_and_back(lea, tmp_path / "list.csv")
        wrong = lea.wrong | paul.wrong
    assert wrong == set()


async def comes_back_with_a_reason(lea: Stranger, paul: Stranger) -> None:
    await lea.follows("Letters")
    await lea.follows(LETTER, written=True)
    await lea.follows("Approve")
    await lea.ticks("paul")
    await lea.presses("Mail the request")
    await paul.follows("Today")
    await paul.follows(LETTER, written=True)
    await paul.follows("Approve")
    await paul.opens("Ask for changes")
    await paul.fill("What is to be changed", REASON)
    await paul.presses("Send it back")
    await lea.follows("Letters")
    await lea.follows(LETTER, written=True)
    await lea.follows("Write")
    await lea.reads(REASON)


async def takes_a_list_in_and_back(lea: Stranger, file: Path) -> None:
    await lea.follows("Directory", "Imports")
    await lea.attaches("A list of contacts or organisations", file)
    await lea.presses("Check the list")
    await lea.reads("Cells to correct, by reason")
    await lea.fill("Type the number of rows", "2")
    await lea.presses("Import the rows without faults")
    await lea.follows("Directory", "Imports")
    await lea.follows_first("tbody")
    await lea.fill("Type the number of rows that change: %(count)s", "2")
    await lea.presses("Undo")
    await lea.reads("undone on %(day)s")
