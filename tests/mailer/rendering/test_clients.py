"""Letters use only HTML and CSS that mail programs show, and fetch nothing.

The features named here are not shown, or shown wrongly, by widely used programs.
"""

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from mailer.rendering.checks import support
from tools.samples import SAMPLES, letter

UNSUPPORTED = re.compile(
    r"display:\s*(?:inline-)?(?:flex|grid)|position:|float:|@import|@font-face"
    r"|url\(|var\(|calc\(|(?<!text-)transform|animation|filter:|inset|object-fit"
    r"|(?:margin|padding|border)-(?:inline|block)|text-align:\s*(?:start|end)",
    re.IGNORECASE,
)
ELEMENTS = {"script", "link", "iframe", "object", "embed", "form", "input", "svg"}
ELEMENTS |= {"video", "audio", "button", "base", "canvas", "picture", "source"}
LOADING = {"src", "srcset", "background", "poster", "data", "action"}


class Tags(HTMLParser):
    """Collects the elements of a page with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Store an element."""
        self.found.append((tag, dict(attrs)))


def levels(html: str) -> list[int]:
    tags = Tags(html).found
    return [int(tag[1]) for tag, _ in tags if re.fullmatch("h[1-6]", tag)]


@pytest.mark.parametrize(("name", "language"), SAMPLES)
def test_no_feature_is_used_that_clients_do_not_show(name: str, language: str) -> None:
    made = letter(name, language).html
    tags = Tags(made).found

    assert {tag for tag, _ in tags} & ELEMENTS == set()
    assert UNSUPPORTED.findall(made) == []
    assert all(not name.startswith("on") for _, given in tags for name in given)


@pytest.mark.parametrize(("name", "language"), SAMPLES)
def test_nothing_is_fetched_from_anywhere(name: str, language: str) -> None:
    tags = Tags(letter(name, language).html).found

    assert [
        given
        for _, given in tags
        if LOADING & set(given) and not str(given.get("src")).startswith("cid:")
    ] == []


@pytest.mark.parametrize(("name", "language"), SAMPLES)
def test_headings_follow_one_another_in_order(name: str, language: str) -> None:
    found = levels(letter(name, language).html)

    assert found[0] == 1
    assert found.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(found))


@pytest.mark.parametrize(("name", "language"), SAMPLES)
def test_tables_are_marked_as_data_or_layout(name: str, language: str) -> None:
    made = letter(name, language).html
    tables = [given for tag, given in Tags(made).found if tag == "table"]
    data = [given for given in tables if given.get("class") == "data"]
    heads = [given for tag, given in Tags(made).found if tag == "th"]

    assert all(
        given.get("role") == "presentation" for given in tables if given not in data
    )
    assert made.count("<caption") == len(data)
    assert all(given.get("scope") in {"col", "colgroup", "row"} for given in heads)


@pytest.mark.parametrize(("name", "language"), SAMPLES)
def test_links_are_underlined(name: str, language: str) -> None:
    for tag, given in Tags(letter(name, language).html).found:
        if tag == "a" and "background" not in str(given.get("style")):
            assert "text-decoration: underline" in str(given.get("style"))


@pytest.mark.parametrize(("name", "language"), SAMPLES)
def test_most_programs_show_every_feature_that_letters_use(
    name: str, language: str
) -> None:
    made = letter(name, language).html

    assert [use.sentence for use in support.poorly_shown(made)] == []
    assert {use.feature.name for use in support.used(made)} >= {
        "html-table",
        "css-width",
    }


@pytest.mark.parametrize(
    ("markup", "written", "without"),
    [
        ('<p style="Position : absolute">', "the style position", "Gmail"),
        (
            '<p style="width: calc(100% - 2px)">',
            "the style width: calc(",
            "Outlook for",
        ),
        ('<p style="margin-inline: 4px">', "the style margin-inline", "Gmail"),
        ("<video></video>", "<video>", "Gmail"),
        ('<img srcset="a 2x">', "srcset of <img>", "Gmail"),
        ("<p hidden>", "hidden of <p>", "Yahoo"),
    ],
)
def test_a_feature_that_few_programs_show_is_found(
    markup: str, written: str, without: str
) -> None:
    (found,) = support.poorly_shown(f"<head></head><body>{markup}</body>")

    assert found.written.startswith(written)
    assert without in found.sentence


def test_features_in_the_style_sheet_are_not_checked() -> None:
    html = "<head><style>p { position: absolute }</style></head><body><p>A</p></body>"

    assert list(support.poorly_shown(html)) == []


def test_every_feature_was_tested_in_several_families() -> None:
    for feature in support.features():
        assert feature.kind in {"property", "value", "element", "attribute"}
        assert set(feature.shown.values()) <= set(support.SHARE)
        assert len(feature.shown) >= 5
        assert feature.written
