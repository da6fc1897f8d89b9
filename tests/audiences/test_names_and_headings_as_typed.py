"""Names with the family name first, headings with a wrong letter, marks in UTF-8."""

from pathlib import Path

import pytest

from audiences.intake.mapping import turning, wording
from audiences.naming import folding
from tests.audiences.opened import cells, opened

HEAD = "Nom;Courriel;Organisation\n"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("DUPONT, Jean-Luc", "Jean-Luc DUPONT"),
        ("Koné, Awa", "Awa Koné"),
        ("Dr. NG, Bo", "Dr. Bo NG"),
        ("de la Cruz, María José", "María José de la Cruz"),
        ("Иванова, Анна", "Анна Иванова"),
        ("Lee, PhD", "Lee, PhD"),
        ("King, Jr.", "King, Jr."),
        ("Dupont, Directrice", "Dupont, Directrice"),
        ("Ada Lee", "Ada Lee"),
        ("House, Books, Art", "House, Books, Art"),
    ],
)
def test_a_name_is_kept_in_the_order_in_which_it_is_said(
    tmp_path: Path, typed: str, kept: str
) -> None:
    text = f'{HEAD}"{typed}";a@x.example;icom\n"DIOP, Moussa";b@x.example;icom\n'
    table = opened(tmp_path, text)
    rows = [each["name"] for each in cells(table)]
    assert rows[0] == kept
    assert table.layout is not None
    told = "DUPONT, Jean becomes Jean DUPONT" in table.layout.found[0].why
    assert told == (rows[1] == "Moussa DIOP")


def test_a_function_behind_a_comma_is_no_given_name() -> None:
    listed = ["Ada Lee, Director", "Bo Ng, Head of Unit", "Cy Diop, Présidente"]
    assert not turning.is_turned("Nom", listed)


def test_our_own_exports_keep_their_names_as_they_are() -> None:
    assert not turning.is_turned("name", ["DIOP, Moussa"])


@pytest.mark.parametrize(
    ("heading", "target"),
    [
        ("First Nmae", "given_name"),
        ("Organistion", "organisation"),
        ("Organsation / ONG", "organisation"),
        ("Nom de Famile", "family_name"),
        ("Apelidos", "family_name"),
        ("Countrry", "country"),
        ("Cognome", "family_name"),
        ("メールアドレス", "address"),
    ],
)
def test_a_heading_with_a_wrong_letter_is_known(heading: str, target: str) -> None:
    found = wording.meaning(heading)
    assert found is not None
    assert (found.target, found.sure) == (target, True)


@pytest.mark.parametrize("heading", ["Desabonée", "Unsubscibed", "Blacklsited"])
def test_a_wish_with_a_wrong_letter_is_asked_about(
    tmp_path: Path, heading: str
) -> None:
    table = opened(tmp_path, f"E-mail;{heading}\na@x.example;2024-02-03\n")
    assert table.layout is not None
    assert heading in table.layout.questions[0]


def test_a_word_near_to_a_heading_is_not_taken_where_its_column_is_there(
    tmp_path: Path,
) -> None:
    text = "E-mail;Verband;Versand\na@x.example;Haus der Kunst;ja\n"
    table = opened(tmp_path, text)
    assert [each["organisation_name"] for each in cells(table)] == ["Haus der Kunst"]
    assert table.layout is not None
    assert "Versand" in table.layout.questions[0]


def test_of_two_columns_of_addresses_the_one_that_has_some_is_read(
    tmp_path: Path,
) -> None:
    text = "Email;Name;Adresse e-mail\nanonymous;Ann;a@x.example\n"
    table = opened(tmp_path, text)
    assert [each["address"] for each in cells(table)] == ["a@x.example"]


@pytest.mark.parametrize("word", ["House¹", "n° 5", "Open\xa0House"])
def test_a_mark_alone_is_no_doubt_about_utf_8(tmp_path: Path, word: str) -> None:
    text = f"Name;E-mail;Organisation\nAnn;a@x.example;{word}\n"
    table = opened(tmp_path, text)
    assert "UTF-8" in table.form


def test_organisations_that_differ_by_a_letter_are_two() -> None:
    assert folding.key("House A") != folding.key("House D") != folding.key("House")
    assert folding.key("L'Union") == folding.key("Union, L'") == folding.key("UNION")
