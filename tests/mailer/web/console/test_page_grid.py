"""Every page keeps the grid: nothing too wide, broken or small, one first act."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from mailer.sites.site import Site
from tests.mailer.web.console.test_every_page import filled
from tools.peers.browser import chromium
from tools.peers.relay import Relay
from tools.peers.serving import serving

pytestmark = [
    pytest.mark.prove,
    pytest.mark.parametrize("store", ["sqlite"]),
]
WIDTHS = (1280, 768, 320)
# as long as those of a unit, in words that a column has room for
TEXTS = (
    "Réunion des points focaux des commissions nationales",
    "Journée internationale de l’alphabétisation",
    "رسالة إلى الشركاء من المنظمات غير الحكومية",
    "Партнёрские организации и сети",
    "关于世界水日的信",
)
# What a designer would send back; what is the user's own or written as code is left.
FAULTS = r"""(width) => {
  const found = [], seen = (each) => {
    const box = each.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && each.checkVisibility();
  };
  if (document.documentElement.scrollWidth > width) found.push("too wide");
  if (document.querySelectorAll("h1").length !== 1) found.push("not one heading");
  const first = [...document.querySelectorAll(
    "main :is(button, .button):not(.quiet, .bad, .unseen)")].filter(seen);
  if (first.length > 1)
    found.push("several first acts: " + first.map((each) => each.innerText).join());
  for (const each of document.querySelectorAll("a, button, input, select, summary")) {
    const box = each.getBoundingClientRect();
    if (seen(each) && box.height < 24 && !each.matches("[type=checkbox], [type=radio]"))
      found.push(`${Math.round(box.height)} px high: ${each.innerText}`);
  }
  const boxes = document.querySelectorAll("td, th, dd, .state, button:not(.unseen)");
  for (const each of boxes)
    if (seen(each) && each.clientWidth > 1 && each.scrollWidth > each.clientWidth + 2
        && getComputedStyle(each).display !== "inline")
      found.push(`wider than its place: ${each.innerText}`);
  if (width >= 1200)
    for (const each of document.querySelectorAll("main > table.cards td.when")) {
      const range = document.createRange();
      range.selectNodeContents(each.firstChild || each);
      if (new Set([...range.getClientRects()].map((box) => box.top)).size > 1)
        found.push(`a time in two lines: ${each.innerText}`);
    }
  const WORD =
    /(?<![\p{L}\p{M}@./_-])[\p{L}\p{M}]{2,20}(?![\p{L}\p{M}@./_-])/gu;
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode;
    if (!text.parentElement.matches("td, th, td > a, dt, label, .state")) continue;
    if (!seen(text.parentElement)) continue;
    for (const word of text.data.matchAll(WORD)) {
      if (/\p{Script=Han}/u.test(word[0])) continue;
      const range = document.createRange();
      range.setStart(text, word.index);
      range.setEnd(text, word.index + word[0].length);
      const lines = [...range.getClientRects()].map((box) => Math.round(box.top / 8));
      if (new Set(lines).size > 1) found.push(`broken: ${word[0]}`);
    }
  }
  return [...new Set(found)];
}"""


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


async def faults_of(page: Page, address: str) -> list[str]:
    """Open a page; return its faults at each width."""
    await page.goto(address)
    found = []
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 800})
        found += [f"{width}: {each}" for each in await page.evaluate(FAULTS, width)]
    return found


async def test_every_page_keeps_the_grid(
    site: Site, relay: Relay, tmp_path: Path, browser: Browser
) -> None:
    wrong: dict[str, list[str]] = {}
    opened = 0
    async with serving(site) as pages:
        user, wanted = await filled(site, tmp_path, pages, TEXTS)
        name, _, value = user.cookie.partition("=")
        context = await browser.new_context(locale="fr")
        await context.add_cookies([{"name": name, "value": value, "url": pages.url}])
        page = await context.new_page()
        for path in wanted:
            mark = "&" if "?" in path else "?"
            address = f"{path}{mark}lang=fr"
            kind = (await user.get(address)).headers.get("content-type", "")
            if not kind.startswith("text/html") or "/letter" in path:
                continue
            if faults := await faults_of(page, f"{pages.url}/console{address}"):
                wrong[path] = faults
            opened += 1

    assert wrong == {}, "\n".join(f"{k} {v}" for k, v in wrong.items())
    assert opened > 70
