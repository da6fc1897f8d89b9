"""A stranger does ten tasks in the console, and reads only what its pages say.

Links, buttons and fields are found by their words; no address of a page is known but
that of the first.
"""

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

import pytest
from playwright.async_api import Browser, BrowserContext, Locator, Page, expect
from sqlalchemy import update

from audiences.organisations import Organisation
from mailer import clock
from mailer.sites.site import Site
from tests.acts import campaigning, delivering
from tests.acts.console import add_user, visitor
from tools.peers.browser import chromium
from tools.peers.relay import Relay
from tools.peers.serving import Pages, serving

pytestmark = [pytest.mark.prove, pytest.mark.parametrize("store", ["sqlite"])]
AUDIENCE = "kind = ngo and sub(monthly-letter)"
TASK, PATIENCE = 600, 60_000  # seconds at most; milliseconds for a page
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d494844520000000200000002080200000"
    "0fdd49a730000001649444154789c63f8cfc0f09f81e13f0303c37f0600"
    "1df304fd5a3f0a0d0000000049454e44ae426082"
)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


class Stranger:
    """A person at a browser who knows nothing of the system."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def follows(self, *names: str) -> None:
        """Follow links by their words, one after the other."""
        for name in names:
            await self.page.get_by_role("link", name=name, exact=True).first.click()

    async def presses(self, name: str) -> None:
        """Press the button with these words."""
        await self.page.get_by_role("button", name=name).first.click()

    async def fills(self, **fields: str) -> None:
        """Fill fields by their labels, with a space for each underscore."""
        for label, value in fields.items():
            await self.field(label.replace("_", " ")).fill(value)

    def field(self, label: str) -> Locator:
        """Return the first field with a label."""
        fields = self.page.locator("input, textarea, select")
        return self.page.get_by_label(label).and_(fields).first

    async def reads(self, words: str) -> None:
        """Wait until the page says something."""
        await expect(self.page.locator("main")).to_contain_text(words, timeout=PATIENCE)


async def signed_in(
    browser: Browser, pages: Pages, site: Site, name: str, *, width: int = 1280
) -> tuple[BrowserContext, Stranger]:
    one = await visitor(site, pages, name)
    context = await browser.new_context(viewport={"width": width, "height": 900})
    cookie, _, value = one.cookie.partition("=")
    await context.add_cookies([{"name": cookie, "value": value, "url": pages.url}])
    page = await context.new_page()
    await page.goto(f"{pages.url}/console")
    return context, Stranger(page)


def first_tuesday() -> datetime:
    """Return ten o'clock on the first Tuesday of the month after next."""
    day = (clock.now().replace(day=1) + timedelta(days=64)).replace(day=1, hour=10)
    return day + timedelta(days=(1 - day.weekday()) % 7)


async def test_a_stranger_does_ten_tasks(
    site: Site, relay: Relay, tmp_path: Path, browser: Browser
) -> None:
    await add_user(site, "lea", "author", "sender", "steward", address="lea@unit.int")
    await add_user(site, "paul", "approver", address="paul@unit.int")
    toml = campaigning.TOML.format(audience=AUDIENCE)
    folder = campaigning.write(tmp_path, toml=toml)
    number = await campaigning.add(site, folder)
    await campaigning.approve(site, number)
    await seated_in_chile(site)
    began = monotonic()
    async with serving(site) as pages:
        context, lea = await signed_in(browser, pages, site, "lea")
        await writes_from_the_last_letter(lea, tmp_path)
        await sees_it_as_a_chilean_ngo(lea)
        await sends_a_test_to_herself(lea, relay)
        await asks_for_approval(lea)
        phone, paul = await signed_in(browser, pages, site, "paul", width=320)
        await approves_on_a_phone(paul)
        await schedules_for_the_first_tuesday(lea)
        await corrects_a_typo(lea, paul)
        await changes_an_address(lea)
        await exports_african_ngos(lea)
        await delivering.work(site)
        await answers_why_one_got_nothing(lea)
        await phone.close()
        await context.close()
    assert monotonic() - began < TASK


async def seated_in_chile(site: Site) -> None:
    """Give an NGO of the sample its seat in Chile, where none is."""
    async with site.database.writing() as session:
        ngos = update(Organisation).where(Organisation.code == "icom")
        await session.execute(ngos.values(country="CL"))


async def writes_from_the_last_letter(lea: Stranger, place: Path) -> None:
    await lea.follows("Letters", "New letter")
    await lea.presses("Copy the last one")
    await lea.fills(Name_of_the_letter="Letter of the month", Subject="News of May")
    await lea.field("Text").fill("Dear {organisation}, what is new.")
    await lea.presses("Save")
    await lea.follows("Pictures and files")
    (place / "hall.png").write_bytes(PIXEL)
    await lea.field("File").set_input_files(place / "hall.png")
    await lea.fills(Description_of_the_picture="The hall")
    await lea.presses("Add")
    await lea.reads("hall.png")
    await lea.follows("Letter of the month")
    await lea.page.get_by_role("link", name=re.compile("French")).click()
    await lea.fills(Subject="Nouvelles de mai", Preheader="Bref")
    await lea.field("Text").fill("Madame, {organisation}, du neuf.")
    await lea.field("Description").fill("La salle")
    await lea.presses("Save")
    await lea.reads("0 to translate")


async def sees_it_as_a_chilean_ngo(lea: Stranger) -> None:
    await lea.follows("Letters", "Letter of the month", "Look and test")
    await lea.follows("As readers see it")
    await lea.field("or a reader in this country").select_option("Chile")
    await lea.presses("Show")
    await expect(lea.page.get_by_role("alert")).to_have_count(0)
    frame = lea.page.frame_locator("iframe").first
    await expect(frame.locator("body")).to_contain_text("Conseil international")


async def sends_a_test_to_herself(lea: Stranger, relay: Relay) -> None:
    await lea.follows("Letters", "Letter of the month", "Look and test")
    await lea.presses("Send the test")
    await lea.reads("taken by the mail server")
    assert relay.recipients()[-1] == "lea@unit.int"


async def asks_for_approval(lea: Stranger) -> None:
    await lea.follows("Letters", "Letter of the month", "Approve")
    await lea.field("paul").check()
    await lea.presses("Mail the request")
    await lea.reads("Who is asked")


async def approves_on_a_phone(paul: Stranger) -> None:
    await paul.follows("Today", "Letter of the month", "Approve")
    await paul.presses("Approve (")
    await paul.reads("approved by paul")


async def schedules_for_the_first_tuesday(lea: Stranger) -> None:
    await lea.follows("Letters", "Letter of the month", "Schedule")
    at = first_tuesday()
    await lea.fills(Time=f"{at:%Y-%m-%dT10:00}")
    await lea.presses("Look at this time")
    said = await lea.page.get_by_text(re.compile(r"^Leaves Tuesday")).inner_text()
    (count,) = re.findall(r"to ([\d\u202f\u00a0,.]+) readers", said)
    await lea.fills(Type_the_number_of_readers=count)
    await lea.presses("Schedule")
    await lea.reads("leaves Tuesday")


async def corrects_a_typo(lea: Stranger, paul: Stranger) -> None:
    await lea.follows("Letters", "Letter of the month", "Write")
    await lea.presses("Take back and edit")
    await lea.field("Text").fill("Dear {organisation}, what’s new.")
    await lea.presses("Save")
    await lea.follows("Letter of the month", "Approve")
    await lea.field("paul").check()
    await lea.presses("Mail the request")
    await paul.follows("Today", "Letter of the month", "Approve")
    await paul.reads("What changed")
    await paul.presses("Approve (")
    await paul.reads("approved by paul")


async def changes_an_address(lea: Stranger) -> None:
    await lea.follows("Directory", "Contacts")
    await lea.page.locator("tbody a").first.click()
    await lea.follows("Change the address")
    await lea.fills(New_address="new@icom.example", Why="She wrote to us")
    await lea.presses("Change the address")
    await lea.reads("new@icom.example")


async def exports_african_ngos(lea: Stranger) -> None:
    await lea.follows("Directory", "Export")
    await lea.field("Kind").select_option("Non-governmental organisation")
    await lea.field("Region").select_option("Africa")
    await lea.field("Field of work").select_option("Education")
    await lea.presses("Count them")
    if await lea.page.get_by_label("Why").count():
        await lea.fills(Why="For the meeting")
    async with lea.page.expect_download() as downloading:
        await lea.presses("Export the contacts")
    assert (await downloading.value).suggested_filename.endswith(".xlsx")


async def answers_why_one_got_nothing(lea: Stranger) -> None:
    await lea.follows("Letters", "Letter of the month", "Readers")
    await lea.fills(Address="new@icom.example")
    await lea.presses("Explain")
    await expect(lea.page.get_by_role("status").first).to_contain_text("letter")
