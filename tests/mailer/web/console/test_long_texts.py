"""Every page of the console keeps long words within, at each width and direction.

Measured at 320 px, which is also a page of 1280 px at 400 % (WCAG 1.4.10), with the
spacing of WCAG 1.4.12, right to left, and at 640 px, which is 200 % (1.4.4).
"""

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
GERMAN = "Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenversicherungsbeitrag"
LONG = (
    f"Sehr geehrte Bundesausbildungsförderungsgesetzänderungsanträge {GERMAN}",
    (
        "المجلس الدولي للمنظمات غير الحكومية المعنية بالتربية والعلم والثقافة في جميع"
        " أنحاء العالم والمناطق المجاورة لها"
    ),
    "联合国教育科学及文化组织非政府组织国际合作伙伴关系全球协调委员会常设秘书处工作人员",
    (
        "Fédération internationale des associations de bibliothécaires et des"
        " bibliothèques pour l’éducation, la science, la culture"
    ),
    "W" * 120,
    "https://example.org/a/very/long/path/without/any/place/to/break?because=it-is-one",
)
SPACED = (  # WCAG 1.4.12
    "* { line-height: 1.5 !important; letter-spacing: .12em !important;"
    " word-spacing: .16em !important } p { margin-block-end: 2em !important }"
)
# What does not fit: wide pages, cut words, words above each other, small targets.
MEASURE = """() => {
  const wrong = [], room = document.documentElement.clientWidth;
  const said = (at) => `${at.tagName.toLowerCase()}.${at.className} ` +
    JSON.stringify((at.innerText || at.value || "").slice(0, 30));
  if (document.documentElement.scrollWidth > room) wrong.push("wider than the window");
  const scrolls = (at) => {
    for (let each = at; each; each = each.parentElement)
      if (/auto|scroll/.test(getComputedStyle(each).overflowX)) return true;
    return false;
  };
  const clipped = (at) => {
    for (let each = at; each; each = each.parentElement)
      if (getComputedStyle(each).clipPath !== "none") return true;
    return false;
  };
  const hidden = (at) => at.closest("[hidden], svg, .skip, option, noscript") ||
    clipped(at) || !at.checkVisibility({ visibilityProperty: true });
  const boxes = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, at = node.parentElement;
    if (!node.textContent.trim() || hidden(at) || at.matches("script, style")) continue;
    const style = getComputedStyle(at);
    if (/hidden|clip/.test(style.overflowX) && at.scrollWidth > at.clientWidth + 1)
      wrong.push(`cut: ${said(at)}`);
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      if (box.width < 2 || box.height < 2) continue;
      if ((box.right > room + 1 || box.left < -1) && !scrolls(at))
        wrong.push(`outside: ${said(at)}`);
      boxes.push({ at, node, box });
    }
  }
  boxes.sort((a, b) => a.box.top - b.box.top);
  boxes.forEach((one, place) => {
    for (let next = place + 1; next < boxes.length; next++) {
      const other = boxes[next];
      if (other.box.top >= one.box.bottom - 6) break;
      if (one.node === other.node) continue;
      const wide = Math.min(one.box.right, other.box.right) -
        Math.max(one.box.left, other.box.left);
      const high = Math.min(one.box.bottom, other.box.bottom) -
        Math.max(one.box.top, other.box.top);
      if (wide > 3 && high > 6) wrong.push(`above: ${said(one.at)} ${said(other.at)}`);
    }
  });
  const kinds = "a[href], button, input, select, summary";
  const targets = [...document.querySelectorAll(kinds)]
    .filter((each) => !hidden(each) && each.type !== "hidden" && each.tabIndex >= 0)
    .map((at) => ({ at, box: at.getBoundingClientRect() }))
    .filter(({ box }) => box.width && box.height);
  for (const { at, box } of targets) {
    if (box.width >= 24 && box.height >= 24) continue;
    const text = at.parentElement.innerText.trim(), own = at.innerText.trim();
    const inline = getComputedStyle(at).display === "inline";
    if (inline && text.length > own.length) continue;  // within a sentence
    const x = box.left + box.width / 2, y = box.top + box.height / 2;
    const near = targets.some((other) => other.at !== at && !at.contains(other.at) &&
      Math.hypot(
        Math.max(other.box.left - x, 0, x - other.box.right),
        Math.max(other.box.top - y, 0, y - other.box.bottom)) < 12);
    if (near) wrong.push(`small: ${said(at)} ${box.width | 0}×${box.height | 0}`);
  }
  return [...new Set(wrong)].slice(0, 8);
}"""


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


async def measured(page: Page, address: str, *, spaced: bool) -> list[str]:
    """Open a page, and whatever is closed on it; return what is wrong with it."""
    answer = await page.goto(address)
    assert answer is not None
    if answer.status >= 500:
        return [f"status {answer.status}"]
    await page.evaluate(
        "for (const each of document.querySelectorAll('details')) each.open = true"
    )
    if spaced:
        await page.evaluate(
            "(css) => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css);"
            " document.adoptedStyleSheets = [sheet] }",
            SPACED,
        )
    found: list[str] = await page.evaluate(MEASURE)
    return found


@pytest.mark.parametrize(
    ("language", "width", "spaced"),
    [("fr", 320, False), ("ar", 320, True), ("zh", 640, True), ("ru", 1280, False)],
)
async def test_long_words_are_neither_cut_nor_above_each_other(
    site: Site,
    relay: Relay,
    tmp_path: Path,
    browser: Browser,
    language: str,
    width: int,
    *,
    spaced: bool,
) -> None:
    wrong: dict[str, list[str]] = {}
    async with serving(site) as pages:
        user, wanted = await filled(site, tmp_path, pages, LONG)
        context = await browser.new_context(viewport={"width": width, "height": 800})
        name, _, value = user.cookie.partition("=")
        await context.add_cookies([{"name": name, "value": value, "url": pages.url}])
        page = await context.new_page()
        for path in wanted:
            mark = "&" if "?" in path else "?"
            address = f"{path}{mark}lang={language}"
            shown = await user.get(address)
            kind = shown.headers.get("content-type", "")
            framed = "sandbox" in shown.headers.get("content-security-policy", "")
            if kind.startswith("text/html") and not framed:
                place = f"{pages.url}/console{address}"
                if found := await measured(page, place, spaced=spaced):
                    wrong[path] = found

    assert wrong == {}
