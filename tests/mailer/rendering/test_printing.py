"""A letter is printed from its first page on, and legible without its backgrounds."""

import re

import pytest

from tools.peers.browser import chromium
from tools.samples import letter

PAGE = re.compile(rb"/Type\s*/Page\b(?!s)")


@pytest.mark.prove
async def test_a_short_letter_is_printed_on_two_pages_and_its_words_are_dark() -> None:
    async with chromium() as browser:
        page = await browser.new_page()
        await page.set_content(letter("field-office-news", "en").html)
        printed = await page.pdf(format="A4", print_background=False)
        await page.emulate_media(media="print")
        colours = await page.evaluate(
            "[...document.querySelectorAll('.head p, .main a')]"
            ".map(each => getComputedStyle(each).color)"
        )

    assert len(PAGE.findall(printed)) <= 2
    assert len(colours) >= 2
    for each in colours:
        assert sum(int(number) for number in re.findall(r"\d+", each)) < 3 * 160
