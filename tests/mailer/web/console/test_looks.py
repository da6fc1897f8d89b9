"""The console's pages in a real browser: accessible, narrow enough, deaf to markup."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page

from mailer import clock
from mailer.campaigns import lookup
from mailer.campaigns.asking import requests
from mailer.signin import browsers
from mailer.sites.site import Site
from mailer.users import guard
from mailer.web.console.guard import cookie_name
from tests.acts import campaigning, delivering, returning
from tests.acts.console import add_user
from tools.peers.browser import axe, chromium
from tools.peers.relay import Relay
from tools.peers.serving import serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
# markup, a template, a formula, a control for terminals, right to left, a long word
HOSTILE = (
    "<img src=x onerror=alert(1)></title><script>alert(2)</script>'\"&lt; {{ 7*7 }}"
    " {organisation} %(x)s =1+1 \u202eevil\u202c \u202e 田中さん " + "W" * 60
)
NAME = "A short letter"  # of the one that was sent
PAGES = (
    *("", "/campaigns", "/me", "/people", "/people/lea"),
    *("/campaigns/1", "/campaigns/1/approval", "/campaigns/1/test"),
    *("/campaigns/1/check", "/campaigns/1/schedule", "/campaigns/1/preview"),
    *("/campaigns/2/report", "/campaigns/2/live"),
    *("/answers", "/answers/tasks", "/answers/quarantine"),
)
OPEN = ("/console/sign-in", "/approve")


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


async def lived_in(site: Site, place: Path) -> tuple[str, str]:
    """Fill a site with hostile texts; return tokens of a sign-in and of a request."""
    await add_user(site, "lea", "admin", "steward", "sender", "approver", "author")
    await add_user(site, "paul", "approver", address="paul@unit.int")
    name = HOSTILE.replace("\\", "\\\\").replace('"', '\\"')
    toml = campaigning.TOML.format(audience=campaigning.SECTORS)
    toml = toml.replace('name = "A short letter"', f'name = "{name}"')
    number = await campaigning.add(site, campaigning.write(place, toml=toml))
    await campaigning.released(site, place)
    await delivering.work(site)
    mail = f"From: <x@y.example>\nSubject: {HOSTILE}\n\n{HOSTILE}\n".encode()
    await returning.take(site, [mail])
    await returning.take(site, [mail], of_replies=True)
    now = clock.now()
    await requests.ask(site, number, ["paul"], by="editor", wished_by=None, now=now)
    async with site.database.writing() as session:
        campaign = await lookup.get(session, number)
        seen = campaign.updated_at
        user = await guard.named(session, "lea")
        user.shown = HOSTILE[:100]
        signed = await browsers.begin(session, "lea", device=HOSTILE, now=now)
    await requests.send_back(
        site, number, by="head-of-unit", seen=seen, reason=HOSTILE, now=now
    )
    sent = await requests.ask(
        site, number, ["paul"], by="editor", wished_by=None, now=now
    )
    return signed.token, sent[0].token


async def looked_at(
    context: BrowserContext, address: str, width: int
) -> tuple[Page, list[str]]:
    """Open a page; return it with what is wrong: dialogs, messages, requests, width."""
    page, wrong = await context.new_page(), []
    page.on("dialog", lambda each: wrong.append(f"dialog {each.message}"))
    page.on("console", lambda each: wrong.append(f"console {each.text}"))
    origin = "/".join(address.split("/")[:3])
    page.on(
        "request",
        lambda each: (
            None
            if each.url.startswith((origin, "data:"))
            else wrong.append(f"request {each.url}")
        ),
    )
    answer = await page.goto(address)
    assert answer is not None
    if answer.status != 200:
        wrong.append(f"status {answer.status}")
    if await page.evaluate("document.documentElement.scrollWidth") > width:
        wrong.append("wider than the window")
    if await page.locator("h1").count() != 1:
        wrong.append("not one heading")
    return page, wrong


@pytest.mark.prove
@pytest.mark.parametrize(
    ("language", "width", "scheme", "script"),
    [("en", 1280, "light", True), ("fr", 320, "dark", False)],
)
async def test_each_page_is_accessible_and_shows_hostile_texts_as_they_are(
    site: Site,
    relay: Relay,
    tmp_path: Path,
    browser: Browser,
    language: str,
    width: int,
    scheme: str,
    *,
    script: bool,
) -> None:
    signed, asked = await lived_in(site, tmp_path)
    found: dict[str, object] = {}
    async with serving(site) as pages:
        context = await browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if scheme == "dark" else "light",
            locale=language,
        )
        if not script:
            await context.route("**/console.js", lambda route: route.abort())
        for name, value in ((cookie_name(site), signed), ("liaison-approve", asked)):
            await context.add_cookies(
                [{"name": name, "value": value, "url": pages.url}]
            )
        for path in (*(f"/console{each}" for each in PAGES), *OPEN):
            address = f"{pages.url}{path}?lang={language}"
            page, wrong = await looked_at(context, address, width)
            wrong = [each for each in wrong if "ERR_FAILED" not in each or script]
            result = await axe(page)
            if wrong or result.violations_count:
                found[path] = (wrong, result.generate_report()[:600])
            await page.emulate_media(media="print")
            if "/campaigns/2/" in path and NAME not in await page.inner_text("main"):
                found[f"{path} on paper"] = "without the name of the letter"
            await page.close()

    assert found == {}
