"""Letters that an encoding lacked: programs write a question mark for each."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiences.intake.encodings import damage
from mailer.sites.site import Site
from tests.audiences import importing
from tests.audiences.opened import cells, opened, write

LOST = (
    *("Fran?ois", "Zo? M?ller", "?cole normale", "Universit? de Paris", "??????"),
    *("?????? ???????", "Fran□ois", "Fran¤ois", "Sao Tom? e Pr?ncipe", "l'?cole"),
    "Soci?t?/Verein",
)
MAY_BE = ("Quo vadis?", "Who cares? Network", "Jean ?")
KEPT = (
    *("Ann Lee", "¿Qué tal?", "https://x.example/a?b=c", "is he there?"),
    "see x.example/?q=a?b",
)
HEADINGS = {"Pr?nom": "name", "T?l?phone": "telephones", "Soci?t?": "organisation_name"}
IN_SEVEN_BITS = {
    "iso2022_jp": "E-mail,Organisation,姓名\na@x.example,icom,山田太郎\n",
    "hz": "E-mail,Organisation,姓名\na@x.example,icom,王小明\n",
}


@pytest.mark.parametrize("text", LOST)
def test_a_question_mark_in_a_word_is_a_lost_letter(text: str) -> None:
    assert damage.find(text) == damage.LETTER_LOST


@pytest.mark.parametrize("text", MAY_BE)
def test_a_question_mark_at_the_end_of_a_word_is_told(text: str) -> None:
    assert damage.find(text) is None
    assert damage.doubt(text) is not None


@pytest.mark.parametrize("text", KEPT)
def test_questions_and_addresses_of_pages_stay(text: str) -> None:
    assert damage.find(text) is None


@given(st.from_regex(r"[a-z]{1,6}[éèüñçø][a-z]{1,6}", fullmatch=True))
def test_a_word_that_was_written_in_ascii_is_found(word: str) -> None:
    assert damage.find(word) is None
    assert damage.find(word.encode("ascii", "replace").decode()) is not None


@pytest.mark.parametrize("heading", HEADINGS)
def test_a_heading_that_lost_letters_is_known(tmp_path: Path, heading: str) -> None:
    head = f"E-mail;{heading};Pays\n"
    table = opened(tmp_path, f"{head}a@x.example;+33 145681;France\n")

    assert HEADINGS[heading] in next(cells(table))


@pytest.mark.parametrize("store", ["sqlite"])
async def test_lost_letters_are_faults_of_names_and_never_taken(
    site: Site, tmp_path: Path
) -> None:
    head = "E-mail;Organisation code;Name;Notes;Address\n"
    path = write(
        tmp_path,
        f"{head}a@x.example;icom;Zo?;;\nb@x.example;icom;Bo;f?te;1 rue d'Alg?rie\n",
    )
    report = await importing.import_file(site, path, apply=False)

    assert [(each.row, each.column) for each in report.faults] == [(2, "name")]
    assert {each.column for each in report.left_empty} == {"notes", "postal_address"}


@pytest.mark.parametrize("codec", IN_SEVEN_BITS)
def test_an_encoding_of_seven_bits_is_recognised(tmp_path: Path, codec: str) -> None:
    text = IN_SEVEN_BITS[codec]
    (row,) = cells(opened(tmp_path, text.encode(codec)))

    assert row["name"] == text.rstrip().rpartition(",")[2]
