"""Every page of the console, from the application's own routes, in all languages.

Each stored text is hostile. No page runs it, loses it, breaks, or shuts somebody out.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from audiences.organisations import Organisation, Theme
from audiences.record.data_changes import DataChange
from audiences.suppressions import Suppression
from audiences.topics import Topic
from mailer.campaigns.models import Campaign, CampaignEvent, Series
from mailer.outbox.models import Message
from mailer.signin.models import SignIn
from mailer.sites.site import Site
from mailer.users.models import User
from mailer.web import app
from mailer.web.console.guard import cookie_name
from mailer.web.console.showing import HOME
from tests.acts.console import Visitor
from tests.mailer.web.console.test_imports import LIST, place_of, upload
from tests.mailer.web.console.test_looks import lived_in
from tests.mailer.web.console.test_proposals import proposed
from tools.peers.browser import axe, chromium
from tools.peers.relay import Relay
from tools.peers.serving import Pages, serving

pytestmark = [
    pytest.mark.prove,
    pytest.mark.parametrize("store", ["sqlite"]),
]
RUNS = "window.ran=1"  # what each of these would do
NAUGHTY = (
    f"<script>{RUNS}</script>",
    f"<img src=x onerror={RUNS}>",
    f'"><svg/onload={RUNS}>',
    f"' onfocus={RUNS} autofocus x='",
    f"javascript:{RUNS}//",
    f"</title></textarea></select><script>{RUNS}</script>",
    f"<iframe srcdoc='<script>parent.{RUNS}</script>'></iframe>",
    f'<a href="javascript:{RUNS}">x</a>',
    f"<style>@import'http://canary.example/'</style><script>{RUNS}</script>",
    f"{{{{ {RUNS} }}}}${{{RUNS}}}<%= {RUNS} %>",
    f"<ScRiPt >{RUNS}</sCrIpT >",
    f"<math><mtext><img src=x onerror={RUNS}></mtext></math>",
    f"<details open ontoggle={RUNS}>",
    "<base href='http://canary.example/'><script src=//canary.example></script>",
    f"`-{RUNS}-`",
    "\u202e\u2066 right to left \u2069",
    "Z̸̡̛a̶l̷g̵o̴ ﷽ 👩‍👩‍👧‍👦 ﻿ ­",
    "%s %(x)s {0} {x!r} $(touch /tmp/x) `id`",
    "=cmd|' /C calc'!A0",
    "'; DROP TABLE campaign; -- \" OR 1=1",
    "undefined NULL nil None NaN -1/0 1e309",
    "ＦＵＬＬ ＷＩＤＴＨ ＜ｓｃｒｉｐｔ＞",
    "W" * 50,
)
# model → its columns of free text, with the room they have
TEXTS: dict[type, dict[str, int]] = {
    Campaign: {"name": 200, "reference": 100, "stopped_because": 200},
    Series: {"name": 60},
    User: {"shown": 100},
    SignIn: {"device": 200},
    Contact: {"name": 200},
    Message: {"reply": 200},
    DataChange: {"because": 200},
    Suppression: {"detail": 200},
}
# model → its columns of texts by language
BY_LANGUAGE: dict[type, tuple[str, ...]] = {
    Organisation: ("names",),
    Topic: ("names", "rhythms"),
    Theme: ("labels",),
}
PLACES = {
    "number": ("1", "2"),
    "name": ("lea", "dakar-ngos"),
    "language": ("en", "fr"),
    "template": ("monthly-letter",),
    "token": (),  # a link of one use, without a stored text
    "version": ("1",),
    "a": ("1",),
    "b": ("1",),
}
QUERIES = {
    "/series/{number}/date": "?at=2027-05-04T10:00",
    "/directory": "?search=script",
    "/directory/export": "?kind=ngo",
}
SILENT = ("/events",)  # answers that do not end


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


async def put_everywhere(session: AsyncSession, given: Sequence[str]) -> None:
    """Put texts into every column of free text."""
    texts = cycle(given)
    row: Any
    for model, columns in TEXTS.items():
        rows: Any = await session.scalars(select(model).limit(300))
        for row in rows:
            for column, room in columns.items():
                text = f"{next(texts)} {next(texts)}"
                if model is Series:  # whose names are unique
                    text = f"{row.id} {text}"
                setattr(row, column, text[:room])
    for model, names in BY_LANGUAGE.items():
        rows = await session.scalars(select(model).limit(300))
        for row in rows:
            for column in names:
                before = getattr(row, column) or {}
                setattr(row, column, {key: f"{next(texts)}"[:200] for key in before})
    for event in await session.scalars(select(CampaignEvent)):
        event.detail = {**event.detail, "because": next(texts)}


def paths(site: Site) -> Iterator[str]:
    """Yield the paths of all pages of the console, with their places filled."""
    for route in app.create(site).routes:
        for handler in getattr(route, "route_handlers", ()):
            if "GET" not in handler.http_methods or not route.path.startswith(HOME):
                continue
            filled = [route.path.removeprefix(HOME)]
            for name, values in PLACES.items():
                for kind in ("int", "str"):
                    place = f"{{{name}:{kind}}}"
                    filled = [
                        path.replace(place, value)
                        for path in filled
                        for value in (values if place in path else ("",))
                    ]
            plain = route.path.removeprefix(HOME).replace(":int", "").rstrip("/")
            for path in dict.fromkeys(filled):
                if not path.endswith(SILENT):
                    yield path.rstrip("/") + QUERIES.get(plain, "")


async def faults_of(page: Page, address: str, width: int) -> list[str]:
    """Open a page; return what is wrong with it."""
    found: list[str] = []
    origin = "/".join(address.split("/")[:3])

    def heard(message: str) -> None:
        if "status of 4" not in message and "favicon" not in message:
            found.append(message)

    page.on("dialog", lambda each: found.append(f"dialog {each.message}"))
    page.on("console", lambda each: heard(each.text))
    page.on(
        "request",
        lambda each: (
            None
            if each.url.startswith((origin, "data:"))
            else found.append(f"request {each.url}")
        ),
    )
    answer = await page.goto(address)
    assert answer is not None
    if answer.status >= 500 or answer.status == 403:
        found.append(f"status {answer.status}")
    if await page.evaluate("() => window.ran") is not None:
        found.append("a stored text ran")
    if await page.evaluate("() => document.documentElement.scrollWidth") > width:
        found.append(f"wider than {width}")
    result = await axe(page)
    if result.violations_count:
        found.append(result.generate_report()[:800])
    return found


async def filled(
    site: Site, place: Path, pages: Pages, texts: Sequence[str] = NAUGHTY
) -> tuple[Visitor, list[str]]:
    """Fill a site with texts, hostile ones first; return its user and its pages."""
    token, _ = await lived_in(site, place)
    user = Visitor(pages=pages, cookie=f"{cookie_name(site)}={token}", token=token)
    await proposed(site, acronym=NAUGHTY[0], note="\n".join(NAUGHTY[:5]))
    check = place_of(await upload(user, "list.csv", LIST.encode()))
    async with site.database.writing() as session:
        await put_everywhere(session, texts)
    return user, [check, *dict.fromkeys(paths(site))]


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("fr", 320)])
async def test_every_page_is_accessible_and_runs_no_stored_text(
    site: Site,
    relay: Relay,
    tmp_path: Path,
    browser: Browser,
    language: str,
    width: int,
) -> None:
    wrong: dict[str, list[str]] = {}
    opened = 0
    async with serving(site) as pages:
        user, wanted = await filled(site, tmp_path, pages)
        name, _, value = user.cookie.partition("=")
        context = await browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="light" if language == "en" else "dark",
            locale=language,
        )
        cookie = {"name": name, "value": value, "url": pages.url}
        await context.add_cookies([cookie])  # type: ignore[list-item]
        for path in wanted:
            mark = "&" if "?" in path else "?"
            shown = await user.get(f"{path}{mark}lang={language}")
            kind = shown.headers.get("content-type", "")
            framed = "sandbox" in shown.headers.get("content-security-policy", "")
            if not kind.startswith("text/html") or framed:
                continue
            page = await context.new_page()
            address = f"{pages.url}/console{path}{mark}lang={language}"
            if faults := await faults_of(page, address, width):
                wrong[path] = faults
            opened += 1
            await page.close()

    assert wrong == {}
    assert opened > 70


@pytest.mark.parametrize("language", ["ar", "es", "ru", "zh"])
async def test_every_page_opens_in_the_other_languages(
    site: Site, relay: Relay, tmp_path: Path, language: str
) -> None:
    async with serving(site) as pages:
        user, wanted = await filled(site, tmp_path, pages)
        answers = {
            path: await user.get(f"{path}{'&' if '?' in path else '?'}lang={language}")
            for path in wanted
        }

    failed = [path for path, each in answers.items() if each.status_code >= 500]
    assert failed == []
    opened = [each for each in answers.values() if f'lang="{language}"' in each.text]
    assert len(opened) > 70
