"""Every block of a letter is the same after its way to translators and back."""

import re

import pytest

from mailer.campaigns.writing import folder, parsing
from mailer.campaigns.writing.translation import units
from mailer.rendering import letter_types
from mailer.rendering.source import Translation
from tools.checkout import TEMPLATES
from tools.samples import templates

NAME = "circular-letter"
TYPES = letter_types.block_types(templates())


def parsed(text: str, language: str) -> Translation:
    kind = letter_types.load(templates(), NAME)
    return parsing.parse(
        text, language=language, types=TYPES, allowed=kind.blocks, where="x.md"
    )


def words(translation: Translation) -> list[tuple[str, str, dict[str, str], str]]:
    """Return what each block says; an empty line more or less says nothing."""
    return [
        (b.id, b.title, dict(b.fields), re.sub(r"\n\n+", "\n\n", b.text))
        for b in translation.blocks
    ]


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_every_block_comes_back_from_translators_as_it_was(language: str) -> None:
    texts = folder.read(TEMPLATES / NAME / "sample").texts
    source, present = parsed(texts["en"], "en"), parsed(texts[language], language)
    exported = units.source_units(source, TYPES)
    translated = units.align(exported, present)

    made = units.to_markdown(source, present, translated, TYPES)

    assert set(translated) == set(exported)
    assert words(parsed(made, language)) == words(present)
