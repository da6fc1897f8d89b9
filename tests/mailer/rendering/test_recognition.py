"""A text in the file of another language is asked about."""

from pathlib import Path

import pytest

from mailer.rendering.checks import rules
from mailer.rendering.language import recognition
from mailer.rendering.source import Block, Translation
from tools.checkout import ROOT

SAMPLES = sorted((ROOT / "templates").glob("*/sample/??.md"))
WORDS = {
    "en": "The forum was held in Dakar, and the conclusions of the forum are with you.",
    "fr": "Le forum s’est tenu à Dakar, et les conclusions du forum sont avec vous.",
    "es": "El foro se celebró en Dakar y las conclusiones del foro están en la web.",
    "ru": "Форум прошёл в Дакаре, и выводы форума для вас и за вас на этом сайте.",
    "ar": "عُقد المنتدى في داكار، ونتائج المنتدى متاحة على الموقع الإلكتروني للجميع.",
    "zh": "论坛在达喀尔举行，论坛结论已经发布在网站上，欢迎阅读。",
}


def letter(language: str, *blocks: tuple[str, str]) -> Translation:
    """Return a text of blocks, each a type and its words."""
    made = (
        Block(id=f"b{place}", type=kind, title="", fields={}, text=text, file="x.md")
        for place, (kind, text) in enumerate(blocks)
    )
    return Translation(
        language=language, subject="a", preheader="", blocks=tuple(made), where="x.md"
    )


def asked(translation: Translation) -> list[str]:
    """Return what the check says of the language of a text."""
    found = rules.check_text(translation, host="unit.example")
    return [each.what for each in found if "reads like" in each.what]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: "-".join(path.parts[-3::2]))
def test_a_sample_is_in_its_language_and_in_no_other(path: Path) -> None:
    text, language = path.read_text(encoding="utf-8"), path.stem

    assert recognition.other_language(text, language) is None
    for other in set(WORDS) - {language}:
        assert recognition.other_language(text, other) == language


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("other", WORDS)
def test_a_text_in_the_file_of_another_language_is_asked_about(
    language: str, other: str
) -> None:
    expected = (
        []
        if language == other
        else [f"the text reads like {other}, and is the one for readers of {language}"]
    )

    assert asked(letter(language, ("opening", WORDS[other]))) == expected


def test_a_block_that_was_not_translated_is_asked_about() -> None:
    blocks = [("opening", WORDS["fr"]), ("item", WORDS["fr"]), ("item", WORDS["en"])]

    assert asked(letter("fr", *blocks)) == [
        "the text of b2 reads like en; write it in fr"
    ]


def test_what_a_person_said_may_be_in_their_own_language() -> None:
    assert asked(letter("fr", ("item", WORDS["fr"]), ("quote", WORDS["en"]))) == []


@pytest.mark.parametrize(
    "text",
    [
        "The Liaison Committee",
        "International Council on Archives, World Federation of UNESCO Clubs",
        "See https://example.org/the/of/and/to/in/is/that/for/with",
        "{the} {of} {and} {to} {in} {is} {that}",
        "",
    ],
)
def test_names_and_addresses_say_nothing_of_a_language(text: str) -> None:
    assert recognition.other_language(text, "fr") is None


def test_a_language_that_is_not_known_is_not_judged() -> None:
    assert recognition.other_language(WORDS["en"], "de") is None
