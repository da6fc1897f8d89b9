"""All six catalogues translate every string that readers see, and no other."""

import ast
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from audiences import institution
from audiences.languages import OFFERED
from mailer.campaigns.variants.letters import OTHERS
from mailer.rendering.entry import LINES
from mailer.rendering.render import SERVICE
from mailer.web import app
from mailer.web.public import entry
from tools.checkout import TEMPLATES
from tools.samples import catalogues

MAILER = TEMPLATES.parent / "mailer"
WAYS = ("catalogue.text", "catalogue.plural", "wanted.text", "own.text", "_said")
SAME = {  # in Spanish; in most languages; in French
    *("Ref.: %(reference)s", "invitation.ics"),
    "Index",
}
PLACEHOLDERS = re.compile(r"%\(\w+\)s|\{\w+\}")
# number → index of the plural form, by GNU gettext's rule for Arabic
ARABIC = {0: 0, 1: 1, 2: 2, 3: 3, 10: 3, 11: 4, 99: 4, 100: 5, 102: 5, 103: 3, 111: 4}


def entries(language: str) -> dict[str, str]:
    path = TEMPLATES / "locale" / language / "LC_MESSAGES" / "liaison.po"
    with path.open("rb") as file:
        catalogue: Any = read_po(file, locale=language, abort_invalid=True)
    return {each.id: each.string for each in catalogue if each.id}


def constants(path: Path) -> set[str]:
    return {
        node.value
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


@cache
def written() -> set[str]:
    """Return every string in the Python files of the product."""
    return set().union(*(constants(path) for path in MAILER.rglob("*.py")))


def passed_to_catalogues(path: Path) -> set[str]:
    """Return the strings that a Python file passes to a catalogue."""
    calls = [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute | ast.Name)
        and ast.unparse(node.func).endswith(WAYS)
    ]
    return {
        each.value
        for call in calls
        for each in call.args
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    }


def of_readers(pattern: str) -> Iterator[Path]:
    """Yield the files whose strings are in these catalogues: the console has its own.

    tests/mailer/web/console/test_strings.py looks at those.
    """
    for path in MAILER.rglob(pattern):
        if "console" not in path.relative_to(MAILER).parts:
            yield path


@cache
def used() -> frozenset[str]:
    """Return every string passed to gettext in code and pages, and the labels."""
    labels = constants(MAILER / "rendering/view.py")
    found = {*OTHERS.values(), *LINES.values(), *institution.strings()}
    found |= {*app.STRINGS, *entry.STRINGS, *SERVICE.values()}
    found |= {each for each in labels if each[:1].isupper() and each[-1:] == ":"}
    found |= set().union(*map(passed_to_catalogues, of_readers("*.py")))
    for path in of_readers("*.html"):
        octets = BytesIO(path.read_bytes())
        for _, message, *_ in extract("jinja2.ext:babel_extract", octets, {"t": None}):
            parts = message if isinstance(message, tuple) else (message,)
            found |= {part for part in parts if part}
    return frozenset(found)


def test_strings_in_use_are_found() -> None:
    assert {"Leave this letter", "Read more", "Field offices", "Place:"} <= used()
    assert len(used()) > 40


@pytest.mark.parametrize("language", OFFERED)
def test_no_string_in_use_is_missing_or_untranslated(language: str) -> None:
    known = entries(language)

    assert sorted(used() - set(known)) == []
    assert [message for message, translated in known.items() if not translated] == []


@pytest.mark.parametrize("language", OFFERED)
def test_no_catalogue_has_an_unused_string(language: str) -> None:
    assert sorted(set(entries(language)) - used() - written()) == []


@pytest.mark.parametrize("language", OFFERED)
def test_a_translation_has_the_placeholders_of_its_string(language: str) -> None:
    for message, translated in entries(language).items():
        assert sorted(PLACEHOLDERS.findall(message)) == sorted(
            PLACEHOLDERS.findall(translated)
        )


@pytest.mark.parametrize("language", sorted({*OFFERED} - {"en"}))
def test_no_translation_is_its_english(language: str) -> None:
    same = {
        each for each, translated in entries(language).items() if each == translated
    }

    assert same <= SAME


@pytest.mark.parametrize(("number", "form"), ARABIC.items())
def test_arabic_has_six_plural_forms(number: int, form: int) -> None:
    plural = catalogues()["ar"].translations.plural  # type: ignore[attr-defined]  # set by Plural-Forms

    assert plural(number) == form


def test_dates_numbers_and_lists_are_written_in_one_place() -> None:
    formats = re.compile(
        r"^(?:from|import) babel\.(?:dates|numbers|lists)", re.MULTILINE
    )
    room = MAILER.parent
    found = {
        path.relative_to(room).as_posix()
        for package in ("audiences", "mailer", "scheduler")
        for path in (room / package).rglob("*.py")
        if formats.search(path.read_text(encoding="utf-8"))
    }

    assert found == {"mailer/rendering/language/catalogues.py"}


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", ["Tue 4", "Mon 3 – Fri 7", "May 2027", "a (b)", "a, b"]),
        ("fr", ["mar. 4", "lun. 3 – ven. 7", "Mai 2027", "a (b)", "a, b"]),
        ("es", ["mar 4", "lun 3 – vie 7", "Mayo de 2027", "a (b)", "a, b"]),
        ("ru", ["вт, 4", "пн, 3 – пт, 7", "Май 2027\xa0года", "a (b)", "a, b"]),
        (
            "ar",
            [
                "الثلاثاء، 4",
                "الاثنين، 3 – الجمعة، 7",
                "أيار/مايو 2027",
                "a (b)",
                "a، b",
            ],
        ),
        ("zh", ["4日周二", "3日周一 – 7日周五", "2027年5月", "a（b）", "a，b"]),
    ],
)
def test_a_calendar_and_notes_are_in_the_marks_of_their_language(
    language: str, written: list[str]
) -> None:
    words = catalogues()[language]
    days = [date(2027, 5, each) for each in (4, 3, 7)]

    assert written == [
        words.short_day(days[0]),
        words.short_days(*days[1:]),
        words.month(days[0]),
        words.noted("a", "b"),
        words.row(["a", "b"]),
    ]


@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_a_name_stands_where_it_needs_no_article(language: str) -> None:
    """It stands after a colon or in brackets; “because Delegation of …” lacks “the”."""
    bare = re.compile(r"(?<!:[ \u00a0])(?<!\()%\(organisation\)s")

    assert bare.search("because %(organisation)s subscribes")
    found = {key: text for key, text in entries(language).items() if bare.search(text)}
    assert found == {}
