"""Catalogues, samples and reference names hold to the typography of their language."""

import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from audiences.languages import OFFERED
from tools.checkout import TEMPLATES

ROOT = TEMPLATES.parent
REFERENCE = ROOT / "audiences" / "reference"
Texts = Callable[[str], Iterator[tuple[str, str]]]
HAN = "\u3400-\u9fff"
FIELD = re.compile(
    r"^(?:link|date|until|time|editions|languages|addressees|contact|file|weight"
    r"|organisation|logo|reference|number): .*$"
    r"|^#.*$",
    re.MULTILINE,
)
LABEL = re.compile(
    r"^(?:subject|preheader|title|label|place|sectors|asked|from|to|alt|caption|credit"
    r"|who|function|name): ",
    re.MULTILINE,
)
ADDRESS = re.compile(r"https?://\S+|mailto:\S+|\S+@\S+|`[^`]*`|\{\w+\}|%\(\w+\)s")
STANDS_IN = {"ar": "س", "zh": ""}  # for an address or a place, in its script
SPACE = "[ \u00a0\u202f]"

# What is wrong in every language, then what is wrong in one: a name and a pattern.
EVERYWHERE = {
    "a straight quotation mark": r"""["']""",
    "a damaged character": "[\ufffd\u0080-\u009f]",
    "two spaces": r"\S  +\S",
    "two scripts in one word": (
        "[A-Za-z][\u0400-\u04ff\u0620-\u064a]|[\u0400-\u04ff\u0620-\u064a][A-Za-z]"
    ),
}
OF_LANGUAGE = {
    "en": {
        "-ise, which the United Nations spell -ize": (
            r"(?i)\b(?:organis|recognis|realis|emphasis(?:e|ing)|mobilis|summaris|prioritis)"
        ),
        "a space before punctuation": rf"\w{SPACE}[;:?!,]",
    },
    "fr": {
        "no space before ; : ? ! »": r"[^\s?!/][;?!»](?:\s|$)|[^\s\d]:(?=\s|$)",
        "no space after «": r"«\S",
        "“…” for quotation marks": "[“”]",
        "siège of UNESCO without its capital": r"hors siège",
        "an ordinal without its superior letter": r"\b(?:\d{2,}|[2-9])(?:e|è|è?me)\b",
    },
    "es": {
        "“…” for quotation marks": "[“”]",
        "a question without ¿": r"^[^¿]*\?",
        "y before i": r"\by h?[ií](?![aeo])",
    },
    "ru": {
        "ё, which the United Nations write е": "[ёЁ]",
        "an en dash between words": r"[^\d\s] – ",
        "“…” for quotation marks": "[“”]",
    },
    "ar": {
        "a Latin comma, semicolon or question mark": "[\u0620-\u064a]\\s?[,;?]",
        "“…” for quotation marks": "[“”]",
    },
    "zh": {
        "ASCII punctuation": rf"[{HAN}][,;:?!()]|[,;:?!()][{HAN}]|[{HAN}]\.(?!\w)",
        "a space between characters": rf"[{HAN}，。；：] +[{HAN}]",
        "an en dash, or a dash with spaces": rf"[{HAN}] ?–|– ?[{HAN}]|[{HAN}] +—",
    },
}


def catalogue_texts(language: str) -> Iterator[tuple[str, str]]:
    path = TEMPLATES / "locale" / language / "LC_MESSAGES" / "liaison.po"
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    for message in catalogue:
        if not message.id:
            continue
        string = message.string or ""
        forms = [string] if isinstance(string, str) else list(string)
        assert len(forms) in {1, catalogue.num_plurals}, f"{message.id}: plural forms"
        yield from ((f"{path.name} {message.id!r}", str(form)) for form in forms)


def sample_texts(language: str) -> Iterator[tuple[str, str]]:
    for path in sorted(TEMPLATES.glob(f"*/sample/{language}.md")):
        text = FIELD.sub("", path.read_text(encoding="utf-8"))
        text = LABEL.sub("", text)
        for line in text.splitlines():
            yield f"{path.relative_to(TEMPLATES)}", line


def reference_texts(language: str) -> Iterator[tuple[str, str]]:
    for path in sorted(REFERENCE.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                for column, value in row.items():
                    if _is_in(language, path, column, row):
                        yield f"{path.name} {next(iter(row.values()))} {column}", value


def _is_in(language: str, path: Path, column: str, row: dict[str, str]) -> bool:
    if path.name == "ngos.csv" and column == "name_en":
        return False  # an organisation spells its own name
    if column == "name_local":
        return row["local_lang"] == language
    return re.fullmatch(rf"(?:name|label|in|rhythm)_{language}", column) is not None


def faults(language: str, text: str) -> list[str]:
    """Return what is wrong in a text; addresses and places are skipped."""
    plain = ADDRESS.sub(STANDS_IN.get(language, "x"), text)
    rules = EVERYWHERE | OF_LANGUAGE[language]
    return [name for name, pattern in rules.items() if re.search(pattern, plain)]


@pytest.mark.parametrize("language", OFFERED)
@pytest.mark.parametrize("texts", [catalogue_texts, sample_texts, reference_texts])
def test_texts_hold_to_the_typography_of_their_language(
    texts: Texts, language: str
) -> None:
    found = [
        f"{where}: {fault}: {text}"
        for where, text in texts(language)
        for fault in faults(language, text)
    ]

    assert found == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The organisation's letter"),
        ("en", "Who comes ?"),
        ("fr", "Qui vient?"),
        ("fr", "Lieu: Paris"),
        ("fr", "«Ici»"),
        ("fr", "la 9e réunion"),
        ("es", "Qué dicen?"),
        ("es", "francés y inglés"),
        ("ru", "её партнёры"),
        ("ru", "НПО – партнеры"),
        ("ru", "Cовет"),  # the first letter is Latin
        ("ar", "نعم, لا"),
        ("ar", "من أنتم?"),
        ("zh", "你好,世界"),
        ("zh", "你好 世界"),
        ("zh", "（你好)"),
    ],
)
def test_each_fault_is_found(language: str, text: str) -> None:
    assert faults(language, text)


def test_every_letter_to_member_states_is_written_in_six_languages() -> None:
    letters = ("consultation", "forum-conclusions", "forum-evaluation", "invitation")
    for name in (*letters, "ngo-actions", "monthly-letter"):
        written = {path.stem for path in (TEMPLATES / name / "sample").glob("*.md")}
        assert written == set(OFFERED), name


def test_every_letter_is_written_in_three_languages_at_least() -> None:
    for sample in TEMPLATES.glob("*/sample"):
        assert {"en", "fr", "es"} <= {path.stem for path in Path(sample).glob("*.md")}
