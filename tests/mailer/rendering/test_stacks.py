"""On a phone a table whose words would break is stacked, with the heads as labels."""

import asyncio
from dataclasses import replace

import pytest

from mailer.rendering.render import render
from mailer.rendering.source import Block
from tools.peers.browser import chromium
from tools.samples import source, templates

WIDE = {
    "en": (
        *("Sector | Partners | Events | Country | Deadline",),
        *("Communication | 72 | 3 | Senegal | 1 May 2027",),
    ),
    "fr": (
        *("Secteur | Partenaires | Événements | Pays | Échéance",),
        *("Éducation | 105 | 12 | République centrafricaine | 1er mai",),
    ),
    "ru": (
        *("Орган | Партнёры | Мероприятия | Страна | Срок",),
        *("Образование | 105 | 12 | Узбекистан | 1 мая",),
    ),
    "ar": (
        *("القطاع | الشركاء | الفعاليات | البلد | الموعد",),
        *("العلوم الاجتماعية | 72 | 3 | موريتانيا | 1 أيلول",),
    ),
}
COLUMNS = 5
TWO_HEADS = """\
| Communication | 2026 |  | 2027 |  |
|  | Partenaires | Mobilisations | A | B |
|---|---|---|---|---|
| Éducation | 105 | 3 | 110 | 4 |"""
BROKEN = """() => [...document.querySelectorAll('.stacked td, .stacked th')].filter(
    cell => cell.offsetParent && [...cell.childNodes].some(node => {
        const range = document.createRange(); range.selectNodeContents(node);
        return new Set([...range.getClientRects()].map(each => each.top)).size > 1;
    })).length"""


def table_of(head: str, row: str) -> str:
    """Return a table in Markdown with a rule below its head."""
    return f"| {head} |\n|{'---|' * (head.count('|') + 1)}\n| {row} |"


def html_of(language: str, text: str) -> str:
    block = Block(id="t", type="table", title="T", text=text, fields={}, file="a")
    return render(
        replace(source("monthly-letter", language), blocks=(block,)), templates()
    ).html


def test_each_cell_but_the_first_has_the_head_of_its_column() -> None:
    html = html_of("fr", table_of(*WIDE["fr"]))

    assert html.count('class="of"') == COLUMNS - 1
    assert 'mso-hide:all">Partenaires ' in html.replace('<wbr class="narrow" />', "")


@pytest.mark.parametrize("text", [table_of("A | B", "a | b"), TWO_HEADS])
def test_a_table_that_has_room_or_two_heads_is_not_stacked(text: str) -> None:
    assert 'class="of"' not in html_of("fr", text)


def test_an_empty_cell_has_no_label() -> None:
    head, row = WIDE["ru"]
    html = html_of("ru", table_of(head, row.replace(" 12 ", "")))

    assert html.count('class="of"') == COLUMNS - 2


@pytest.mark.prove
def test_no_word_of_five_columns_breaks_on_a_phone() -> None:
    async def measured() -> list[tuple[int, str, int, int]]:
        found = []
        async with chromium() as browser:
            for width in (320, 360):
                for language, written in WIDE.items():
                    page = await browser.new_page()
                    await page.set_viewport_size({"width": width, "height": 600})
                    await page.set_content(html_of(language, table_of(*written)))
                    over = "document.documentElement.scrollWidth - innerWidth"
                    found.append(
                        (
                            *(width, language, await page.evaluate(over)),
                            await page.evaluate(BROKEN),
                        )
                    )
                    await page.close()
        return found

    for width, language, over, broken in asyncio.run(measured()):
        assert (over, broken) == (0, 0), (width, language)
