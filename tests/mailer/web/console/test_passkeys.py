"""Passkeys in a real browser with a virtual key, and forged answers without one."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from playwright.async_api import BrowserContext, Page
from sqlalchemy import select, update

from audiences.record import data_changes
from audiences.record.changes import Author
from mailer import clock
from mailer.rendering import letter_types
from mailer.signin import accounts, browsers, passkeys
from mailer.signin.models import Passkey, PasskeyChallenge, SignIn
from mailer.sites.site import Site
from mailer.web.console.guard import cookie_name
from tests.acts.console import SAME, add_user, visitor
from tools.peers.browser import chromium
from tools.peers.postgres import free_port
from tools.peers.serving import Pages, serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
ANSWER = re.compile(r"/console/sign-in/passkey(\?|$)")
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A browser with a virtual key, at a site that has a host name."""

    site: Site
    pages: Pages
    context: BrowserContext
    page: Page
    url: str

    async def signed_in(self, name: str) -> None:
        """Sign a user in as an administrator's link would."""
        user = await visitor(self.site, self.pages, name)
        key, _, value = user.cookie.partition("=")
        await self.context.add_cookies([{"name": key, "value": value, "url": self.url}])


@asynccontextmanager
async def desk(site: Site, **options: Any) -> AsyncIterator[Desk]:
    """Open the site in a browser; `options` are those of its context."""
    port = free_port()
    url = f"http://localhost:{port}"
    settings = site.settings.site.model_copy(update={"url": url})
    named = site.settings.model_copy(update={"site": settings})
    site = replace(site, settings=named)
    async with serving(site, port) as pages, chromium() as browser:
        context = await browser.new_context(**{"locale": "en", **options})
        page = await context.new_page()
        client = await context.new_cdp_session(page)
        await client.send("WebAuthn.enable")
        await client.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
        yield Desk(site=site, pages=pages, context=context, page=page, url=url)


@pytest.mark.prove
async def test_a_passkey_is_made_signs_in_and_is_removed(site: Site) -> None:
    await add_user(site, "paul", "author")
    async with desk(site) as at:
        page = at.page
        await at.signed_in("paul")
        await page.goto(f"{at.url}/console/me")
        await page.get_by_label("Name of the passkey").fill("my <b>phone</b>")
        await page.get_by_role("button", name="Add a passkey").click()
        await page.get_by_role("cell", name="my <b>phone</b>").first.wait_for()
        await at.context.clear_cookies()
        await page.goto(f"{at.url}/console/campaigns")
        # a browser that went back fills in what was sent before
        old = page.locator("[name=credential]")
        await old.evaluate("each => { each.value = 'used before' }")
        await page.get_by_role("button", name="Use a passkey").click()
        await page.get_by_role("heading", name="Letters").wait_for()
        async with site.database.reading() as session:
            row = (await session.scalars(select(Passkey))).one()
            left = (await session.scalars(select(PasskeyChallenge))).all()
            changes = await data_changes.history(session, code="paul")
        await page.goto(f"{at.url}/console/me")
        await page.get_by_role("button", name=re.compile("Remove.*my")).click()
        await page.get_by_role("cell", name="my <b>phone</b>").wait_for(
            state="detached"
        )
        async with site.database.reading() as session:
            rows = (await session.scalars(select(Passkey))).all()

    assert (row.user, row.name) == ("paul", "my <b>phone</b>")
    assert row.used_at is not None
    assert left == []  # each challenge was used up
    assert changes[-1].detail == {"passkey": [None, "my <b>phone</b>"]}
    assert rows == []


@pytest.mark.prove
async def test_an_answer_signs_in_once_and_not_when_it_is_changed(site: Site) -> None:
    await add_user(site, "paul", "author")
    async with desk(site) as at:
        page = at.page
        await at.signed_in("paul")
        await page.goto(f"{at.url}/console/me")
        await page.get_by_role("button", name="Add a passkey").click()
        await page.get_by_role("cell", name="passkey").first.wait_for()
        await at.context.clear_cookies()
        await page.route(ANSWER, lambda route: route.abort())
        await page.goto(f"{at.url}/console/sign-in")
        async with page.expect_request(ANSWER) as asked:
            await page.get_by_role("button", name="Use a passkey").click()
        form = parse_qs((await asked.value).post_data or "")
        answer = json.loads(form["credential"][0])
        changed = json.loads(json.dumps(answer))
        changed["response"]["userHandle"] = "AAAA"
        changed["response"]["signature"] = changed["response"]["signature"][::-1]
        path = "/console/sign-in/passkey"
        forged = await at.pages.post(path, {"credential": json.dumps(changed)}, **SAME)
        spent = await at.pages.post(path, {"credential": json.dumps(answer)}, **SAME)

    assert (forged.status_code, spent.status_code) == (403, 403)
    async with site.database.reading() as session:
        devices = [each.device for each in await session.scalars(select(SignIn))]
    assert devices == ["test"]


@pytest.mark.parametrize(
    "sent",
    [
        *("", "null", "[]", "{}", '{"id": 1}', "x" * 100_000, '{"id":"a","rawId":"a"}'),
        *("[" * 20_000, "1" * 20_000),
    ],
    ids=lambda sent: sent[:20],
)
async def test_what_is_no_passkey_gets_the_same_answer(site: Site, sent: str) -> None:
    async with serving(site) as pages:
        answer = await pages.post(
            "/console/sign-in/passkey", {"credential": sent}, **SAME
        )

    assert answer.status_code == 403
    assert "This passkey does not sign in here" in answer.text


async def test_a_site_at_an_ip_address_has_no_passkeys_and_says_so(site: Site) -> None:
    local = site.settings.site.model_copy(update={"url": "http://127.0.0.1:8025"})
    settings = site.settings.model_copy(update={"site": local})
    async with serving(replace(site, settings=settings)) as pages:
        page = await pages.get("/console/sign-in")
        begun = await pages.post("/console/sign-in/passkey/begin", {}, **SAME)

    assert "Use a passkey" not in page.text
    assert begun.status_code == 409
    assert "host name" in begun.text


async def test_an_old_sign_in_keeps_no_passkey_and_a_removed_user_has_none(
    site: Site,
) -> None:
    await add_user(site, "paul", "author")
    now = clock.now()
    async with site.database.writing() as session:
        session.add(
            Passkey(
                credential_hash=b"x" * 32,
                credential_id=b"x",
                user="paul",
                name="phone",
                public_key=b"",
                sign_count=0,
                added_at=now,
                used_at=None,
            )
        )
    async with serving(site) as pages:
        paul = await visitor(site, pages, "paul")
        async with site.database.writing() as session:
            begun = clock.now() - browsers.SEEN - timedelta(minutes=6)
            await session.execute(update(SignIn).values(begun_at=begun))
        refused = await paul.post("/me/passkeys/remove", {"passkey": "78" * 16})
        assert cookie_name(site) in paul.cookie
    async with site.database.writing() as session:
        kept = len(await passkeys.of_user(session, "paul"))
        author = Author(by="head-of-unit", account=None, because=None, at=now)
        classes = letter_types.classes(site.templates)
        await accounts.remove(session, "paul", author, classes=classes)
        left = len(await passkeys.of_user(session, "paul"))

    assert refused.status_code == 422
    assert "last ten minutes" in refused.text
    assert (kept, left) == (1, 0)


@pytest.mark.prove
async def test_a_lost_passkey_is_removed_and_the_other_one_still_signs_in(
    site: Site,
) -> None:
    await add_user(site, "paul", "author")
    async with desk(site) as at:
        page = at.page
        lost = await at.context.new_cdp_session(page)
        await at.signed_in("paul")
        for name in ("lost", "kept"):
            if name == "kept":  # another telephone; the first is far away
                await lost.send("WebAuthn.disable")
                await lost.send("WebAuthn.enable")
                await lost.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
            await page.goto(f"{at.url}/console/me")
            await page.get_by_label("Name of the passkey").fill(name)
            await page.get_by_role("button", name="Add a passkey").click()
            await page.get_by_role("cell", name=name).first.wait_for()
        await page.get_by_role("button", name=re.compile("Remove.*lost")).click()
        await page.get_by_role("cell", name="lost").first.wait_for(state="detached")
        await page.get_by_role("button", name="Sign out everywhere").click()
        await page.get_by_role("button", name="Use a passkey").click()
        await page.get_by_role("navigation", name="Main pages").wait_for()
        async with site.database.reading() as session:
            names = [each.name for each in await session.scalars(select(Passkey))]

    assert names == ["kept"]
