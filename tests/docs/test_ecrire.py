"""The French guide for those who write: its examples are read, its faults are not."""

import re
from dataclasses import replace

import pytest

from mailer.campaigns.writing import parsing
from mailer.errors import ContentError
from mailer.rendering import letter_types
from mailer.rendering.checks import rules
from mailer.rendering.render import render
from mailer.rendering.source import Letter, Translation
from tests.acts import reading
from tests.docs.markdown import fences, rows
from tools.checkout import ROOT
from tools.samples import source, templates

GUIDE = ROOT / "docs" / "ecrire.md"
TYPES = letter_types.block_types(templates())
FRONT = "---\nsubject: Objet\npreheader: Aperçu\n---\n\n"
SHOWN = [each.text for each in fences(GUIDE) if each.form == "markdown"]


def translation(text: str) -> Translation:
    return parsing.parse(
        FRONT + text, language="fr", types=TYPES, allowed=tuple(TYPES), where="fr.md"
    )


def letter(text: str) -> Letter:
    sample = source("monthly-letter", "fr")
    return render(replace(sample, blocks=translation(text).blocks), templates())


def written(cell: str) -> str:
    return cell.strip("`")


def faults(text: str) -> list[str]:
    """Return what is refused in a text: when it is read, checked or shown."""
    try:
        found = rules.check_text(translation(text), host="letters.example")
        letter(text)
    except ContentError as fault:
        return [str(fault)]
    return [each.what for each in found if each.level == "error"]


def block_with(written: str) -> str:
    if re.match(r"(?:date|time|link): ", written):
        day = "" if written.startswith("date") else "date: 2027-11-09\n"
        return f"# item x\ntitle: Titre\n{day}{written}\n\nTexte.\n"
    return f"# opening\n\n{written}\n"


@pytest.mark.parametrize("text", SHOWN)
def test_an_example_is_a_letter_without_a_fault(text: str) -> None:
    made = letter(text)

    assert faults(text) == []
    assert reading.words_of(made.text) == reading.words_of_html(made.html)


@pytest.mark.parametrize("row", rows(GUIDE, "Ce qui est refusé"))
def test_what_is_refused_is_refused_and_what_stands_beside_it_is_read(
    row: list[str],
) -> None:
    refused, better = row

    assert faults(block_with(written(refused)))
    if re.fullmatch(r"`[^`]+`", better):
        assert faults(block_with(written(better))) == []


def test_the_table_of_blocks_names_blocks() -> None:
    named = [written(row[0]) for row in rows(GUIDE, "Les blocs de tous les jours")]

    assert {*named} <= {*TYPES}
    assert len(named) == len({*named})
