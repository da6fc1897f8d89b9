"""In a browser an Arabic letter is laid out from right to left throughout."""

from dataclasses import dataclass

from mailer.rendering.language import typography
from tools.peers.browser import chromium
from tools.samples import SAMPLES, catalogues, letter, source

# For each text that is shown: the direction of its line, the side at which the line
# begins, the text's own direction, and the value of the nearest `dir` attribute.
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


BUTTON = "أخبرونا بما تقومون به"  # centred in a button, which is at the right


@dataclass(frozen=True)
class Shown:
    """One text as the browser lays it out."""

    text: str
    line: str
    side: str
    own: str
    dir: str


async def shown(*letters: str) -> list[list[Shown]]:
    """Return the texts of each letter."""
    found = []
    async with chromium() as browser:
        page = await browser.new_page()
        for html in letters:
            await page.set_content(html)
            found.append([Shown(*each) for each in await page.evaluate(SHOWN)])
    return found


async def test_an_arabic_letter_begins_at_the_right_and_isolates_latin_runs() -> None:
    """Latin names and symbols are isolated; other text has the letter's direction."""
    (texts,) = await shown(letter("monthly-letter", "ar").html)

    assert len(texts) > 40
    assert {each.line for each in texts} == {"rtl"}
    assert [each.text for each in texts if each.side != "right"] == [BUTTON]
    latin = [each for each in texts if each.text.isascii() and each.text[:1].isalpha()]

    assert {each.dir for each in texts if each.own == "ltr"} <= {"ltr", "auto"}
    assert {"Soroptimist International", "Sender & Co"} <= {each.text for each in latin}
    assert {each.own for each in latin if each.dir != "auto"} == {"ltr"}


async def test_every_line_of_the_french_letters_begins_at_the_left() -> None:
    names = [name for name, language in SAMPLES if language == "fr"]
    pages = await shown(*(letter(name, "fr").html for name in names))
    for name, texts in zip(names, pages, strict=True):
        check_left(name, texts)


def check_left(name: str, texts: list[Shown], language: str = "fr") -> None:
    """Check that only the labels of buttons begin elsewhere."""
    blocks = source(name, language).blocks
    labels = [block.fields["label"] for block in blocks if block.type == "button"]
    if any(block.type == "entry" for block in blocks):
        answers = ("This entry is right", "Correct this entry")
        labels += [catalogues()[language].text(each) for each in answers]

    cells = {
        cell.strip().replace(" ", typography.NO_BREAK)
        for block in blocks
        if block.type == "table"
        for cell in block.text.replace("\n", "|").split("|")
    }
    elsewhere = {each.text for each in texts if each.side != "left"}
    # a narrow column may break a long word: each of its parts is a text
    parts = {each for each in elsewhere if any(each in cell for cell in cells)}

    assert {each.line for each in texts} == {"ltr"}
    assert elsewhere - parts == {
        typography.no_break_spaces(each, language) for each in labels
    }


async def test_a_notice_to_an_arabic_reader_reads_from_the_right() -> None:
    (texts,) = await shown(letter("forum-conclusions", "en", "ar").html)

    assert {each.side for each in texts if each.line == "rtl"} == {"right"}
    assert next(each.text for each in texts if each.line == "rtl").startswith("هذه")
    assert {each.line for each in texts} == {"ltr", "rtl"}
