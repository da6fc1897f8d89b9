"""In a browser no letter is wider than a phone, a tablet or a window."""

import base64
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.campaigns.writing import embedding
from mailer.rendering import marks
from mailer.rendering.markup import widths
from mailer.rendering.render import render
from mailer.rendering.source import Block, Source
from tests.acts.pictures import attached, png
from tools.peers.browser import chromium
from tools.samples import SAMPLES, letter, source, templates

SCREENS = (320, 360, 700)
LONG = "https://en.unesco.example/" + "a-long-path/" * 12 + "?q=" + "x" * 80
WORD = "Donaudampfschifffahrtsgesellschaftskapitän" * 2
SENTENCE = (
    "This paragraph was pasted with an indented first line and never breaks. " * 3
)
FEW = "| Who | What |\n|---|---|\n"
MANY = "| a | b | c | d | e | f |\n|---|---|---|---|---|---|\n"
TEXTS = {
    "a link": f"See <{LONG}> and [{LONG}]({LONG}).",
    "a bare address": f"See {LONG} now.",
    "a word": f"{WORD} and **{WORD}**",
    "a code block": f"Dear partners,\n\n    {SENTENCE}\n",
    "a fence": f"```\n{SENTENCE}{LONG}\n```",
    "code": f"`{LONG}`",
    "a heading": f"## {WORD}",
    "a list": f"- {LONG}\n  - {WORD}\n    - {LONG}\n",
    "a quotation": f"> {LONG}\n>\n> > {WORD}",
    "a table": FEW + f"| liaison_committee.secretariat@unesco.example | {LONG} |\n",
    "a linked table": FEW + f"| [{WORD}]({LONG}) | <{LONG}> |\n",
    "a wide table": MANY + f"| {' | '.join(['Education', 'Intergovernmental'] * 3)} |",
    "a table of numbers": MANY + "| 1,234,567 | 2,345,678 | 3 | 4 | 5 | 6 |\n",
    "a picture": "![The hall](cid:a.png)",
    "a picture in a list": "- a\n  - ![The hall](cid:a.png)",
    "a picture in a table": FEW + "| ![The hall](cid:a.png) | The hall, in May |\n",
}
TITLED = (
    *("item", "action", "note", "table", "enclosures", "signature", "opening"),
    *("publication", "button", "section"),
)


async def overflows(letters: dict[str, str]) -> dict[tuple[str, int], int]:
    """Return letter and screen → by how many pixels the letter is wider."""
    found = {}
    async with chromium() as browser:
        page = await browser.new_page()
        for name, html in letters.items():
            await page.set_content(html)
            for screen in SCREENS:
                await page.set_viewport_size({"width": screen, "height": 800})
                width = await page.evaluate("document.documentElement.scrollWidth")
                if width > screen:
                    found[name, screen] = width - screen
    return found


def block(kind: str, text: str) -> Block:
    fields = {"contact": LONG, "place": WORD, "link": LONG, "label": WORD}
    fields["date"] = "2027-05-03"
    return Block(
        id=f"b-{kind}", type=kind, title=WORD, fields=fields, text=text, file="en.md"
    )


def with_text(text: str) -> str:
    """Return a letter that has a text in each of its blocks."""
    steps = f"- 9:00 – 17:30 {LONG}\n- 18:00 {WORD}\n"
    blocks = tuple(
        block(kind, text) for kind in TITLED if kind != "table" or text.startswith("|")
    )
    blocks += (block("agenda", steps), block("signature", text))
    written = replace(source("monthly-letter", "en"), blocks=blocks, subject=WORD)
    return with_picture(written)


def with_picture(written: Source) -> str:
    """Return the HTML of a letter with its picture in it."""
    made = render(written, templates())
    photograph = attached("a.png", png(1600, 900))
    html, images, _ = embedding.embed(made, (photograph,), domain="x.example")
    encoded = base64.b64encode(photograph.octets).decode()
    for image in images:
        html = html.replace(
            f"cid:{image.content_id}", f"data:image/png;base64,{encoded}"
        )
    return html


async def test_no_block_widens_a_letter_with_its_words_or_lines() -> None:
    words = f"{WORD} {LONG}"
    forms = {
        "columns": f"## {WORD}\n\n{words}\n\n## {WORD}\n\n{words}",
        "people": f"## {WORD}\n![{WORD}](cid:a.png)\n{words}\n{'a' * 60}@x.example",
        "links": f"- [{WORD}]({LONG})",
        "partners": f"[![{WORD}](cid:a.png)]({LONG})",
        "notes": f"1. {words}",
    }
    fields = {"title": WORD, "link": LONG, "label": WORD, "alt": WORD, "file": "a.png"}
    fields |= {"caption": words, "credit": words, "who": words, "function": words}
    fields |= {"logo": "a.png", "from": words, "to": words, "reference": LONG}
    kinds = ("picture", "quote", "video", "letterhead", "text", "contents", *forms)
    blocks = [
        Block(
            id=f"b-{kind}",
            type=kind,
            title=WORD,
            fields=fields,
            text="" if kind in {"picture", "contents"} else forms.get(kind, words),
            file="en.md",
        )
        for kind in kinds
    ]
    letters = {
        language: with_picture(
            replace(
                source("circular-letter", language),
                blocks=tuple(blocks),
                subject=WORD,
            )
        )
        for language in ("en", "ar")
    }

    assert await overflows(letters) == {}


@pytest.mark.prove
async def test_no_text_widens_a_letter() -> None:
    letters = {name: with_text(text) for name, text in TEXTS.items()}
    wide = letters["a table"].replace("<wbr />", "")  # the measurement finds this

    found = await overflows(letters | {"a table that does not break": wide})
    assert {name for name, _ in found} == {"a table that does not break"}


@pytest.mark.prove
async def test_no_sample_is_wider_than_a_screen() -> None:
    """Each type is measured in a language, and each language in the monthly letter."""
    names = dict.fromkeys(name for name, _ in SAMPLES)
    chosen = {
        (name, [each for other, each in SAMPLES if other == name][place % 3])
        for place, name in enumerate(names)
    }
    chosen |= {each for each in SAMPLES if each[0] == "monthly-letter"}
    letters = {f"{name} {each}": letter(name, each).html for name, each in chosen}

    assert await overflows(letters) == {}


@pytest.mark.prove
async def test_no_sample_in_any_language_is_wider_than_a_screen() -> None:
    letters = {f"{name} {each}": letter(name, each).html for name, each in SAMPLES}

    assert await overflows(letters) == {}


@given(st.text(alphabet="ab-/.@&;<é文 \n", max_size=80))
def test_places_to_break_change_no_word(text: str) -> None:
    drawn = marks.draw([text])
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    html = f'<p>{escaped}</p><table class="data"><tr><td>{escaped}</td></tr></table>'

    assert widths.breakable(html, drawn).replace("<wbr />", "") == html


def test_hours_break_behind_their_dash_only_and_in_narrow_columns() -> None:
    def cells(count: int) -> str:
        row = "<td>15:30–16:00</td>" * count
        html = f'<table class="data"><caption></caption><tr>{row}</tr></table>'
        return widths.breakable(html, marks.draw([]))

    assert "<wbr />" not in cells(2)
    assert cells(5).count('<td>15:30–<wbr class="narrow" />16:00</td>') == 5


def test_a_word_breaks_only_where_its_columns_have_no_room_for_it() -> None:
    def cells(count: int) -> str:
        row = "<td>ouvrables</td>" + "<td>recommandations</td>" * count
        html = f'<table class="data"><caption></caption><tr>{row}</tr></table>'
        return widths.breakable(html, marks.draw([]))

    assert "<wbr" not in cells(1)
    assert "<wbr" in cells(2)


def test_a_mark_in_a_table_stays_whole() -> None:
    drawn = marks.draw([])
    mark = drawn.of(marks.Field.ORGANISATION)
    html = f'<table class="data"><tr><td>{mark}{"x" * 40}</td></tr></table>'

    assert widths.breakable(html, drawn) == html


def test_an_address_in_an_arabic_table_is_one_run_from_left_to_right() -> None:
    address = "focal-point.education@sector.example"
    text = f"| من | العنوان |\n|---|---|\n| قطاع التربية | {address} |\n"
    written = replace(source("monthly-letter", "ar"), blocks=(block("table", text),))

    html = render(written, templates()).html

    runs = re.sub("<wbr[^>]*>", "", html)
    assert f'<span dir="ltr">{address}</span>' in runs


NUMBERS = {
    "many": "| 2023 | 2024 | 2025 | 2026 | Total |\n|---|---|---|---|---|\n"
    "| 1 234,5 | 1 234,5 | 1 334,5 | 1 434,5 | 12 345,5 |\n",
    "named": "| Region | 2024 | 2025 | 2026 | Total |\n|---|---|---|---|---|\n"
    "| Asia and the Pacific | 1 234,5 | 10 % | 50 € | 1 000 000 |\n",
    "called": "| Country | Day | Telephone | Share | Sum |\n|---|---|---|---|---|\n"
    "| Senegal | 15 June 2027 | +33 1 45 68 10 00 | № 5 | USD 1 000 |\n",
}
LINES_OF_NUMBERS = r"""() => [...document.querySelectorAll("table.data td")]
  .filter(cell => /\d/.test(cell.innerText))
  .filter(cell => !/\d{4}$/.test(cell.innerText))  // a year may have its own line
  .filter(cell => {
    const range = document.createRange();
    range.selectNodeContents(cell);
    const label = cell.querySelector(".of");  // of a stacked table
    if (label) range.setStartAfter(label);
    const tops = [...range.getClientRects()].map(box => Math.round(box.top));
    return new Set(tops).size > 1;
  }).map(cell => cell.innerText)"""


@pytest.mark.prove
async def test_numbers_stay_whole_in_five_columns_on_a_phone() -> None:
    broken = {}
    async with chromium() as browser:
        page = await browser.new_page()
        for language in ("en", "fr", "ru", "ar"):
            for name, text in NUMBERS.items():
                written = replace(
                    source("monthly-letter", language), blocks=(block("table", text),)
                )
                await page.set_content(render(written, templates()).html)
                for screen in SCREENS:
                    await page.set_viewport_size({"width": screen, "height": 800})
                    found = await page.evaluate(LINES_OF_NUMBERS)
                    wide = await page.evaluate("document.documentElement.scrollWidth")
                    if found or wide > screen:
                        broken[language, name, screen] = (found, wide)

    assert broken == {}


def test_a_number_breaks_only_where_no_phone_has_room_for_it() -> None:
    def cells(number: str) -> str:
        row = f"<td>{number}</td>" * 5
        html = f'<table class="data"><caption></caption><tr>{row}</tr></table>'
        return widths.breakable(html, marks.draw([]))

    assert "<wbr />" not in cells("1\u00a0234,5")
    long = cells("1\u00a0234\u00a0567\u00a0890,5")
    assert "1\u00a0<wbr />234\u00a0<wbr />567\u00a0<wbr />890,5" in long


def test_a_word_breaks_only_where_its_table_has_no_room_for_it() -> None:
    def cells(*words: str) -> str:
        row = "".join(f"<td>{word}</td>" for word in words)
        html = f'<table class="data"><caption></caption><tr>{row}</tr></table>'
        return widths.breakable(html, marks.draw([]))

    assert "<wbr" not in cells("fonctionnelles", "Baccalauréat")
    narrow = cells("Partenaires", "Événements", "105", "Communication", "12")
    assert 'Parten<wbr class="narrow" />aires' in narrow
    assert "<wbr />" not in narrow
    assert "<wbr />" in cells(*["centrafricaines"] * 5)
