"""The steps of an agenda are read from a list, from plain lines and from a table."""

import pytest

from mailer.rendering.timing import agenda
from mailer.rendering.timing.agenda import AgendaError

LISTED = "- 9 h – 9 h 30 Accueil\n- 10 h Ouverture"


@pytest.mark.parametrize(
    "text",
    [
        LISTED,
        "- 9 h – 9 h 30 Accueil\n     \n- 10 h Ouverture",
        "9 h – 9 h 30 : Accueil\n10 h : Ouverture",
        "9 h – 9 h 30\tAccueil\n10 h\tOuverture",
        "| Heure | Quoi |\n|---|---|\n| 9 h – 9 h 30 | Accueil |\n| 10 h | Ouverture |",
        "**9 h – 9 h 30** Accueil\n\n- 10 h Ouverture",
    ],
)
def test_steps_are_read_however_their_lines_begin(text: str) -> None:
    steps = agenda.steps(agenda.as_list(text))

    assert [(str(each.span), each.what) for each in steps] == [
        ("09:00 – 09:30", "Accueil"),
        ("10:00", "Ouverture"),
    ]
    assert steps[-1].line == text.count("\n")


def test_further_cells_of_a_row_are_words_of_the_step() -> None:
    (step,) = agenda.steps(agenda.as_list("| 9 h | Accueil | Salle XI |"))

    assert step.what == "Accueil – Salle XI"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("- 9 h Accueil\nde tous", 1),
        ("- 9 h Accueil\n10 personnes", 1),
        ("9 h\nAccueil", 0),
        ("Matin\n\n- 9 h Accueil", 0),
        ("| 9 h | Accueil |\n| Pause | Café |", 1),
    ],
)
def test_a_line_without_an_hour_is_no_step(text: str, line: int) -> None:
    with pytest.raises(AgendaError) as refused:
        agenda.steps(agenda.as_list(text))

    assert refused.value.line == line
