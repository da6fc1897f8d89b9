"""An Arabic letter reads from the right throughout, as a browser computes it."""

from dataclasses import dataclass

import pytest

from mailer.rendering.language import typography
from tools.peers.browser import chromium
from tools.samples import SAMPLES, catalogues, letter, source

# Every text that is shown: the direction of its line, the side it begins at, the
# direction it has itself, and whether its own element was told a direction.
SHOWN = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (!node.data.trim()) continue;
    const own = getComputedStyle(node.parentElement);
    let block = node.parentElement;
    while (getComputedStyle(block).display === 'inline') block = block.parentElement;
    const line = getComputedStyle(block);
    if (block.getClientRects().length === 0) continue;
    const begins = line.direction === 'rtl';
    const [start, end] = begins ? ['right', 'left'] : ['left', 'right'];
    const aligned = line.textAlign.replace('-webkit-', '');
    const side = {start, end}[aligned] || aligned;
    found.push([node.data.trim(), line.direction, side,
                own.direction, node.parentElement.closest('[dir]').dir]);
  }
  return found;
}"""


BUTTON = "أخبرونا بما تقومون به"  # centred in a button that itself begins at the right


@dataclass(frozen=True)
class Shown:
    """One text as the browser lays it out."""

    text: str
    line: str
    side: str
    own: str
    told: str


async def shown(html: str) -> list[Shown]:
    async with chromium() as browser:
        page = await browser.new_page()
        await page.set_content(html)
        return [Shown(*each) for each in await page.evaluate(SHOWN)]


async def test_every_line_of_an_arabic_letter_begins_at_the_right() -> None:
    texts = await shown(letter("monthly-letter", "ar").html)

    assert len(texts) > 40
    assert {each.line for each in texts} == {"rtl"}
    assert [each.text for each in texts if each.side != "right"] == [BUTTON]


async def test_what_runs_the_other_way_in_arabic_was_told_to() -> None:
    """Latin names and symbols are isolated; every other text follows the letter."""
    texts = await shown(letter("monthly-letter", "ar").html)
    latin = [each for each in texts if each.text.isascii() and each.text[:1].isalpha()]

    assert {each.told for each in texts if each.own == "ltr"} <= {"ltr", "auto"}
    assert {"Soroptimist International", "Sender & Co"} <= {each.text for each in latin}
    assert {each.own for each in latin if each.told != "auto"} == {"ltr"}


@pytest.mark.parametrize(
    ("name", "language"), [each for each in SAMPLES if each[1] == "fr"]
)
async def test_every_line_of_a_french_letter_begins_at_the_left(
    name: str, language: str
) -> None:
    texts = await shown(letter(name, language).html)
    blocks = source(name, language).blocks
    said = [block.fields["label"] for block in blocks if block.type == "button"]
    if any(block.type == "entry" for block in blocks):
        answers = ("This entry is right", "Correct this entry")
        said += [catalogues()[language].text(each) for each in answers]

    assert {each.line for each in texts} == {"ltr"}
    assert {each.text for each in texts if each.side != "left"} == {
        typography.settled(each, language) for each in said
    }


async def test_a_notice_to_an_arabic_reader_reads_from_the_right() -> None:
    texts = await shown(letter("forum-conclusions", "en", "ar").html)

    assert {each.side for each in texts if each.line == "rtl"} == {"right"}
    assert next(each.text for each in texts if each.line == "rtl").startswith("هذه")
    assert {each.line for each in texts} == {"ltr", "rtl"}
