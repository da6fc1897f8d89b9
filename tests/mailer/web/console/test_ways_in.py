"""The ways in, as a person walks them: in a browser, with and without script."""

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pyotp
import pytest
from playwright.async_api import Browser, Page, expect

from mailer import clock
from mailer.signin import passwords
from mailer.sites.site import Site
from tests.acts.console import add_user, link
from tools.peers.browser import chromium
from tools.peers.serving import serving

pytestmark = [
    pytest.mark.prove,
    pytest.mark.parametrize("store", ["sqlite"]),
]
HOST = "unit.test"  # reached without TLS, and not as this machine
PASSWORD = "quatre mots faciles à retenir"


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium(f"--host-resolver-rules=MAP {HOST} 127.0.0.1") as started:
        yield started


async def fill(page: Page, *, name: str, password: str, code: str) -> None:
    """Fill in the form for a password, and press Enter in its last field."""
    await page.locator("#name").fill(name)
    await page.locator("#password").fill(password)
    await page.locator("#code").fill(code)
    async with page.expect_navigation():
        await page.locator("#code").press("Enter")


async def with_password(page: Page, home: str) -> tuple[str, str, list[str]]:
    """Set a password; return the secret, the code that was used, and recovery codes."""
    await page.goto(f"{home}/me")
    secret = await page.locator("code.secret").inner_text()
    # a telephone whose clock is half a minute behind, after a wrong code
    early = pyotp.TOTP(secret).at(clock.now(), counter_offset=-1)
    for code in ("000000", early):
        # the telephone was set up for this secret: it stays
        assert await page.locator("code.secret").inner_text() == secret
        await page.locator("#password").fill(PASSWORD)
        await page.locator("#code").fill(code)
        async with page.expect_navigation():
            await page.locator("#code").press("Enter")
    codes = await page.locator("ul.codes code").all_inner_texts()
    assert len(codes) == passwords.CODES
    return secret, early, codes


@pytest.mark.parametrize(
    ("script", "width", "language", "says"),
    [
        (True, 1280, "en", ("Error: Sign in", "Sign in", "Sign out everywhere")),
        (
            False,
            320,
            "fr",
            ("Erreur : Se connecter", "Se connecter", "Se déconnecter part"),
        ),
    ],
)
async def test_from_an_invitation_to_a_password_and_back_in(
    site: Site,
    browser: Browser,
    width: int,
    language: str,
    says: tuple[str, str, str],
    *,
    script: bool,
) -> None:
    await add_user(site, "lea", "author")
    async with serving(site) as pages:
        home = f"http://{HOST}:{urlsplit(pages.url).port}/console"
        context = await browser.new_context(
            java_script_enabled=script,
            viewport={"width": width, "height": 800},
            locale=language,
        )
        page = await context.new_page()
        await page.goto(f"{home}/sign-in/{await link(site, 'lea')}")
        await page.get_by_role("button", name=says[1], exact=True).click()
        await expect(page).to_have_url(home)

        secret, early, codes = await with_password(page, home)
        await page.goto(f"{home}/people")
        assert "/sign-in?next=" in page.url
        await fill(page, name="lea", password=PASSWORD, code=early)  # used before
        assert (await page.title()).startswith(says[0])
        if script:
            await expect(page.locator("#fault")).to_be_focused()
        await expect(page.locator("#name")).to_have_value("lea")
        # a telephone begins a name with a capital, and adds a space
        now = f" {pyotp.TOTP(secret).at(clock.now())} "
        await fill(page, name="Lea ", password=PASSWORD, code=now)
        assert page.url == f"{home}/people"  # which says who may see it

        await page.goto(f"{home}/me")
        await page.get_by_role("button", name=says[2]).click()
        await fill(page, name="lea", password=PASSWORD, code=codes[3])  # lost telephone
        assert page.url == home
        await context.close()
