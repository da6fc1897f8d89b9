"""A cadence is read in words, and said back in the language it was written in."""

import re
from datetime import UTC, datetime
from itertools import islice

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from scheduler import stored, words
from scheduler.cadences import Cadence
from scheduler.errors import ScheduleError
from scheduler.reading import times, tokens
from scheduler.slots import slots_after
from tests.scheduler.acts import CADENCES, EVENT, rows

ROWS = rows("cadences.tsv")
START = datetime(2026, 11, 24, 12, tzinfo=UTC)
KNOWN = sorted(
    {
        word
        for language in ("en", "fr")
        for phrase in tokens.phrases(language)
        for word in phrase
    }
    | {str(number) for number in range(1, 32)}
)


@pytest.mark.parametrize(("text", "said", "dates"), ROWS, ids=[row[0] for row in ROWS])
def test_a_cadence_is_read_and_said_back(text: str, said: str, dates: str) -> None:
    understood = words.understand(text)
    slots = islice(slots_after(understood.cadence, START, event=EVENT), 3)

    assert words.describe(understood.cadence, understood.language) == said
    assert " ".join(f"{slot.local:%Y-%m-%d}" for slot in slots) == dates


@given(CADENCES, st.sampled_from(["en", "fr"]))
def test_what_is_said_is_read_as_the_same_cadence(
    cadence: Cadence, language: str
) -> None:
    assert words.parse(words.describe(cadence, language)) == cadence


TOLD = [
    (
        "first Tuesday, 10:00, Europe/Paris",
        "el primer martes de cada mes, 10:00, Europe/Paris",
        "первый вторник каждого месяца, 10:00, Europe/Paris",
        "أول يوم ثلاثاء من كل شهر، 10:00، Europe/Paris",
        "每月第一个星期二，10:00，Europe/Paris",
    ),
    (
        "every Wednesday in January and July at 9:00",
        "todos los miércoles de enero y julio, 09:00, UTC",
        "каждую среду в январе и июле, 09:00, UTC",
        "كل يوم أربعاء، من كانون الثاني/يناير وتموز/يوليو، 09:00، UTC",
        "每年1月、7月的每周三，09:00，UTC",
    ),
    (
        "every other Sunday 10:00 from September to June",
        "cada 2 semanas, el domingo de septiembre a junio, 10:00, UTC",
        "раз в две недели, воскресенье с сентября по июнь, 10:00, UTC",
        "يوم أحد كل أسبوعين، من أيلول/سبتمبر إلى حزيران/يونيو، 10:00، UTC",
        "9月至6月每2周的周日，10:00，UTC",
    ),
    (
        "second and fourth Friday of each quarter, or the next working day, 10:00",
        "el segundo y cuarto viernes de cada trimestre",
        "вторая и четвертая пятница каждого квартала",
        "ثاني ورابع يوم جمعة من كل ربع سنة",
        "每季度第二个、第四个星期五",
    ),
]


@pytest.mark.parametrize("row", TOLD, ids=[row[0] for row in TOLD])
def test_a_cadence_is_told_in_the_languages_in_which_none_is_written(
    row: tuple[str, ...],
) -> None:
    cadence = words.parse(row[0])

    said = [words.tell(cadence, language) for language in ("es", "ru", "ar", "zh")]
    assert [each[: len(known)] for each, known in zip(said, row[1:], strict=True)] == [
        *row[1:]
    ]


@given(CADENCES, st.sampled_from(["es", "ru", "ar", "zh"]))
def test_whatever_recurs_is_told_or_left_to_english(
    cadence: Cadence, language: str
) -> None:
    days, said = cadence.days, words.tell(cadence, language)
    apart = bool(days.offsets or days.event or (days.recurrence or days).rule)  # type: ignore[union-attr]

    assert (said == "") is apart
    assert apart or f"{cadence.at:%H:%M}" in said
    assert words.tell(cadence, "en") == words.describe(cadence)


@given(CADENCES)
def test_a_stored_cadence_is_the_same(cadence: Cadence) -> None:
    assert stored.load(stored.dump(cadence)) == cadence


@pytest.mark.parametrize(
    "document", [{}, {"at": "x"}, {"at": "10:00", "zone": "Mars/Olympus"}]
)
def test_a_stored_document_that_is_no_cadence_is_refused(
    document: dict[str, object],
) -> None:
    with pytest.raises(ScheduleError):
        stored.load(document)


def test_what_is_not_given_is_assumed_and_said() -> None:
    english = words.understand("twice a year in January and September")
    french = words.understand("deux fois par an, en janvier et en septembre")

    assert english.sentence.endswith(
        "(no hour was given, so it is 10:00;"
        " no day was given, so it is the first working day)"
    )
    assert "aucune heure n’est indiquée" in french.sentence
    assert words.understand("first Tuesday 10:00").remarks == ()


@given(st.text(max_size=60))
@example("1 day before every 2 years, 31 in February")
def test_any_text_is_read_or_refused_with_a_schedule_error(text: str) -> None:
    try:
        cadence = words.parse(text)
    except ScheduleError:
        return

    assert next(slots_after(cadence, START, event=EVENT)).instant > START


@given(st.lists(st.sampled_from(KNOWN), min_size=1, max_size=7))
def test_any_words_of_cadences_are_read_or_refused(said: list[str]) -> None:
    try:
        cadence = words.parse(" ".join(said))
    except ScheduleError:
        return

    assert words.parse(words.describe(cadence)) == cadence


@given(
    st.sampled_from(
        [row[0] for row in ROWS if "=" not in row[0] and "*" not in row[0]]
    ),
    st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=12),
    st.integers(0, 12),
)
def test_a_good_cadence_with_a_word_too_many_is_refused(
    text: str, word: str, place: int
) -> None:
    plain = tokens.plain(word)
    assume(not {*re.split(r"[,;'().+-]", plain)} & {*KNOWN, ""})
    assume(not re.search(r"\d|h$|s$", plain))
    assume(times.take_zone(word, "UTC") == (word, "UTC"))
    said = text.split()
    place = min(place, len(said))
    with pytest.raises(ScheduleError):
        words.parse(" ".join([*said[:place], word, *said[place:]]))
