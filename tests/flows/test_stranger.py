"""A stranger does ten tasks in the console, and reads only what its pages say.

Links, buttons and fields are found by their words; no address of a page is known but
that of the first.
"""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from time import monotonic

import pytest
from playwright.async_api import Browser, expect
from sqlalchemy import update

from audiences import directory, institution
from audiences.organisations import Organisation
from mailer import clock
from mailer.sites.site import Site
from tests.acts import campaigning, delivering
from tests.acts.console import add_user
from tests.flows.strangers import AtAKeyboard, Stranger, signed_in
from tools.peers.browser import chromium
from tools.peers.relay import Relay
from tools.peers.serving import serving

pytestmark = [pytest.mark.prove, pytest.mark.parametrize("store", ["sqlite"])]
AUDIENCE = "kind = ngo and sub(monthly-letter)"
TASK = 600  # seconds at most
LETTER = "Letter of the month"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d494844520000000200000002080200000"
    "0fdd49a730000001649444154789c63f8cfc0f09f81e13f0303c37f0600"
    "1df304fd5a3f0a0d0000000049454e44ae426082"
)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


def first_tuesday() -> datetime:
    """Return ten o'clock on the first Tuesday of the month after next."""
    now = clock.now().replace(hour=10, minute=0, day=1)
    day = (now + timedelta(days=64)).replace(day=1)
    return day + timedelta(days=(1 - day.weekday()) % 7)


@pytest.mark.parametrize(
    ("kind", "language"),
    [(Stranger, "en"), (AtAKeyboard, "en"), (AtAKeyboard, "fr")],
)
async def test_a_stranger_does_ten_tasks(
    site: Site,
    relay: Relay,
    tmp_path: Path,
    browser: Browser,
    kind: type[Stranger],
    language: str,
) -> None:
    roles = ("author", "sender", "steward")
    await add_user(site, "lea", *roles, address="lea@unit.int", language=language)
    await add_user(site, "paul", "approver", address="paul@u.int", language=language)
    toml = campaigning.TOML.format(audience=AUDIENCE)
    folder = campaigning.write(tmp_path, toml=toml)
    number = await campaigning.add(site, folder)
    await campaigning.approve(site, number)
    await seated_in_chile(site)
    began = monotonic()
    async with serving(site) as pages, AsyncExitStack() as opened:
        enter = partial(signed_in, browser, pages, site, language=language, kind=kind)
        lea = await opened.enter_async_context(enter("lea"))
        await writes_from_the_last_letter(lea, tmp_path)
        await sees_it_as_a_chilean_ngo(lea, site)
        await sends_a_test_to_herself(lea, relay)
        await asks_for_approval(lea)
        paul = await opened.enter_async_context(enter("paul", width=320))
        await approves_on_a_phone(paul)
        await schedules_for_the_first_tuesday(lea)
        await corrects_a_typo(lea, paul)
        await changes_an_address(lea)
        await exports_african_ngos(lea, site)
        await delivering.work(site)
        await answers_why_one_got_nothing(lea)
        wrong = lea.wrong | paul.wrong
    assert monotonic() - began < TASK
    assert wrong == set()


async def seated_in_chile(site: Site) -> None:
    """Give an NGO of the sample its seat in Chile, where none is."""
    async with site.database.writing() as session:
        ngos = update(Organisation).where(Organisation.code == "icom")
        await session.execute(ngos.values(country="CL"))


async def writes_from_the_last_letter(lea: Stranger, place: Path) -> None:
    await lea.follows("Letters", "New letter")
    await lea.presses("Copy the last one")
    await lea.fills(Name_of_the_letter=LETTER, Subject="News of May")
    await lea.fill("Text", "Dear {organisation}, what is new.")
    await lea.presses("Save")
    await lea.follows("Pictures and files")
    (place / "hall.png").write_bytes(PIXEL)
    await lea.attaches("File", place / "hall.png")
    await lea.fills(Description_of_the_picture="The hall")
    await lea.presses("Add")
    await lea.reads("hall.png")
    await lea.follows(LETTER, written=True)
    tag = "French" if lea.language == "en" else "français"
    await lea.follows_first("nav.tabs", tag)
    await lea.fills(Subject="Nouvelles de mai", Preheader="Bref")
    await lea.fill("Text", "Madame, {organisation}, du neuf.")
    await lea.fill("Description", "La salle")
    await lea.presses("Save")
    await lea.reads(
        "Lines and paragraphs: %(done)s translated, %(stale)s older than their source,"
        " %(missing)s to translate.",
        missing="0",
    )


async def opens(one: Stranger, *steps: str) -> None:
    """Open the letter from the list of all, then pages of its steps."""
    await one.follows("Letters")
    await one.follows(LETTER, written=True)
    await one.follows(*steps)


async def sees_it_as_a_chilean_ngo(lea: Stranger, site: Site) -> None:
    await opens(lea, "Look and test", "As readers see it")
    async with site.database.reading() as session:
        names = await directory.country_names(session)
    await lea.chooses("or a reader in this country", names["CL"][lea.language])
    await lea.presses("Show")
    await expect(lea.page.get_by_role("alert")).to_have_count(0)
    frame = lea.page.frame_locator("iframe").first
    await expect(frame.locator("body")).to_contain_text("Conseil international")


async def sends_a_test_to_herself(lea: Stranger, relay: Relay) -> None:
    await opens(lea, "Look and test")
    await lea.presses("Send the test")
    await lea.reads("taken by the mail server")
    assert relay.recipients()[-1] == "lea@unit.int"


async def asks_for_approval(lea: Stranger) -> None:
    await opens(lea, "Approve")
    await lea.ticks("paul")
    await lea.presses("Mail the request")
    await lea.reads("Who is asked")


async def approves_on_a_phone(paul: Stranger) -> None:
    await paul.follows("Today")
    await paul.follows(LETTER, written=True)
    await paul.follows("Approve")
    await paul.presses("Approve (readers: %(count)s)")
    await paul.reads("approved by %(name)s", name="paul")


async def schedules_for_the_first_tuesday(lea: Stranger) -> None:
    await opens(lea, "Schedule")
    at = first_tuesday()
    await lea.at_time("Time, in %(zone)s", at)
    await lea.presses("Check this time")
    said = await lea.page.locator(".next p").first.inner_text()
    *_, count = re.findall(r"\d[\d\u202f\u00a0,.]*\d|\d", said)
    await lea.fills(Type_the_number_of_readers=count)
    await lea.presses("Schedule")
    await lea.reads("leaves %(time)s")


async def corrects_a_typo(lea: Stranger, paul: Stranger) -> None:
    await opens(lea, "Write")
    await lea.presses("Take back and edit")
    await lea.fill("Text", "Dear {organisation}, what’s new.")
    await lea.presses("Save")
    await lea.follows(LETTER, written=True)
    await lea.follows("Approve")
    await lea.ticks("paul")
    await lea.presses("Mail the request")
    await paul.follows("Today")
    await paul.follows(LETTER, written=True)
    await paul.follows("Approve")
    await paul.reads("What changed since the last decision")
    await paul.presses("Approve (readers: %(count)s)")
    await paul.reads("approved by %(name)s", name="paul")


async def changes_an_address(lea: Stranger) -> None:
    await lea.follows("Directory", "Contacts")
    await lea.follows_first("tbody")
    await lea.follows("Change the address")
    await lea.fills(New_address="new@icom.example", Why="She wrote to us")
    await lea.presses("Change the address")
    await lea.reads("new@icom.example")


async def exports_african_ngos(lea: Stranger, site: Site) -> None:
    await lea.follows("Directory", "Export")
    await lea.chooses("Kind", lea.say("Non-governmental organisation"))
    names = site.catalogue(lea.language).text
    await lea.chooses("Region", names("Africa"))
    await lea.chooses("Field of work", institution.FIELDS["ED"][lea.language])
    await lea.presses("Count them")
    if await lea.page.get_by_label(lea.say("Why")).count():
        await lea.fills(Why="For the meeting")
    given = await lea.takes("Export the contacts: %(count)s")
    assert given.suggested_filename.endswith(".xlsx")


async def answers_why_one_got_nothing(lea: Stranger) -> None:
    await opens(lea, "Readers")
    await lea.fills(Address="new@icom.example")
    await lea.presses("Explain")
    await expect(lea.page.get_by_role("status").first).to_contain_text(
        re.compile("letter|lettre")
    )
