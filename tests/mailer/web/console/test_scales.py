"""The style sheets keep one type scale, one set of distances and named colours."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import mailer.web

WEB = Path(mailer.web.__file__).parent
SHEETS = (WEB / "static/style.css", WEB / "console/static/console.css")
NAMED = ("small", "large", "heading", "title")
SIZES = {"1rem", "80%", "inherit"} | {f"var(--{each})" for each in NAMED}
STEPS = {0.125, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 4}  # rem
CORNERS = {"var(--corner)", "var(--corner-wide)", "1rem", "50%"}
_RULE = re.compile(r"([\w-]+): ([^;{}]+)")
_DISTANCE = re.compile(r"(?:(?:row|column)-)?gap|(?:padding|margin)(?:-[a-z-]+)?")
_REM = re.compile(r"(?<![\w.])([\d.]+)rem")
_COLOUR = re.compile(r"#[0-9a-f]{3,6}\b")
_WHITE = "#fff"  # the ground of a letter and of a code, in the dark, too


def declared(sheet: Path) -> Iterator[tuple[str, str]]:
    """Yield each property of a sheet with its value; the names' own values left out."""
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.DOTALL)
    for name, value in _RULE.findall(text):
        if not name.startswith("--"):
            yield name, value.strip()


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda each: each.name)
def test_a_sheet_has_one_type_scale_and_one_set_of_distances(sheet: Path) -> None:
    wrong = []
    for name, value in declared(sheet):
        distances = _REM.findall(value) if _DISTANCE.fullmatch(name) else ()
        if any(float(each) not in STEPS for each in distances):
            wrong.append(f"{name}: {value}")
        if name == "font-size" and value not in SIZES:
            wrong.append(f"{name}: {value}")
        if name == "border-radius" and value not in CORNERS:
            wrong.append(f"{name}: {value}")

    assert wrong == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda each: each.name)
def test_every_colour_has_a_name_so_that_the_dark_has_it_too(sheet: Path) -> None:
    used = [
        f"{name}: {value}"
        for name, value in declared(sheet)
        if set(_COLOUR.findall(value)) - {_WHITE}
    ]

    assert used == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda each: each.name)
def test_every_name_that_a_sheet_uses_is_given_there(sheet: Path) -> None:
    text = sheet.read_text("utf-8")

    assert set(re.findall(r"var\((--[\w-]+)", text)) <= set(
        re.findall(r"(--[\w-]+):", text)
    )


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda each: each.name)
def test_no_word_is_so_long_that_it_widens_a_page(sheet: Path) -> None:
    body = re.search(r"^body \{([^}]+)\}", sheet.read_text("utf-8"), re.MULTILINE)

    assert body is not None
    assert "overflow-wrap: anywhere;" in body[1]
