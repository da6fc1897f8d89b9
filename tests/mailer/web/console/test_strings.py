"""Every string of the console is in six languages, and no catalogue has another."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

from mailer.web import console
from mailer.web.console import showing, strings
from tests.mailer.rendering.test_language_lint import EVERYWHERE, OF_LANGUAGE

ROOM = Path(showing.__file__).parent
PLACEHOLDER = re.compile(r"%\(\w+\)s")
TRANSLATED = {"text"}  # methods whose first argument is a string of the console


def of_pages() -> Iterator[str]:
    """Yield each string that pages give to `t`."""
    environment = Environment(autoescape=True)
    for path in sorted((ROOM / "pages").rglob("*.html")):
        tree = environment.parse(path.read_text(encoding="utf-8"))
        for call in tree.find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "t":
                # of another expression than a string, nothing could be extracted
                assert isinstance(call.args[0], nodes.Const), path.name
                yield call.args[0].value


def of_modules() -> Iterator[str]:
    """Yield each string of STRINGS, and each one that stands in a call of `text`."""
    for path in sorted(ROOM.rglob("*.py")):
        place = path.relative_to(ROOM).with_suffix("").parts
        name = ".".join((console.__name__, *place)).removesuffix(".__init__")
        yield from getattr(import_module(name), "STRINGS", ())
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in TRANSLATED
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                yield str(node.args[0].value)


def catalogue(language: str) -> dict[str, str]:
    path = strings.FOLDER / f"{language}.po"
    with path.open("rb") as file:
        read = read_po(file, locale=language, abort_invalid=True)
    return {str(each.id): str(each.string) for each in read if each.id}


TRANSLATIONS = sorted({*strings.LANGUAGES} - {strings.SOURCE})


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_each_language_has_every_string_and_no_other(language: str) -> None:
    used = {*of_pages(), *of_modules()}
    known = catalogue(language)

    assert sorted(used - {key for key, text in known.items() if text}) == []
    assert sorted(set(known) - used) == []


@pytest.mark.parametrize(
    "path", sorted((ROOM / "pages").rglob("*.html")), ids=lambda each: each.stem
)
def test_no_page_has_a_mark_between_values_that_a_language_writes_otherwise(
    path: Path,
) -> None:
    found = re.findall(
        r"[}>)][:;,] (?=[{<])|\}\} \(\{\{", path.read_text(encoding="utf-8")
    )

    assert found == []


# These counts are never one.
MANY = {
    "These are %(count)s copies; send at most %(most)s at once.",
    "More than %(count)s organisations.",
    "More than %(count)s persons need a reason. The export is recorded with it.",
}


def test_a_count_that_may_be_one_stands_apart_from_its_noun() -> None:
    counted = re.compile(r"%\(count\)s (?:\w+ ){0,2}?\w+s\b")
    used = {*of_pages(), *of_modules()}

    assert counted.search("%(count)s further readers of it")
    assert sorted(each for each in used if counted.search(each)) == sorted(MANY)


def test_what_is_not_translated_is_english_and_says_so() -> None:
    english = strings.in_english("Not translated")
    page = (
        f'<title>{english}</title><p title="{english}">{english}: <b>x</b>'
        f"{strings.in_english('a')} <textarea>{english}</textarea></p>{strings.ENGLISH}"
        f"<svg><text>{english}</text></svg>"
    )
    marked = '<span lang="en" dir="ltr">{}</span>'

    assert strings.with_languages(page, "fr") == page
    assert strings.with_languages(page, "ar") == (
        f'<title>{english}</title><p title="{english}">'
        f"{marked.format('Not translated')}: <b>x</b>{marked.format('a')}"
        f" <textarea>{english}</textarea></p>{strings.ENGLISH}"
        f"<svg><text>{english}</text></svg>"
    )


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_a_string_stands_once_in_its_catalogue(language: str) -> None:
    text = (strings.FOLDER / f"{language}.po").read_text(encoding="utf-8")
    written = re.findall(r"^msgid ", text, re.MULTILINE)

    assert len(written) == len(catalogue(language)) + 1  # the header


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_a_translation_has_the_placeholders_of_its_string(language: str) -> None:
    for key, text in catalogue(language).items():
        assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(key))


FAULTS = [
    (language, fault)
    for language in TRANSLATIONS
    for fault in (*EVERYWHERE, *OF_LANGUAGE.get(language, {}))
]


@pytest.mark.parametrize(("language", "fault"), FAULTS)
def test_a_language_keeps_its_typography(language: str, fault: str) -> None:
    pattern = re.compile({**EVERYWHERE, **OF_LANGUAGE.get(language, {})}[fault])
    found = [
        text
        for text in catalogue(language).values()
        if pattern.search(PLACEHOLDER.sub("x", text))
    ]

    assert found == []


@pytest.mark.parametrize("language", ["ar", "es", "ru", "zh"])
def test_a_sentence_that_is_translated_already_is_not_marked_as_english(
    language: str,
) -> None:
    known = catalogue(language)
    whole = known[showing.MISSING]
    filled = PLACEHOLDER.sub("x", known[showing.FAULT])

    assert showing._told(whole, language) == whole
    assert showing._told(filled, language) == filled
    assert showing._told("Nobody wrote this.", language) == strings.in_english(
        "Nobody wrote this."
    )
    for english in known:
        if not PLACEHOLDER.search(english) and " " in english.strip():
            assert not strings.is_translated(english, language), english


def test_the_line_of_a_refused_value_is_called_as_its_form_calls_it() -> None:
    refused = "timezone 'Mars/X': not a time zone such as Africa/Dakar"
    another = "timezones are kept"

    assert showing._told(refused, "en").startswith("Time zone 'Mars/X': not a time")
    assert showing._told(refused, "fr").startswith("Fuseau horaire 'Mars/X'\xa0: ")
    assert showing._told(another, "en") == another


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_a_colleagues_remark_a_framed_text_and_a_finding_have_words_of_their_own(
    language: str,
) -> None:
    known = catalogue(language)
    names = [known[each].casefold() for each in ("Remark", "Note", "note")]

    assert len({*names[:2]}) == 2  # a remark, and a block
    assert len({names[0], names[2]}) == 2  # a remark, and what the state has


def test_in_arabic_an_address_and_a_range_of_digits_are_isolated() -> None:
    loose = re.compile(r"(?<![\u2066\u2068(\w])(?:https?://|mailto:|\d-\d)")

    assert [each for each in catalogue("ar").values() if loose.search(each)] == []
