"""Pictures of the console's main pages, on the site that `mailer demo` leaves.

`tools.gallery` takes them after those of the letters. Each shows the part of a page
that a screen has room for, reduced to few colours.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser

from mailer.clock import now
from mailer.demo import demonstration
from mailer.maintenance import founding
from mailer.outbox.message_states import MessageState
from mailer.signin import browsers
from mailer.sites.opening import open_site
from mailer.sites.site import Site
from mailer.web.console.guard import cookie_name
from mailer.web.console.showing import HOME
from tools.peers.browser import chromium
from tools.peers.serving import serving

LARGEST = 60_000  # octets of a picture
SENT, DRAFT, APPROVED, SCHEDULED = 1, 2, 3, 4  # the letters of the demonstration
DESKTOP, PHONE = (1180, 1080), (390, 844)


@dataclass(frozen=True, kw_only=True)
class Page:
    """One picture: whose page, where, in which language, on what."""

    name: str
    caption: str
    path: str
    user: str = founding.EDITOR
    language: str = "en"
    screen: tuple[int, int] = DESKTOP
    dark: bool = False

    @property
    def file(self) -> str:
        """Return the name of its file."""
        way = "phone" if self.screen == PHONE else "desktop"
        shade = "-dark" if self.dark else ""
        return f"console-{self.name}-{self.language}-{way}{shade}.png"


PAGES = (
    Page(name="letters", caption="all letters, with their state", path="/campaigns"),
    Page(
        name="letter",
        caption="one letter: its steps, what comes next, its readers",
        path=f"/campaigns/{DRAFT}",
    ),
    Page(
        name="write",
        caption="writing, the letter beside it",
        path=f"/campaigns/{DRAFT}/write/en",
    ),
    Page(
        name="readers",
        caption="who gets it, as a sentence and in numbers",
        path=f"/campaigns/{DRAFT}/audience",
    ),
    Page(
        name="translate",
        caption="a translation beside its source",
        path=f"/campaigns/{DRAFT}/write/fr",
        language="fr",
    ),
    Page(
        name="preview",
        caption="as readers see it, on a desktop and a phone",
        path=f"/campaigns/{SENT}/preview",
    ),
    Page(
        name="approve",
        caption="an approver decides on a phone",
        path=f"/campaigns/{DRAFT}/approval",
        user=founding.APPROVER,
        language="fr",
        screen=PHONE,
    ),
    Page(
        name="letter",
        caption="one letter, in Arabic",
        path=f"/campaigns/{SCHEDULED}",
        language="ar",
        screen=PHONE,
    ),
    Page(
        name="write",
        caption="writing in dark mode",
        path=f"/campaigns/{DRAFT}/write/en#block-head",
        screen=PHONE,
        dark=True,
    ),
    Page(
        name="report",
        caption="who got it",
        path=f"/campaigns/{SENT}/report",
    ),
    Page(name="calendar", caption="the year", path="/calendar"),
    Page(name="directory", caption="the directory", path="/directory?search=unesco"),
)


async def take(folder: Path) -> list[Path]:
    """Take the pictures of all pages."""
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary) / "site"
        config = await founding.create_site(root, with_sample=True, now=now())
        async with open_site(config) as site:
            await _live(site, root)
            async with chromium() as browser:
                return await _pictures(site, browser, folder)


async def _live(site: Site, root: Path) -> None:
    """Send a letter and begin others, as the demonstration does."""
    folders = demonstration.samples(root, every=False)
    sent = [await demonstration.prepare(site, each) for each in folders]

    def released(_: int) -> None: ...

    def settled(_: Counter[MessageState]) -> None: ...

    await demonstration.deliver(site, sent, released=released, settled=settled)
    await demonstration.leave_unfinished(site)


async def _pictures(site: Site, browser: Browser, folder: Path) -> list[Path]:
    made = []
    async with serving(site) as pages:
        for each in PAGES:
            async with site.database.writing() as session:
                signed = await browsers.begin(
                    session, each.user, device="gallery", now=now()
                )
            width, height = each.screen
            context = await browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if each.dark else "light",
                locale=each.language,
            )
            await context.add_cookies(
                [{"name": cookie_name(site), "value": signed.token, "url": pages.url}]
            )
            page = await context.new_page()
            path, _, anchor = each.path.partition("#")
            mark = "&" if "?" in path else "?"
            address = f"{pages.url}{HOME}{path}{mark}lang={each.language}#{anchor}"
            await page.goto(address, wait_until="networkidle")
            made.append(folder / each.file)
            await page.screenshot(path=made[-1])
            await context.close()
    return made


def index() -> Iterator[str]:
    """Yield the lines of the gallery's page that show the pictures."""
    yield from ("", "## The console", "", "On the site that `mailer demo` leaves.")
    for each in PAGES:
        width = 200 if each.screen == PHONE else 400
        yield ""
        yield f"**{each.language}**: {each.caption}"
        yield ""
        yield f'<img src="gallery/{each.file}" width="{width}" alt="{each.caption}">'
