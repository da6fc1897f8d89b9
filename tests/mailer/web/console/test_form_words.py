"""What is wrong in a block is said with the labels of its form, in six languages."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailer.campaigns.writing.drafting import pieces, saving
from mailer.rendering import letter_types
from mailer.rendering.letter_types import BlockType
from mailer.sites.site import Site
from mailer.web.console import form_words, sentences, strings
from mailer.web.console.names.block_names import LINES, line_of
from tests.acts.console import visitor
from tests.mailer.web.console.test_in_french import english
from tools.peers.serving import serving

SQLITE = pytest.mark.parametrize("store", ["sqlite"])
# values that a person may type into the field for a line, by the kind of the line
ODD = {
    "day": ["someday", "2027-02-30", "03/04/2027"],
    "time": ["25:00", "noon-ish", "15h à 14h"],
    "link": ["www.unesco.org", "unesco", "mailto:a@unesco.example", "http://x.example"],
    "languages": ["klingonish"],
    "number": ["two"],
    "editions": ["en=unesco", "x"],
    "text": ["Dakar"],
}
RECOMMENDED = {
    ("recommendation", "number"): "Numéro",
    ("recommendation", "date"): "À faire d’ici au",
    ("item", "date"): "Jour",
}
TEXTS = ("", "bonjour", "title: Dakar", "date: demain\n\nvoici", "| a |\n| - |", "- x")
FILE_WORDS = re.compile(
    r"a block|add a line|a line (?:alt|link|file|label|date)"
    r"|\b(?:alt|until|preheader)\b"
)


def faults_of(kind: BlockType) -> Iterator[str]:
    """Yield what is wrong in forms of a type that are filled in oddly."""
    last_before_first = {"date": "2027-05-03", "until": "2027-05-01"}
    given = [
        *({line: odd} for line, of in kind.fields.items() for odd in ODD.get(of, ())),
        *({}, {"file": "a.png"}, {"alt": "A hall"}, {"label": "Read"}),
        *(last_before_first, {"until": "2027-05-01"}),
    ]
    for values in given:
        known = {line: value for line, value in values.items() if line in kind.fields}
        for text in TEXTS:
            piece = pieces.piece(kind, kind.name, known, text)
            yield from saving.faults_of(piece, kind)


@SQLITE
@pytest.mark.parametrize("language", sorted(strings.LANGUAGES))
async def test_no_fault_of_a_form_speaks_of_the_lines_of_files(
    site: Site, language: str
) -> None:
    types = letter_types.block_types(site.templates)
    found = {fault for kind in types.values() for fault in faults_of(kind)}

    assert len(found) > 50
    told = {each: sentences.told(each, language) for each in found}
    assert [x for x in told.values() if FILE_WORDS.search(x)] == []
    if language == "fr":
        assert [x for x in told.values() if x in found or english(x, set())] == []


WITHOUT = "29 readers without a letter: ar is neither written nor has a fallback; write"
WITHOUT_IN_FRENCH = (
    "Destinataires sans lettre\xa0: 29. Elle n’existe pas dans leur langue (arabe)"
    "\xa0: traduisez-la, ou choisissez une autre langue dans les réglages, sous"
    " «\xa0Quand une langue manque\xa0»."
)
OTHER = "Readers who get another language, with a notice: 1 (%s, not xx-no)."


@pytest.mark.parametrize(
    ("sentence", "language", "said"),
    [
        ("a block item needs title", "en", "Still missing: Title"),
        ("a block item needs title", "fr", "Il manque encore\xa0: Titre"),
        (
            "a.md, line 3: a block x needs date",
            "en",
            "a.md, line 3: Still missing: Day",
        ),
        ("time: 25:00 is late", "fr", "Heures\xa0: 25:00 is late"),
        (f"{WITHOUT} it or allow one in languages.fallbacks", "fr", WITHOUT_IN_FRENCH),
        (
            "another language, with a notice, for 1 reader: xx-no → zh-Hant",
            "en",
            OTHER % "Chinese (Traditional)",
        ),
    ],
)
def test_a_sentence_of_files_is_said_as_the_form_has_it(
    sentence: str, language: str, said: str
) -> None:
    assert sentences.told(sentence, language) == said


def test_every_sentence_has_its_places() -> None:
    for each in form_words.FORMS:
        named = {*each.found.groupindex, *LINES}
        assert set(re.findall(r"%\((\w+)\)s", each.said)) <= named


@SQLITE
async def test_a_letter_that_has_just_begun_says_in_french_what_is_missing(
    site: Site, tmp_path: Path
) -> None:
    async with serving(site) as pages:
        editor = await visitor(site, pages, "editor")
        form = {"type": "monthly-letter", "name": "Mai", "languages": "fr"}
        begun = await editor.post("/campaigns/new", form)
        page = await editor.get("/campaigns/1/write/fr?lang=fr")

    assert begun.status_code < 400
    assert "Il manque encore\xa0: Titre" in page.text
    assert english(page.text, set()) == []


def test_a_recommendation_asks_for_its_number_and_a_deadline() -> None:
    label = {
        (block, line): strings.text(line_of(block, line)[0], "fr")
        for block, line in RECOMMENDED
    }

    assert label == RECOMMENDED


def test_a_group_that_lost_its_readers_is_named_in_words() -> None:
    last = "; the last one, May of 2026-11-28, had 1203"
    kind, language = (
        sentences.told(f"no reader is of the {group}{last}", "fr")
        for group in ("kind ngo", "language es")
    )

    assert "catégorie « Organisation non gouvernementale »" in kind.replace("\xa0", " ")
    assert "du 28 novembre 2026" in kind
    assert "espagnol" in language
