"""What a designer measures in the parts of a page, drawn with the style sheet alone."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page

from mailer.web.console import showing
from tools.peers.browser import chromium

pytestmark = [pytest.mark.prove]
SHEET = (Path(showing.__file__).parent / "static/console.css").read_text("utf-8")
DAY = '<p class="field"><label>Day</label><input type="date" id="day"></p>'
SHOW = '<p class="field"><button class="quiet" id="show">Show</button></p>'


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with chromium() as browser:
        yield await browser.new_page()


async def boxes(
    page: Page, body: str, *wanted: str, width: int = 1280
) -> list[dict[str, float]]:
    """Return the boxes of the wanted elements of a body, in pixels."""
    await page.set_viewport_size({"width": width, "height": 800})
    await page.set_content(f"<!doctype html><style>{SHEET}</style><main>{body}</main>")
    found: list[dict[str, float]] = await page.evaluate(
        "(all) => all.map((each) => document.querySelector(each)"
        ".getBoundingClientRect().toJSON())",
        list(wanted),
    )
    return found


async def test_what_stands_in_one_line_stands_on_one_line(page: Page) -> None:
    share = (
        '<label class="share">Done <progress max="100"></progress> 100&nbsp;%</label>'
    )
    line, bar = await boxes(page, share, "label", "progress", width=320)
    choice = (
        '<p class="choice"><input type="checkbox" id="also"><label>Also</label></p>'
    )
    form = f'<form class="inline">{choice}{DAY}{SHOW}</form>'
    also, day, show = await boxes(page, form, "#also", "#day", "#show")

    assert line["height"] < 30
    assert bar["width"] > 100
    assert show["height"] == day["height"]
    middles = {round(each["top"] + each["height"] / 2) for each in (also, day, show)}
    assert len(middles) == 1


async def test_a_panel_has_as_much_room_below_as_above(page: Page) -> None:
    grid = f'<div class="grid">{DAY}{DAY}</div>'
    panel, name, last = await boxes(
        page,
        f'<section class="panel"><h2>When</h2>{grid}</section>',
        ".panel",
        "h2",
        ".grid > .field:last-child",
    )

    assert round(panel["bottom"] - last["bottom"]) == round(name["top"] - panel["top"])


async def test_a_text_that_is_read_only_stands_at_the_height_of_its_source(
    page: Page,
) -> None:
    row = (
        '<div class="beside-source"><div class="source"><p class="label">One</p></div>'
        '<div id="other"><p class="label">Two</p></div></div>'
    )
    one, two = await boxes(page, row, ".source .label", "#other .label")

    assert one["top"] == two["top"]


async def test_only_the_sentence_before_an_act_is_larger_than_the_text(
    page: Page,
) -> None:
    act = f'<div class="next"><p>Leaves now.</p><form>{DAY}{SHOW}</form></div>'
    await boxes(page, act, "p")
    sizes = await page.evaluate(
        "[...document.querySelectorAll('.next > p, label, button')]"
        ".map((each) => getComputedStyle(each).fontSize)"
    )

    assert sizes[1:] == ["16px", "16px"]
    assert sizes[0] > "16px"


async def test_a_field_that_cannot_be_changed_looks_so(page: Page) -> None:
    await boxes(page, f"{DAY}<fieldset disabled><input id='closed'></fieldset>", "p")
    grounds = await page.evaluate(
        "['#day', '#closed'].map((each) =>"
        " getComputedStyle(document.querySelector(each)).backgroundColor)"
    )

    assert grounds[0] != grounds[1]


async def test_a_form_to_fill_is_not_printed_with_its_heading(page: Page) -> None:
    form = f"<h2>Add somebody</h2><form>{DAY}{SHOW}</form>"
    await boxes(page, f"<h2>People</h2><p>Two.</p>{form}<h2>Done</h2><p>-</p>", "p")
    await page.emulate_media(media="print")

    assert (await page.inner_text("main")).split() == ["People", "Two.", "Done", "-"]
