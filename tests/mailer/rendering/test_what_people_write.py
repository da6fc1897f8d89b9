"""What people write is refused with its line, or becomes the letter that is meant."""

import re
from dataclasses import replace
from html import unescape

import pytest
from hypothesis import HealthCheck, event, given, settings

from mailer.campaigns.writing import embedding, parsing
from mailer.errors import ContentError
from mailer.rendering.checks import leftovers, rules
from mailer.rendering.checks.problem import Severity
from mailer.rendering.markup import addresses
from mailer.rendering.render import render
from mailer.rendering.source import Letter, Translation
from mailer.rendering.timing import days
from tests.acts import reading, writing
from tests.acts.pictures import attached, png
from tools.samples import catalogues, source, templates

FILES = tuple(attached(name, png(900, 600)) for name in writing.PICTURES)
PLACE = re.compile(r"a\.md, (line \d+|subject|preheader)")


def read(language: str, text: str) -> Translation:
    return parsing.parse(
        text,
        language=language,
        types=writing.TYPES,
        allowed=tuple(writing.TYPES),
        where="a.md",
    )


def letter_of(language: str, text: str) -> tuple[Letter, Translation] | None:
    """Return the letter of a text; None if it is refused, each fault with its line."""
    try:
        translation = read(language, text)
    except ContentError as refused:
        for each in str(refused).split("\n"):
            assert re.match(r"a\.md, line \d+: \S", each), each
        return None
    found = [
        each
        for each in rules.check_text(translation, host="x.example")
        if each.level is Severity.ERROR
    ]
    for fault in found:
        assert PLACE.fullmatch(fault.where)
    if found:
        return None
    made = replace(
        source("circular-letter", "en"),
        catalogue=catalogues()[language],
        reference="",
        subject=translation.subject,
        preheader=translation.preheader,
        blocks=translation.blocks,
    )
    return render(made, templates()), translation


def check(letter: Letter, translation: Translation, text: str) -> None:
    """Check that nothing is left over, and that addresses, days and pictures stay."""
    meant = leftovers.meant([translation])
    assert list(leftovers.in_letter(letter, translation.blocks, meant)) == []
    assert reading.words_of(letter.text) == reading.words_of_html(letter.html)
    text = re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.DOTALL)
    hrefs = {unescape(each) for each in re.findall(r'href="([^"]+)"', letter.html)}
    for target in re.findall(r"\]\(<?((?:https|mailto|tel):(?:[^()>]|\(b\))*)\)", text):
        spaces = "" if target.startswith("tel:") else "%20"
        assert addresses.encoded(target.replace(" ", spaces)) in hrefs
    shown = reading.words_of(letter.text)
    for day in re.findall(r"(?m)^\W*date\W*[:：]\W*(\w.*)$", text):
        assert shown[str(days.read(day).year)] or "2027年" in letter.text
        assert "15" in letter.text
    pictures = set(re.findall(r'src="(cid:[^"]+)"', letter.html))
    assert list(embedding.problems(letter, FILES, text)) == []
    html, images, _ = embedding.embed(letter, FILES, domain="x.example")
    assert len(images) <= len(pictures)
    assert "cid:" in html or not pictures
    for width in re.findall(r'<img[^>]* width="(\d+)"', html):
        assert int(width) <= embedding.COLUMN


def refused_or_meant(written: tuple[str, str]) -> str:
    """Check one file; return the HTML of its letter, "" if it is refused."""
    language, text = written
    made = letter_of(language, text)
    if made is None:
        return ""
    event("a letter")
    check(*made, text.replace("\r\n", "\n").replace("\r", "\n"))
    return made[0].html


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(writing.files())
def test_a_file_is_refused_with_its_line_or_becomes_the_letter_that_is_meant(
    written: tuple[str, str],
) -> None:
    refused_or_meant(written)


@pytest.mark.prove
@settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))
@given(writing.files())
def test_every_file_is_refused_with_its_line_or_becomes_the_letter_that_is_meant(
    written: tuple[str, str],
) -> None:
    refused_or_meant(written)
