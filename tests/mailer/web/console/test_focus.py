"""Where the keyboard goes on after a press: at what it did, or why it was refused."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from mailer import clock
from mailer.sites.site import Site
from tests.acts import campaigning
from tests.acts.console import add_user, visitor
from tests.mailer.web.console.test_every_page import paths
from tests.mailer.web.console.test_looks import lived_in
from tools.peers.browser import chromium
from tools.peers.relay import Relay
from tools.peers.serving import Pages, serving

pytestmark = [pytest.mark.prove, pytest.mark.parametrize("store", ["sqlite"])]
DONE, FAULT = "done", "fault"


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


async def signed_in(
    site: Site, pages: Pages, browser: Browser, name: str, *, script: bool = True
) -> Page:
    user = await visitor(site, pages, name)
    key, _, value = user.cookie.partition("=")
    context = await browser.new_context(
        viewport={"width": 320, "height": 800}, java_script_enabled=script
    )
    cookie = {"name": key, "value": value, "url": pages.url}
    await context.add_cookies([cookie])  # type: ignore[list-item]
    return await context.new_page()


async def pressed(page: Page, button: str, **fields: str) -> tuple[str, str]:
    """Fill fields by their labels, press a button; return where the keyboard is."""
    for label, value in fields.items():
        name = label.replace("_", " ")
        await page.get_by_label(name, exact=True).first.fill(value)
    wanted = page.get_by_role("button", name=button).first
    await wanted.focus()
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    at = page.locator(":focus")
    assert await at.count() == 1, f"{button}: nothing has the keyboard"
    return str(await at.get_attribute("id")), (await at.inner_text()).strip()


async def test_the_keyboard_goes_on_at_what_a_press_did_to_a_letter(
    site: Site, relay: Relay, tmp_path: Path, browser: Browser
) -> None:
    number = await campaigning.add(site, campaigning.write(tmp_path))
    await add_user(site, "lea", "approver", "sender", address="lea@unit.int")
    said = []
    async with serving(site) as pages:
        letter = f"{pages.url}/console/campaigns/{number}"
        writer = await signed_in(site, pages, browser, "editor")
        await writer.goto(f"{letter}/approval")
        await writer.get_by_label("lea").check()
        said.append(await pressed(writer, "Mail the request"))
        said.append(await pressed(writer, "Take the requests back"))
        await writer.goto(f"{letter}/remarks")
        said.append(await pressed(writer, "Add the remark", Remark="Why?"))
        said.append(await pressed(writer, "Settle"))
        lea = await signed_in(site, pages, browser, "lea")
        await lea.goto(f"{letter}/approval")
        approve = await lea.get_by_role("button", name="Approve (").inner_text()
        said.append(await pressed(lea, approve.replace("\xa0", " ")))
        await lea.goto(f"{letter}/schedule?at=2099-05-04T10:00")
        said.append(await pressed(lea, "Schedule", Type_the_number_of_readers="1"))
        readers = await lea.locator(".next p").first.inner_text()
        count = readers.rpartition(": ")[2].strip(".")
        await lea.goto(f"{letter}/schedule?at=2099-05-04T10:00")
        said.append(await pressed(lea, "Schedule", Type_the_number_of_readers=count))
        await lea.goto(f"{letter}/schedule")
        said.append(await pressed(lea, "Take the time away"))

    assert said == [
        (DONE, "The request for an approval is mailed."),
        (DONE, "The requests are taken back."),
        (DONE, "It is added."),
        (DONE, "The remark is settled."),
        (DONE, "Your approval is recorded."),
        (FAULT, said[5][1]),
        (DONE, "The letter has its time."),
        (DONE, "The time is taken away."),
    ]
    assert "You typed “1”; the number is" in said[5][1]


async def test_the_keyboard_goes_on_at_what_a_press_did_to_people_and_words(
    site: Site, browser: Browser
) -> None:
    said = []
    async with serving(site) as pages:
        home = f"{pages.url}/console"
        admin = await signed_in(site, pages, browser, "head-of-unit")
        await admin.goto(f"{home}/people")
        said.append(await pressed(admin, "Add", Name_for_signing_in="lea"))
        await admin.get_by_label("What they do here").select_option("viewer")
        said.append(await pressed(admin, "Add", Name_for_signing_in="lea"))
        said.append(await pressed(admin, "Save", Name_that_people_read="Léa Fort"))
        said.append(await pressed(admin, "Make a link"))
        await admin.goto(f"{home}/people/lea")
        await admin.get_by_text("Disable this person").click()
        said.append(await pressed(admin, "Disable"))
        said.append(await pressed(admin, "Let this person act again"))
        await admin.get_by_text("Remove this person").click()
        await admin.get_by_label("This cannot be undone.").check()
        said.append(await pressed(admin, "Remove"))
        await admin.goto(f"{home}/me")
        said.append(await pressed(admin, "Save", Name_that_people_read="H. Unit"))

    assert [place for place, _ in said] == [FAULT, *[DONE] * 7]
    assert said[1][1] == "It is added."
    assert said[2][1] == "The changes are saved."
    assert said[3][1].startswith("A link for Léa Fort")
    assert said[4][1] == "The person is disabled."
    assert said[6][1] == "It is removed."


async def sent_and_ruled(user: Page, home: str, number: int) -> list[tuple[str, str]]:
    """Pause, resume and cancel a letter; save, rename and remove a rule."""
    said = []
    for button in ("Pause", "Let it continue"):
        await user.goto(f"{home}/campaigns/{number}/live")
        said.append(await pressed(user, button))
    await user.get_by_text("Cancel this letter").first.click()
    await user.get_by_label("Messages that have left").check()
    said.append(await pressed(user, "Cancel this letter"))
    await user.goto(f"{home}/new-rule?rule=kind = ngo")
    said.append(await pressed(user, "Save", Name="our-ngos"))
    await user.get_by_text("Rename it").first.click()
    said.append(await pressed(user, "Rename it", New_name="-"))
    said.append(await pressed(user, "Rename it", New_name="ngos"))
    await user.get_by_text("Remove it").first.click()
    await user.get_by_label("Its versions stay in the journal.").check()
    return [*said, await pressed(user, "Remove it")]


async def deputised_and_worded(lea: Page, home: str) -> list[tuple[str, str]]:
    """Name and end a deputy; add, change and retire a topic."""
    said = []
    await lea.goto(f"{home}/me")
    coming = f"{clock.now().date() + timedelta(days=30)}"
    days = {"First_day": coming, "Last_day": coming}
    said.append(await pressed(lea, "Name the deputy", **days))
    said.append(await pressed(lea, "End it"))
    await lea.goto(f"{home}/words/add?kind=topic")
    said.append(await pressed(lea, "Save", Code="notes"))
    await lea.get_by_label("English", exact=True).first.fill("Notes")
    said.append(await pressed(lea, "Save", Code="notes"))
    await lea.goto(f"{home}/words/edit?kind=topic&code=notes")
    said.append(await pressed(lea, "Save", French="Notes"))
    await lea.goto(f"{home}/words/edit?kind=topic&code=notes")
    await lea.get_by_text("Retire it").first.click()
    await lea.get_by_label("It stays where it is used").check()
    return [*said, await pressed(lea, "Retire it")]


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
async def test_the_keyboard_goes_on_at_what_a_press_did_with_and_without_script(
    site: Site, relay: Relay, tmp_path: Path, browser: Browser, *, script: bool
) -> None:
    number = await campaigning.released(site, tmp_path)
    await add_user(site, "lea", "approver", "author", "steward", address="lea@unit.int")
    async with serving(site) as pages:
        home = f"{pages.url}/console"
        user = await signed_in(site, pages, browser, "editor", script=script)
        said = await sent_and_ruled(user, home, number)
        lea = await signed_in(site, pages, browser, "lea", script=script)
        said += await deputised_and_worded(lea, home)

    assert [each for each in said if each[0] == DONE] == [
        (DONE, "The letter is paused."),
        (DONE, "The letter continues."),
        (DONE, "The letter is cancelled."),
        (DONE, "The changes are saved."),
        (DONE, "The changes are saved."),
        (DONE, "It is removed."),
        (DONE, "The changes are saved."),
        (DONE, "The changes are saved."),
        (DONE, "It is added."),
        (DONE, "The changes are saved."),
        (DONE, "It is removed."),
    ]
    assert [each for each, _ in said if each != DONE] == [FAULT, FAULT]


async def test_every_page_begins_with_a_link_to_its_content(
    site: Site, relay: Relay, tmp_path: Path, browser: Browser
) -> None:
    await lived_in(site, tmp_path)
    without, opened = [], 0
    async with serving(site) as pages:
        user = await visitor(site, pages, "lea")
        wanted = [
            each for each in paths(site) if "/fr" not in each and "/2" not in each
        ]
        for path in [*wanted, "/nowhere", "/sign-in"]:
            answer = await user.get(path)
            kind = answer.headers.get("content-type", "")
            framed = "sandbox" in answer.headers.get("content-security-policy", "")
            if kind.startswith("text/html") and answer.text and not framed:
                opened += 1
                first = answer.text.partition("<body")[2].partition("<a ")[2]
                if not first.startswith('class="skip" href="#main"'):
                    without.append(path)
                assert answer.text.count('id="main" tabindex="-1"') == 1, path
        page = await signed_in(site, pages, browser, "lea")
        await page.goto(f"{pages.url}/console/campaigns")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        at = await page.evaluate("document.activeElement.id")

    assert without == []
    assert opened > 50
    assert at == "main"
