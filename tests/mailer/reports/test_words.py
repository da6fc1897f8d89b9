"""`mailer words` finds the codes of rules and lists by names in any language."""

import pytest

from mailer.reports.lists import words
from tests.acts.commands import Mailer, shown

pytestmark = pytest.mark.parametrize("store", ["sqlite"])


@pytest.mark.parametrize(
    ("kind", "search", "code"),
    [
        ("country", "senegal", "SN"),
        ("country", "السنغال", "SN"),
        ("countries", "塞内加尔", "SN"),
        ("region", "Afrique", "AFR"),
        ("status", "associ", "associate"),
        ("sector", "Educación", "ED"),
        ("field", "education", "ED"),
        ("office", "Дакар", "dakar"),
        ("topic", "mensuelle", "monthly-letter"),
        ("language", "arabe", "ar"),
        ("segment", "dakar", "dakar-ngos"),
        ("organisation", "icom", "icom"),
        ("role", "press", "press"),
        ("group", "Va", "Va"),
        ("all", "senegal", "SN"),
    ],
)
def test_a_code_is_found_by_a_name_without_accents(
    mailer: Mailer, kind: str, search: str, code: str
) -> None:
    ran = mailer("words", kind, search, "--json")

    assert ran.code == 0, ran.err
    assert code in {each["code"] for each in ran.json}


@pytest.mark.parametrize("kind", [each for each in words.KINDS if each != "tag"])
def test_every_kind_of_words_has_codes(mailer: Mailer, kind: str) -> None:
    found = mailer("words", kind, "--json").json

    assert found
    assert {each["kind"] for each in found} == {kind}
    codes = [each["code"] for each in found]
    assert len(codes) == len(set(codes))


def test_names_are_in_every_language_of_the_site(mailer: Mailer) -> None:
    found = mailer("words", "status", "--json").json

    assert {"en", "fr", "es", "ar", "ru", "zh"} <= set(found[0]["names"])


def test_an_unknown_kind_is_refused_with_a_similar_one(mailer: Mailer) -> None:
    ran = mailer("words", "contry")

    assert ran.code == 1
    assert "no kind of words is called 'contry'; did you mean country?" in shown(
        ran.err
    )


def test_what_no_name_has_finds_nothing(mailer: Mailer) -> None:
    assert mailer("words", "country", "%_", "--json").json == []
    assert mailer("words", "organisation", "%", "--json").json == []
