"""The lines of an entry are in the order and with the marks of their language."""

import pytest

from audiences.entry import Correspondent, Entry
from mailer.rendering.entry import entry_lines
from tools.samples import catalogues

IRAQ = {"en": "Iraq", "fr": "Iraq", "es": "Iraq", "zh": "伊拉克"}
ECUADOR = {"en": "Ecuador", "fr": "Équateur", "es": "Ecuador", "zh": "厄瓜多尔"}
TOGO = {"en": "Togo", "fr": "Togo", "es": "Togo", "zh": "多哥"}
ENTRY = Entry(
    name="Consejo, Lima",
    names={"en": "Council, Lima"},
    acts_in=(TOGO, IRAQ, ECUADOR),
    languages=("zh-Hant",),
    correspondents=(
        Correspondent(name=None, address="a@x.example", roles=()),
        Correspondent(
            name="Koné",
            function="Présidente",
            address="b@x.example",
            roles=("focal_point", "press"),
        ),
    ),
)


def lines(entry: Entry, language: str) -> dict[str, tuple[str, ...]]:
    return {
        each.key: each.values for each in entry_lines(entry, catalogues()[language])
    }


def test_countries_with_an_accent_stand_among_those_without() -> None:
    assert lines(ENTRY, "fr")["acts_in"] == ("Équateur", "Iraq", "Togo")


@pytest.mark.parametrize(
    ("language", "names", "languages", "whom"),
    [
        (
            "fr",
            "Council, Lima (anglais)",
            "chinois (traditionnel)",
            "Koné, Présidente, b@x.example (point focal et presse)",
        ),
        (
            "es",
            "Council, Lima (inglés)",
            "chino (tradicional)",
            "Koné, Présidente, b@x.example (punto focal y prensa)",
        ),
        (
            "zh",
            "Council, Lima（英语）",
            "中文（繁体）",
            "Koné，Présidente，b@x.example（联络人和媒体联络）",
        ),
    ],
)
def test_notes_and_commas_are_those_of_the_language(
    language: str, names: str, languages: str, whom: str
) -> None:
    shown = lines(ENTRY, language)

    assert shown["name"] == ("Consejo, Lima", names)
    assert shown["languages"] == (languages,)
    assert shown["correspondents"] == ("a@x.example", whom)


def test_what_an_entry_lacks_is_empty_in_every_language() -> None:
    for language in catalogues():
        found = lines(Entry(name="Y"), language)
        assert {key for key, values in found.items() if values} == {"name"}, language


def test_a_value_is_never_read_as_a_placeholder_or_as_markup() -> None:
    entry = Entry(name="A \r\n<b>\u202eB\u2066", acronym="{{7*7}} {name}")
    lines = {each.key: each.values for each in entry_lines(entry, catalogues()["ar"])}

    assert lines["name"] == ("A <b>B",)
    assert lines["acronym"] == ("{{7*7}} {name}",)
    assert lines["seat"] == ()
