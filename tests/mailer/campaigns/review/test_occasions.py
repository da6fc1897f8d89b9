"""The check finds days that are over, and hours that the clocks skip or repeat."""

from datetime import UTC, datetime

import pytest

from mailer.campaigns.review import occasions
from mailer.campaigns.review.texts import agreement
from mailer.campaigns.writing import parsing
from mailer.rendering import letter_types
from mailer.rendering.source import Translation
from tools.samples import templates

NOW = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
ITEM = "# item a\ntitle: x\ndate: {}\n"
AGENDA = "# agenda a\ntitle: x\ndate: {}\n\n"


def parse(blocks: str, language: str = "en") -> Translation:
    return parsing.parse(
        f"---\nsubject: x\n---\n{blocks}",
        language=language,
        types=letter_types.block_types(templates()),
        allowed=letter_types.load(templates(), "monthly-letter").blocks,
        where=f"{language}.md",
    )


def found(blocks: str) -> list[tuple[str, ...]]:
    problems = occasions.check(parse(blocks), zone="Europe/Paris", goes=NOW)
    return [(str(each.level), each.where, each.what) for each in problems]


@pytest.mark.parametrize(
    ("blocks", "level", "where", "what"),
    [
        (ITEM.format("2027-02-28"), "warning", 4, "2027-02-28 is over"),
        (
            ITEM.format("2027-03-28\ntime: 2:30"),
            "error",
            4,
            "02:30 does not exist in Europe/Paris: the clocks skip it",
        ),
        (
            AGENDA.format("28 March 2027") + "- 1:00 One\n- 2:15 Two\n",
            "error",
            9,
            "such as 03:15",
        ),
        (
            AGENDA.format("2027-03-28") + "- 1:00 – 2:15 One\n",
            "error",
            8,
            "such as 03:15",
        ),
        (
            ITEM.format("2027-10-31\ntime: 2:30 – 4:00"),
            "warning",
            4,
            "02:30 comes twice in Europe/Paris",
        ),
        (
            ITEM.format("2027-10-31\ntime: 1:00 – 2:30"),
            "warning",
            4,
            "02:30 comes twice in Europe/Paris",
        ),
        (
            ITEM.format("2027-10-30\nuntil: 2027-11-01\ntime: 2:30"),
            "warning",
            4,
            "2027-10-31 02:30 comes twice in Europe/Paris",
        ),
        (
            ITEM.format("2027-10-30\ntime: 22:00 – 2:00 (+1)"),
            "warning",
            4,
            "2027-10-31 02:00 comes twice in Europe/Paris",
        ),
        (
            ITEM.format("2027-03-26\nuntil: 2027-03-29\ntime: 2:30"),
            "error",
            4,
            "2027-03-28 02:30 does not exist in Europe/Paris",
        ),
        (
            AGENDA.format("2027-10-31") + "- 1:00 One\n- 2:15 Two\n",
            "warning",
            9,
            "02:15 comes twice in Europe/Paris",
        ),
        (
            AGENDA.format("2027-05-03") + "- 10:00 One\n- 9:00 Two\n",
            "warning",
            9,
            "09:00 stands below 10:00; is 21:00 meant?",
        ),
    ],
)
def test_a_doubtful_day_or_hour_is_found_with_its_line(
    blocks: str, level: str, where: int, what: str
) -> None:
    ((its_level, its_where, its_what),) = found(blocks)

    assert (its_level, its_where) == (level, f"en.md, line {where}")
    assert what in its_what


@pytest.mark.parametrize(
    "blocks",
    [
        ITEM.format("2027-02-28\nuntil: 2027-03-01"),
        ITEM.format("2027-03-28\ntime: 3:30"),
        AGENDA.format("2027-03-02") + "- 10:00 One\n- 10:00 Two\n",
    ],
)
def test_days_and_hours_that_are_right_pass(blocks: str) -> None:
    assert found(blocks) == []


@pytest.mark.parametrize(
    ("steps", "what"),
    [
        ("- 10 h Un\n- 11 h 30 Deux\n", "11:30 here and at 11:00"),
        ("- 10 h Un\n", "1 st"),
    ],
)
def test_the_steps_of_an_agenda_have_one_hour_in_all_languages(
    steps: str, what: str
) -> None:
    english = parse(AGENDA.format("2027-03-02") + "- 10 am One\n- 11 am Two\n")
    french = parse(AGENDA.format("2 mars 2027") + steps, "fr")

    problems = agreement.check(
        {"en": english, "fr": french}, "en", ruled=[], per_block=[]
    )

    assert what in "".join(each.what for each in problems)
