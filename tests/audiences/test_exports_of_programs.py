"""Who opted out in the export of a program is known, or a person is asked."""

import csv
import io
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from audiences.intake import read
from audiences.intake.lists.table import Table
from audiences.intake.mapping import plan
from audiences.intake.mapping.plan import Chosen
from audiences.intake.wishes import optouts
from audiences.suppressions import Why
from tests.acts.commands import Mailer
from tests.audiences.opened import cells, write

LISTS = Path(__file__).parent / "lists"
SURE = tomllib.loads((LISTS / "programs.toml").read_text("utf-8"))
ASKED = tomllib.loads((LISTS / "programs_asked.toml").read_text("utf-8"))


def exported(program: dict[str, Any]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(zip(*program["columns"], strict=True))
    return text.getvalue()


def table(
    tmp_path: Path, text: str, chosen: Sequence[str] = (), ignored: Sequence[str] = ()
) -> Table:
    given = Chosen(columns=tuple(chosen), ignored=tuple(ignored))
    return read.open_table(write(tmp_path, text), mapping=plan.combined(None, given))


def is_stopped(row: dict[str, str]) -> bool:
    """Whether a row is of somebody who gets no letters, or its answer is unclear."""
    try:
        reasons = [
            optouts.why(row.get(name, ""), yes=yes)
            for name, yes in optouts.COLUMNS.items()
        ]
        if any(reasons):
            return True
        return "opt_in" in row and optouts.why_not(row["opt_in"]) is not None
    except optouts.UnclearError:
        return True


@pytest.mark.parametrize("program", SURE)
def test_an_export_is_understood_without_a_question(
    tmp_path: Path, program: str
) -> None:
    opened = table(tmp_path, exported(SURE[program]))
    rows = list(cells(opened))
    found = {row["address"]: is_stopped(row) for row in rows}

    assert opened.layout is not None
    assert opened.layout.questions == ()
    assert {True, False} == set(found.values())
    assert found == {each: each.startswith("s") for each in found}
    assert rows[0]["name"] == "Ada Lee"


@pytest.mark.parametrize("program", ASKED)
def test_an_export_that_is_not_sure_is_asked_about_and_its_answer_is_enough(
    tmp_path: Path, program: str
) -> None:
    asked = ASKED[program]
    text = exported(asked)
    first = table(tmp_path, text)
    again = table(tmp_path, text, asked["answers"], asked["ignored"])
    found = {row["address"]: is_stopped(row) for row in cells(again)}

    assert first.layout is not None
    assert again.layout is not None
    assert first.layout.questions
    assert again.layout.questions == ()
    assert found == {each: each.startswith("s") for each in found}


@pytest.mark.parametrize("cell", ["no", "non merci", "不愿意", "لا أوافق", "-1", "0"])
def test_who_did_not_agree_gets_no_letters(cell: str) -> None:
    assert optouts.why_not(cell) is not None


@pytest.mark.parametrize("cell", ["yes", "Oui, merci", "愿意", "أوافق", "1", "✓"])
def test_who_agreed_gets_letters(cell: str) -> None:
    assert optouts.why_not(cell) is None


@pytest.mark.parametrize("cell", ["", "2", "perhaps", "n/a", "✗"])
def test_an_agreement_is_never_guessed(cell: str) -> None:
    with pytest.raises(optouts.UnclearError):
        optouts.why_not(cell)


def test_of_two_cells_one_that_says_no_counts_however_unclear_the_other() -> None:
    assert optouts.why("perhaps | unsubscribed", yes=Why.ASKED)
    with pytest.raises(optouts.UnclearError):
        optouts.why("perhaps | no", yes=Why.ASKED)


@pytest.mark.parametrize(
    "heading",
    ["Date removed", "Supprimé le", "Left on", "Deaktiviert", "Дата удаления"],
)
def test_days_on_which_people_left_are_asked_about(
    tmp_path: Path, heading: str
) -> None:
    text = f"E-mail,{heading}\na@x.example,\nb@x.example,2024-02-03\n"
    opened = table(tmp_path, text)

    assert opened.layout is not None
    assert len(opened.layout.questions) == 1


@pytest.mark.parametrize(
    ("heading", "willing", "refused"),
    [
        ("Frequency", "Monthly", "Never"),
        ("Fréquence", "Mensuelle", "Jamais"),
        ("E-mail preference", "All", "None"),
        ("Emailing", "Inclus", "Exclu"),
        ("Robinsonliste", "", "x"),
        ("Grund der Abmeldung", "", "zu viele"),
        ("Fecha de fallecimiento", "", "02/01/2024"),
        ("Отказ", "", "да"),
    ],
)
def test_a_choice_of_no_letters_is_asked_about(
    tmp_path: Path, heading: str, willing: str, refused: str
) -> None:
    rows = f"a@x.example,{willing}\nb@x.example,{refused}\nc@x.example,{willing}\n"
    opened = table(tmp_path, f"E-mail,{heading}\n{rows}")

    assert opened.layout is not None
    assert len(opened.layout.questions) == 1


def test_a_choice_without_a_refusal_is_not_asked_about(tmp_path: Path) -> None:
    text = "E-mail,Frequency\na@x.example,Monthly\nb@x.example,Weekly\n"
    opened = table(tmp_path, text)

    assert opened.layout is not None
    assert opened.layout.questions == ()


@pytest.mark.parametrize("heading", ["Last e-mail sent", "Created", "Contacted on"])
def test_other_days_are_not_asked_about(tmp_path: Path, heading: str) -> None:
    text = f"E-mail,{heading}\na@x.example,\nb@x.example,2024-02-03\n"
    opened = table(tmp_path, text)

    assert opened.layout is not None
    assert opened.layout.questions == ()


@pytest.mark.parametrize("store", ["sqlite"])
def test_an_empty_answer_is_a_fault_until_a_person_says_what_it_means(
    mailer: Mailer, tmp_path: Path
) -> None:
    rows = "w@x.example,icom,yes\ns@x.example,icom,\nn@x.example,icom,no\n"
    path = str(write(tmp_path, f"E-mail,Organisation,opt_in\n{rows}"))
    asked = mailer("contacts", "import", path, "--json").json
    done = mailer("contacts", "import", path, "--json", "--set", "opt_in=no").json

    (fault,) = asked["faults"]
    assert (fault["row"], fault["column"]) == (3, "opt_in")
    assert "--set opt_in=no" in fault["reason"]
    assert (done["faults"], done["added"], done["stopped"]) == ([], 1, 2)
