"""The look of a site is data, which letters follow; what cannot be read is refused."""

import shutil
from pathlib import Path

import pytest

from mailer.errors import ContentError
from mailer.rendering import template_files
from mailer.rendering.markup import look
from mailer.rendering.render import render
from mailer.rendering.source import Letter
from tools.checkout import TEMPLATES
from tools.samples import source


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    copy = tmp_path / "templates"
    shutil.copytree(TEMPLATES, copy)
    return copy


def with_look(templates: Path, text: str) -> Path:
    (templates / look.PLACE).write_text(text, encoding="utf-8")
    return templates


def letter(templates: Path, language: str = "en") -> Letter:
    return render(source("circular-letter", language), template_files.read(templates))


def test_the_file_has_every_value_of_the_product() -> None:
    written = look.load(template_files.read(TEMPLATES))

    assert written == look.Look()
    assert list(written.colours) == list(written.dark) == list(look.COLOURS)


def test_a_site_without_the_file_has_the_look_of_the_product(templates: Path) -> None:
    (templates / look.PLACE).unlink()

    assert look.load(template_files.read(templates)) == look.Look()


def test_colours_and_fonts_of_the_site_are_those_of_its_letters(
    templates: Path,
) -> None:
    own = '[colours]\naccent = "#7a1f1f"\n[dark]\npaper = "#101010"\n'
    fonts = '[fonts]\nlatin = "Georgia, serif"\narabic = "Tahoma, serif"\n'
    with_look(templates, own + fonts)
    html = letter(templates).html

    assert "#7a1f1f" in html
    assert look.COLOURS["accent"] not in html
    assert "background-color: #101010 !important" in html
    assert "Georgia, serif" in html
    assert "Tahoma, serif" in letter(templates, "ar").html


def test_the_logo_and_the_footer_stand_in_every_letter(templates: Path) -> None:
    sample = templates / "circular-letter/sample/files/emblem.png"
    shutil.copy(sample, templates / "_layout/our-logo.png")
    footer = '[footer]\nen = ["Data protection: see our page"]\n'
    with_look(templates, f'logo = "our-logo.png"\n{footer}')
    made = letter(templates)

    assert 'src="cid:site-logo.png"' in made.html
    assert "Data protection: see our page" in made.html
    assert made.text.endswith("Data protection: see our page\n")
    with pytest.raises(ContentError, match="no lines in fr; add fr"):
        letter(templates, "fr")


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ('[colours]\naccent = "#7fb2e5"', 2, "on paper #ffffff has the contrast 2.2:1"),
        ('[colours]\n\ntitle = "#a8a8a8"', 3, "expected at least 3:1"),
        ('[dark]\ntext = "#555555"', 2, "text #555555 on paper #1b222b"),
        ('[colours]\naccent = "blue"', 2, "found 'blue' for accent; expected a value"),
        ("[colours]\naccent = 7", 2, "found 7 for accent"),
        ('[colours]\nlinks = "#000000"', 2, "no links in colours; there are band"),
        ('[fonts]\nlatin = "Our Font"', 2, "expected a value such as Roboto"),
        ('[fonts]\nlatin = "x; } body { color: red, serif"', 2, "found 'x; }"),
        ('logo = "logo.png"', 1, "there is no file _layout/logo.png"),
        ('logo = "../logo.png"', 1, "is not the name of a file in _layout"),
        ('logo = "look.toml"', 1, "is no picture"),
        ("[footer]\nen = 'A line'", 2, 'is not a list such as ["A line"]'),
        ("footer = 7", 1, "is not a section"),
        ("colours = 7", 1, "is not a section"),
        ("\ncolors = 7", 2, "no such setting: colors; there are logo"),
    ],
)
def test_a_look_that_cannot_be_read_is_refused_with_its_line(
    templates: Path, text: str, line: int, what: str
) -> None:
    with pytest.raises(ContentError) as refusal:
        letter(with_look(templates, text))

    assert refusal.value.where == f"_layout/look.toml, line {line}"
    assert what in refusal.value.sentence


@pytest.mark.parametrize(
    ("one", "other", "contrast"),
    [
        ("#000000", "#ffffff", 21),
        ("#777777", "#ffffff", 4.48),
        ("#0b5394", "#fff000", 6.6),
    ],
)
def test_contrast_is_that_of_wcag(one: str, other: str, contrast: float) -> None:
    assert look.contrast(one, other) == pytest.approx(contrast, rel=0.01)
    assert look.contrast(other, one) == look.contrast(one, other)
