"""Persons at a browser who know nothing of the system, with a mouse or a keyboard only.

They find links, buttons and fields by their words, in the language of their pages.
"""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Download, Locator, Page, expect

from mailer.sites.site import Site
from mailer.web.console import strings
from tests.acts.console import visitor
from tools.peers.serving import Pages

PATIENCE = 60_000  # milliseconds for a page
MOST = 600  # presses of Tab until something is found
SPACES = str.maketrans("\xa0\u202f", "  ")
# What has the focus: its kind, its words, its state, and what is wrong with it.
FOCUSED = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return {kind: "page", name: "", wrong: []};
  const style = getComputedStyle(at), wrong = [];
  const kind = at.matches("a[href]") ? "link" : at.matches("button, summary") ? "button"
    : at.matches("input, select, textarea") ? "field" : at.tagName.toLowerCase();
  const shown = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
  if (!shown && kind !== "iframe" && at.id !== "main") wrong.push("focus not visible");
  if (at.tabIndex > 0) wrong.push("an order of its own");
  const box = at.getClientRects()[0];
  if (!box || box.bottom < 0 || box.top > innerHeight) wrong.push("out of sight");
  else if (kind !== "iframe") {
    const x = Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1);
    const y = Math.min(Math.max(box.top + box.height / 2, 0), innerHeight - 1);
    const top = document.elementFromPoint(x, y);
    if (top && !at.contains(top) && !top.contains(at)) wrong.push("hidden by another");
  }
  const label = at.labels && at.labels[0];
  return {kind, wrong, type: at.type || "", checked: Boolean(at.checked),
    value: at.value || "", id: at.id, open: Boolean(at.parentElement.open),
    name: (label || at).innerText || at.getAttribute("aria-label") || ""};
}"""


class Stranger:
    """A person with a mouse."""

    def __init__(self, page: Page, say: Callable[..., str], language: str) -> None:
        self.page, self.say, self.language = page, say, language
        self.wrong: set[str] = set()

    async def follows(self, *names: str, written: bool = False) -> None:
        """Follow links by their words, one after the other.

        With `written` they are words of a person, which are in one language.
        """
        for name in names:
            await self._follow(name if written else self.say(name))

    async def _follow(self, name: str) -> None:
        link = self.page.get_by_role("link", name=name, exact=True)
        await link.first.click()

    async def follows_first(self, places: str, words: str = "") -> None:
        """Follow the first link at some places, of those with some words."""
        links = self.page.locator(f"{places} a").filter(has_text=words)
        name = await links.first.inner_text()
        await self._follow(" ".join(name.translate(SPACES).split()))

    async def presses(self, name: str) -> None:
        """Press the button with these words."""
        pattern = pattern_of(self.say(name))
        await self.page.get_by_role("button", name=pattern).first.click()

    async def opens(self, name: str) -> None:
        """Open what is closed on the page, by its words."""
        await self.page.get_by_text(pattern_of(self.say(name))).first.click()

    async def takes(self, name: str) -> Download:
        """Press a button that gives a file."""
        async with self.page.expect_download() as downloading:
            pattern = pattern_of(self.say(name))
            await self.page.get_by_role("button", name=pattern).first.click()
        return await downloading.value

    async def fills(self, **fields: str) -> None:
        """Fill fields by their labels, with a space for each underscore."""
        for label, value in fields.items():
            await self.fill(label.replace("_", " "), value)

    async def fill(self, label: str, value: str) -> None:
        """Fill the field with a label."""
        await self.field(label).fill(value)

    async def at_time(self, label: str, at: datetime) -> None:
        """Give a field a day and a time."""
        await self.field(label).fill(f"{at:%Y-%m-%dT%H:%M}")

    async def chooses(self, label: str, option: str) -> None:
        """Choose an option of a field by its words."""
        await self.field(label).select_option(option)

    async def ticks(self, label: str) -> None:
        """Tick a box."""
        await self.field(label).check()

    async def attaches(self, label: str, file: Path) -> None:
        """Give a field a file."""
        await self.field(label).set_input_files(file)

    def field(self, label: str) -> Locator:
        """Return the first field with a label."""
        fields = self.page.locator("input, textarea, select")
        return self.page.get_by_label(self.label(label)).and_(fields).first

    def label(self, label: str) -> re.Pattern[str]:
        """Return what finds a label, also with the word that its field is needed."""
        words, needed = pattern_of(self.say(label)), self.say("needed")
        return re.compile(rf"^\s*{words.pattern}(\s+{needed})?\s*$")

    async def reads(self, words: str, **values: str) -> None:
        """Wait until the page says something."""
        pattern = pattern_of(self.say(words), **values)
        await expect(self.page.locator("main")).to_contain_text(
            pattern, timeout=PATIENCE
        )


class AtAKeyboard(Stranger):
    """A person with a keyboard only: Tab, Enter, Space, arrows and letters.

    `wrong` has each place at which the focus was not seen, or not where it belongs.
    """

    async def _to(self, kind: str, fits: Callable[[str], object]) -> dict[str, Any]:
        """Go on by Tab until a thing of a kind fits; fail if none does."""
        seen = []
        for _ in range(MOST):
            at = await self.page.evaluate(FOCUSED)
            name = " ".join(at["name"].translate(SPACES).split())
            place = self.page.url.partition("/console")[2].partition("?")[0]
            self.wrong |= {f"{place}: {name[:40]!r} {each}" for each in at["wrong"]}
            if at["kind"] == kind and fits(name):
                return dict(at)
            seen.append(name)
            await self.page.keyboard.press("Tab")
        where = f"no {kind} by the keyboard on {self.page.url}"
        raise AssertionError(f"{where}: {list(dict.fromkeys(seen))}")

    async def _goes(self, key: str) -> None:
        """Press a key that leads to another page."""
        async with self.page.expect_navigation(timeout=PATIENCE):
            await self.page.keyboard.press(key)

    async def _follow(self, name: str) -> None:
        await self._to("link", lambda each: each == name)
        await self._goes("Enter")

    async def _button(self, name: str) -> dict[str, Any]:
        pattern = pattern_of(self.say(name))
        return await self._to("button", pattern.match)

    async def presses(self, name: str) -> None:
        """Press the button with these words."""
        await self._button(name)
        await self._goes("Space")

    async def opens(self, name: str) -> None:
        """Open what is closed on the page, by its words."""
        await self._button(name)
        await self.page.keyboard.press("Enter")

    async def takes(self, name: str) -> Download:
        """Press a button that gives a file."""
        await self._button(name)
        async with self.page.expect_download() as downloading:
            await self.page.keyboard.press("Enter")
        return await downloading.value

    async def _field(self, label: str) -> dict[str, Any]:
        return await self._to("field", self.label(label).match)

    async def fill(self, label: str, value: str) -> None:
        """Fill the field with a label."""
        await self._field(label)
        await self.page.keyboard.press("ControlOrMeta+a")
        await self.page.keyboard.type(value)

    async def at_time(self, label: str, at: datetime) -> None:
        """Give a field a day and a time, part by part."""
        await self._field(label)
        wanted, found = f"{at:%Y-%m-%dT%H:%M}", ""
        for order in ("%m%d%Y", "%d%m%Y"):  # as the browser shows the parts
            for _ in range(6):
                await self.page.keyboard.press("ArrowLeft")
            await self.page.keyboard.type(f"{at:{order}}")
            await self.page.keyboard.press("ArrowRight")
            await self.page.keyboard.type(f"{at:%I%M%p}")
            found = (await self.page.evaluate(FOCUSED))["value"]
            if found == wanted:
                return
        raise AssertionError(f"{label} has {found!r}, not {wanted}")

    async def chooses(self, label: str, option: str) -> None:
        """Choose an option of a field by the arrows, from the first one on."""
        await self._field(label)
        await self.page.keyboard.press("Home")
        for _ in range(MOST):
            if option == await self._chosen():
                return
            await self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{label} has no {option}: {await self._chosen()}")

    async def _chosen(self) -> str:
        """Return the chosen option, without the code that tells apart two names."""
        at = "document.activeElement"
        found = await self.page.evaluate(
            f"{at}.selectedOptions ? {at}.selectedOptions[0].text : {at}.outerHTML"
        )
        return str(found).partition(" (")[0]

    async def ticks(self, label: str) -> None:
        """Tick a box."""
        if not (await self._field(label))["checked"]:
            await self.page.keyboard.press("Space")

    async def attaches(self, label: str, file: Path) -> None:
        """Give a field a file, in the window that the browser opens."""
        async with self.page.expect_file_chooser() as choosing:
            await self._field(label)  # its answer comes after the browser knows that
            await self.page.keyboard.press("Space")
        await (await choosing.value).set_files(file)


def pattern_of(words: str, **values: str) -> re.Pattern[str]:
    """Return what finds words, whatever stands at their places and between them."""
    cut = re.split(r"%\((\w+)\)s", words.translate(SPACES))
    found = "".join(
        r"\s+".join(map(re.escape, part.split(" ")))
        if place % 2 == 0
        else re.escape(values[part])
        if part in values
        else ".*?"
        for place, part in enumerate(cut)
    )
    return re.compile(found)


@asynccontextmanager
async def signed_in(
    browser: Browser,
    pages: Pages,
    site: Site,
    name: str,
    *,
    language: str = "en",
    width: int = 1280,
    kind: type[Stranger] = Stranger,
) -> AsyncIterator[Stranger]:
    """Open a browser in which a user has signed in, at the first page."""
    one = await visitor(site, pages, name)
    context = await browser.new_context(
        viewport={"width": width, "height": 900},
        locale="en-GB" if language == "en" else language,
    )
    cookie, _, value = one.cookie.partition("=")
    await context.add_cookies([{"name": cookie, "value": value, "url": pages.url}])
    page = await context.new_page()
    await page.goto(f"{pages.url}/console")
    try:
        yield kind(page, strings.of(site, language).text, language)
    finally:
        await context.close()
