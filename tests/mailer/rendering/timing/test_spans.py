"""Hours as people write them are read, and what is unclear is refused."""

from contextlib import suppress
from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.rendering.timing import spans
from mailer.rendering.timing.spans import Span, SpanError

HOURS = st.times().map(lambda each: each.replace(second=0, microsecond=0))
DASHES = st.sampled_from(["-", "–", "—", "−", "~", "〜", " - ", " – ", " to ", " à "])


@pytest.mark.parametrize(
    ("text", "read"),
    [
        *((each, "15:00") for each in ("15:00", "3 pm", "3pm", "3:00 p.m.", "3 p. m.")),
        *((each, "15:00") for each in ("15 h", "15h", "15h00", "15.00", "15 Uhr")),
        *((each, "15:00") for each in ("下午3点", "下午3:00", "15时", "в 15 часов")),
        *((each, "15:00") for each in ("٣ م", "٣:٠٠ م", "3 مساءً")),
        *((each, "15:00") for each in ("à partir de 15 h", "от 15:00", "15:00 hours")),
        *((each, "15:00 – 16:00") for each in ("１５：００－１６：００", "3 – 4 مساءً")),
        *((each, "15:30") for each in ("15h30", "15 h 30", "15H30", "15.30 Uhr")),
        *((each, "15:30") for each in ("15 heures 30", "下午3点半", "15 ч 30 мин")),
        *((each, "12:00") for each in ("noon", "12 noon", "midi", "12 pm", "12 дня")),
        *((each, "00:00") for each in ("12 am", "0:00", "12 ночи")),
        *((each, "20:00") for each in ("8 вечера", "晚上8点", "8 مساءً", "8 du soir")),
        ("9 часов утра", "09:00"),
        *((each, "15:00") for each in ("下午三点钟", "3 عصراً", "las 3 de la tarde")),
        *((each, "15:30") for each in ("15h30min", "15 h 30 min", "15时30分")),
        ("下午两点三刻", "14:45"),
        *(
            (each, "10:00 – 12:00")
            for each in (
                *(
                    "between 10 am and noon",
                    "entre 10 h et midi",
                    "между 10 и 12 часами",
                ),
                *("entre las 10 y las 12 h", "من الساعة 10:00 إلى الساعة 12:00"),
                *("بين الساعة 10:00 و12:00", "de las 10 a las 12 h", "十点到十二点"),
            )
        ),
        *(
            (each, "10:00 – 12:00")
            for each in ("с 10 до 12", "de 10 à 12", "from 10 to 12", "entre 10 et 12")
        ),
        *((each, "10:00 – 12:00") for each in ("10 h → midi", "10:00 -> 12:00")),
        *(
            (each, "09:00 – 17:00")
            for each in ("desde las 9 hasta las 17", "de 9 a 17")
        ),
        ("من الساعة 9 إلى الساعة 17", "09:00 – 17:00"),
        ("15h30mn", "15:30"),
        *((each, "12:00") for each in ("a mediodía", "al mediodía")),
        ("零点", "00:00"),
        ("3–4 pm", "15:00 – 16:00"),
        ("11–1 pm", "11:00 – 13:00"),
        ("9 to 5 pm", "09:00 – 17:00"),
        ("3 pm – 4:30", "15:00 – 16:30"),
        ("9 am – 17:00", "09:00 – 17:00"),
        ("de 15 h à 16 h 30", "15:00 – 16:30"),
        ("с 10:00 до 11:00", "10:00 – 11:00"),
        ("من 3 إلى 5 م", "15:00 – 17:00"),
        ("下午3点至5点", "15:00 – 17:00"),
        ("10:00 al 11:00", "10:00 – 11:00"),
        ("10 bis 11 Uhr", "10:00 – 11:00"),
        ("22:00 – 02:00", "22:00 – 02:00"),
        ("22:00 – 02:00 (+1)", "22:00 – 02:00 (+1)"),
        ("22:00至次日2:00", "22:00 – 02:00 (+1)"),
        ("22 h à 2 h le lendemain", "22:00 – 02:00 (+1)"),
        ("10 pm to midnight", "22:00 – 00:00 (+1)"),
        ("10:00 – 24:00", "10:00 – 00:00 (+1)"),
    ],
)
def test_an_hour_is_read_however_it_is_written(text: str, read: str) -> None:
    assert str(spans.read(text)) == read


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        *((each, "no time of day") for each in ("25:00", "15:60", "13 am", "0 pm")),
        *((each, "no time of day") for each in ("11 дня", "晚上12点", "25 h – 26 h")),
        *((each, "may begin or end the day") for each in ("24:00", "midnight", "午夜")),
        *((each, "is not an hour") for each in ("3", "1500", "15-00", "3 o'clock")),
        *(
            (each, "is not an hour")
            for each in ("", "soon", "10:00 –", "10:00-11:00-1")
        ),
        *((each, "morning or afternoon") for each in ("08:00 – 9 pm", "11 am – 1:00")),
        *((each, "a time zone") for each in ("15:00 CET", "15:00 (Paris time)")),
        *((each, "a time zone") for each in ("15:00 мск", "15:00（北京时间）")),
        *((each, "a time zone") for each in ("15:00 heure de Paris", "15:00Z")),
        *((each, "a time zone") for each in ("15:00 +02:00", "北京时间15:00")),
        *((each, "write 15:00$") for each in ("15-00", "1500", "15∶00", "15:00:00")),
        ("15-30 – 17-00", "write 15:30 – 17:00$"),
        ("9-11", "may be the end or a word"),
        *((each, "may be the end or a word") for each in ("3 pm – 4", "15:00 - 16")),
    ],
)
def test_an_hour_that_is_unclear_or_impossible_is_refused(
    text: str, sentence: str
) -> None:
    with pytest.raises(SpanError, match=sentence):
        spans.read(text)


@pytest.mark.parametrize(
    ("text", "read", "words"),
    [
        ("3:00 pm Closing", "15:00", "Closing"),
        ("15 h : Accueil", "15:00", "Accueil"),
        ("9h30–10h Accueil", "09:30 – 10:00", "Accueil"),
        ("15:00开幕", "15:00", "开幕"),
        ("10:00 A talk", "10:00", "A talk"),
        ("15:00 | **Bold**", "15:00", "**Bold**"),
        ("10:00 – Opening time", "10:00", "Opening time"),
        ("10:00 Coffee, then 11:00 Tea", "10:00", "Coffee, then 11:00 Tea"),
        ("15:00 heure de questions", "15:00", "heure de questions"),
        ("1 heure du matin Arrivée", "01:00", "Arrivée"),
        ("1 hora de la tarde: Cena", "13:00", "Cena"),
        ("15:00 25 years of work", "15:00", "25 years of work"),
        ("١٠:٠٠ – ١١:٠٠ جلسة", "10:00 – 11:00", "جلسة"),
    ],
)
def test_the_words_follow_the_hour(text: str, read: str, words: str) -> None:
    span, rest = spans.read_before(text)

    assert (str(span), rest) == (read, words)


@pytest.mark.parametrize(
    "text",
    [
        *("15:00 15:40 Talk", "15:00 / 15:40 Talk", "15:00 – 3 talks"),
        *("10:00 م. أحمد", "15:00 GMT+1 Talk", "15.10.2027 Talk"),
        *("15-00 Приветствие", "1500 Talk", "15h00 heure de Paris Accueil"),
        *("2.5 million", "15 Welcome", "3:00  pm Talk"),
    ],
)
def test_words_that_may_be_an_hour_are_refused(text: str) -> None:
    with pytest.raises(SpanError):
        spans.read_before(text)


@given(HOURS, HOURS, DASHES)
def test_a_span_is_read_as_it_was_written(start: time, end: time, dash: str) -> None:
    read = spans.read(f"{start:%H:%M}{dash}{end:%H:%M}")

    assert read == Span(start, end)
    assert read.ends_before_it_starts == (end <= start)
    assert spans.read(str(read)) == read


@given(HOURS)
def test_the_clock_of_twelve_hours_is_the_clock_of_twenty_four(hour: time) -> None:
    assert spans.read(f"{hour:%I:%M %p}") == Span(hour)
    assert spans.read(f"{hour:%I:%M%p}".lower().lstrip("0")) == Span(hour)


@given(st.text(alphabet="0123456789:.h -–apmAPMт点半至 +()", max_size=16))
def test_any_text_is_a_span_or_is_refused(text: str) -> None:
    for reading in (spans.read, spans.read_before):
        with suppress(SpanError):
            reading(text)


def test_a_span_of_the_next_day_ends_then() -> None:
    night = spans.read("22:00 – 02:00 (+1)")

    assert night.end_on(date(2027, 6, 30)) == datetime.fromisoformat("2027-07-01T02:00")
