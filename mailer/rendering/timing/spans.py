"""Reads hours as people write them: 15:00, 3 pm, 15 h 30, 15.30 Uhr, 下午3点, ٣ م.

A span has a start and perhaps an end: 10:00 – 11:30, 3–4 pm, de 15 h à 16 h.
What can be read in two ways is refused with a sentence that says what to write.
"""

import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from mailer.rendering.markup import east_asian
from mailer.rendering.timing import hour_words

_FIRST_HOUR, _HOURS = 7, 24
_SPACES = "\u00a0\u202f\u2009\u2007\u200e\u200f\u061c\u2066\u2067\u2068\u2069"
_QUARTERS = {"半": 30, "一刻": 15, "三刻": 45}
_A_ZONE = "a time zone; hours are in the campaign's zone, so remove it"
_EXPECTED = "expected an hour such as 15:00 or 3 pm, or a span such as 15:00 – 16:30"


class SpanError(ValueError):
    """A text is not an hour or a span; the message says what was found and expected."""


@dataclass(frozen=True, slots=True)
class Span:
    """An hour, with its end where it is known; `next_day` says that it ends then."""

    start: time
    end: time | None = None
    next_day: bool = False

    def __str__(self) -> str:
        """Return the span as `read` reads it."""
        if self.end is None:
            return f"{self.start:%H:%M}"
        after = " (+1)" if self.next_day else ""
        return f"{self.start:%H:%M} – {self.end:%H:%M}{after}"

    @property
    def ends_before_it_starts(self) -> bool:
        """Whether the end is not after the start, and not on the next day."""
        return self.end is not None and not self.next_day and self.end <= self.start

    def end_on(self, day: date) -> datetime | None:
        """Return the local time of the end of a span that starts on a day."""
        if self.end is None:
            return None
        later = timedelta(days=1) if self.next_day else timedelta()
        return datetime.combine(day + later, self.end)


@dataclass(frozen=True, slots=True)
class _Hour:
    """An hour as written; `half` is a key of HALVES or empty, `marked`: has a mark."""

    written: str
    hour: int
    minute: int
    half: str
    marked: bool

    def moment(self, half: str) -> time:
        """Return the time of day; raise SpanError if there is none."""
        hour, noon = self.hour, 12
        if hour not in hour_words.HOURS_OF[half] or self.minute not in range(60):
            raise SpanError(f"{self.written!r} is no time of day; {_EXPECTED}")
        if half in {"am", "night"}:
            hour %= noon
        elif half and hour < noon:
            hour += noon
        return time(hour, self.minute)


class _Scanner:
    """Takes one thing after another from the beginning of a text."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Return the match at this place and go behind it; None if there is none."""
        match = pattern.match(self.text, self.at)
        if match is not None:
            self.at = match.end()
        return match

    def hour(self) -> _Hour | None:
        """Return the hour at this place; None if there is none."""
        begin = self.at
        self.take(hour_words.LEAD)
        first = self.at
        if self.take(hour_words.NOON):
            return _Hour(self.text[first : self.at], 12, 0, "pm", marked=True)
        if self.take(hour_words.MIDNIGHT):
            return _Hour(self.text[first : self.at], 24, 0, "", marked=True)
        half = self._half(hour_words.BEFORE)
        number = self.take(hour_words.NUMBER)
        if number is None:
            self.at = begin
            return None
        minutes, unit, after = self._minutes()
        half = half or self._half(hour_words.AFTER)
        minute = minutes or after or "0"
        return _Hour(
            written=self.text[first : self.at].strip(),
            hour=int(number[1]) if number[1] else east_asian.number(number[2]),
            minute=_QUARTERS.get(minute) or int(minute),
            half=half,
            marked=bool(minutes or unit or half),
        )

    def _half(self, pattern: re.Pattern[str]) -> str:
        match = self.take(pattern)
        return str(match.lastgroup) if match else ""

    def _minutes(self) -> tuple[str, bool, str]:
        """Return the minutes, whether a unit follows, and the minutes after it."""
        minutes = self.take(hour_words.MINUTES)
        unit = self.take(hour_words.UNIT)
        after = self.take(hour_words.AFTER_UNIT) if unit or minutes else None
        found = next(filter(None, after.groups()), "") if after else ""
        if minutes and found:
            raise SpanError(
                f"{self.text.strip()[:60]!r} has minutes twice; {_EXPECTED}"
            )
        before = (minutes[1] or minutes[2]) if minutes else ""
        return before, unit is not None, found


def plain(text: str) -> str:
    """Return a text of the same length with plain digits, colons and spaces."""
    return "".join(_plain_character(each) for each in text)


def _plain_character(character: str) -> str:
    if character in _SPACES:
        return " "
    number = unicodedata.decimal(character, None)
    return ":" if character == "：" else character if number is None else str(number)


def read(text: str) -> Span:
    """Return the span that a text is; raise SpanError if it is not one."""
    if hour_words.A_ZONE.search(plain(text)):
        raise SpanError(f"{text.strip()[:60]!r} has {_A_ZONE}")
    span, rest = _scan(text.strip())
    _refuse_zone(rest)
    if rest.strip():
        raise _not_an_hour(text)
    return span


def read_before(text: str) -> tuple[Span, str]:
    """Return the span at the beginning of a text, and the words that follow it.

    Raises SpanError if there is none, or if the words begin with another hour.
    """
    span, rest = _scan(text)
    words = text[len(text) - len(rest) :]
    _refuse_zone(words)
    if hour_words.AGAIN.match(rest):
        raise SpanError(
            f"{text[:60]!r} has an hour that is not understood; write 15:00 – 16:30,"
            " then the words"
        )
    separator = hour_words.SEPARATOR.match(words)
    return span, words[separator.end() :] if separator else words


def _refuse_zone(rest: str) -> None:
    if hour_words.ZONE.match(rest):
        raise SpanError(f"{rest.strip()[:60]!r} is {_A_ZONE}")


def _not_an_hour(text: str) -> SpanError:
    """Return the fault of a text that is no hour, with the hour that is meant."""
    words = plain(text.strip())
    meant = hour_words.MISTYPED.sub(r"\g<hour>:\g<minute>", words)
    with suppress(SpanError):
        if meant != words:
            return SpanError(
                f"{text.strip()[:60]!r} is not an hour; write {_scan(meant)[0]}"
            )
    return SpanError(f"{text.strip()[:60]!r} is not an hour; {_EXPECTED}")


def _scan(text: str) -> tuple[Span, str]:
    scanner = _Scanner(plain(text))
    between = scanner.take(hour_words.BETWEEN) is not None
    joint = hour_words.AND if between else hour_words.JOINT
    led = between or hour_words.LEAD.match(scanner.text) is not None
    start = scanner.hour()
    if start is None:
        raise _not_an_hour(text)
    here, end = scanner.at, None
    tomorrow = False
    if scanner.take(joint):
        tomorrow = scanner.take(hour_words.NEXT_DAY) is not None
        end = scanner.hour()
    if end is not None and not end.marked and not (led and _is_of_the_day(start, end)):
        if not start.marked and hour_words.MISTYPED.match(scanner.text):
            raise _not_an_hour(text)
        raise SpanError(
            f"{text[:60]!r}: {end.written!r} may be the end or a word; write the end as"
            " 16:00, or a colon before the words"
        )
    if end is None:
        scanner.at = here
    elif scanner.take(hour_words.NEXT_DAY):
        tomorrow = True
    rest = scanner.text[scanner.at :]
    if end is None:
        return _alone(start, text), rest
    return _together(start, end, tomorrow=tomorrow), rest


def _is_of_the_day(start: _Hour, end: _Hour) -> bool:
    """Return whether two bare numbers are hours of one day: from 10 to 12.

    Those before seven may be in the afternoon.
    """
    return not start.half and _FIRST_HOUR <= start.hour < end.hour < _HOURS


def _alone(start: _Hour, text: str) -> Span:
    if not start.marked:
        raise _not_an_hour(text)
    _refuse_midnight(start)
    return Span(start.moment(start.half))


def _refuse_midnight(start: _Hour) -> None:
    if start.hour == 24:  # noqa: PLR2004
        raise SpanError(
            f"{start.written!r} may begin or end the day; write 00:00 for its beginning"
        )


def _together(start: _Hour, end: _Hour, *, tomorrow: bool) -> Span:
    """Return the span of two hours; one with am or pm gives it to the other."""
    _refuse_midnight(start)
    if end.hour == 24 and end.minute == 0 and not end.half:  # noqa: PLR2004
        return Span(start.moment(start.half), time(0), next_day=True)
    first, last = start.half, end.half
    noon = 12
    if last and not first and start.hour <= noon:
        if start.written.startswith("0"):
            raise _unclear(start, end)
        first = last
        if start.moment(first) >= end.moment(last) and not tomorrow:
            first = "am"
    elif first and not last and end.hour <= noon:
        last = first
        if end.moment(last) <= start.moment(first):
            raise _unclear(start, end)
    return Span(start.moment(first), end.moment(last), next_day=tomorrow)


def _unclear(start: _Hour, end: _Hour) -> SpanError:
    return SpanError(
        f"{start.written!r} to {end.written!r} may be morning or afternoon; write"
        " 15:00 – 16:30, or am or pm after both"
    )
