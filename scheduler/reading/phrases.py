"""Reads the phrases of a cadence one after another into what they say."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from scheduler.cadences import EVERY_DAY, Weekday
from scheduler.errors import ScheduleError
from scheduler.reading import distances, refusals
from scheduler.reading.heard import Heard, in_weeks, joined, period_of
from scheduler.reading.lexicon import PhraseKind
from scheduler.reading.tokens import Token

COUNTS = {PhraseKind.NUMBER, PhraseKind.ORDINAL}
JOINS = {PhraseKind.AND, PhraseKind.COMMA}
TOO_OFTEN = {"hour", "minute", "second"}
_RANGE_WORDS = {"a", "au"}  # French: fillers, but "to" between two months
_MONTH_LENGTH = 31
_FIRST_YEAR, _LAST_YEAR = 1970, 2199


def hear(text: str, tokens: Sequence[Token]) -> Heard:
    """Return what phrases say; raise ScheduleError at one that does not fit."""
    reader = _Reader(text, _without_fillers(tokens))
    distances.read(reader.tokens, reader.heard)
    while reader.tokens:
        reader.step()
    return reader.heard


def _without_fillers(tokens: Sequence[Token]) -> list[Token]:
    kept = []
    for place, token in enumerate(tokens):
        if token.kind is not PhraseKind.FILLER:
            apart = place > 0 and tokens[place - 1].kind is PhraseKind.FILLER
            kept.append(replace(token, apart=apart))
            continue
        around = [each.kind for each in tokens[max(place - 1, 0) : place + 2]]
        is_range = around in (
            [PhraseKind.MONTH, PhraseKind.FILLER, PhraseKind.MONTH],
            [PhraseKind.WEEKDAY, PhraseKind.FILLER, PhraseKind.WEEKDAY],
        )
        if token.text in _RANGE_WORDS and is_range:
            kept.append(replace(token, kind=PhraseKind.SPAN))
    return kept


class _Reader:
    """Takes phrases from the beginning of a list."""

    def __init__(self, text: str, tokens: list[Token]) -> None:
        self.text, self.tokens, self.heard = text, tokens, Heard()

    def kinds(self, count: int) -> list[PhraseKind]:
        return [token.kind for token in self.tokens[:count]]

    def take(self, count: int = 1) -> list[Token]:
        taken = self.tokens[:count]
        del self.tokens[:count]
        return taken

    def step(self) -> None:
        """Take the next phrase, with those that belong to it."""
        kind = self.tokens[0].kind
        match kind:
            case PhraseKind.COMMA:
                self.take()
            case PhraseKind.EVERY | PhraseKind.OTHER:
                self._every()
            case PhraseKind.NUMBER | PhraseKind.ORDINAL | PhraseKind.TIMES:
                self._number()
            case PhraseKind.WEEKDAY | PhraseKind.MONTH:
                self._list(kind)
            case PhraseKind.WORKING_DAY:
                self.heard.put("working", value=True, words=self.take()[0].text)
            case PhraseKind.UNIT | PhraseKind.PERIOD:
                self._period()
            case PhraseKind.EXCEPT if self.kinds(2)[1:] == [PhraseKind.MONTH]:
                self.take()
                self._list(PhraseKind.MONTH, without=True)
            case PhraseKind.STARTS | PhraseKind.ENDS:
                self._limit(kind)
            case PhraseKind.SHIFT | PhraseKind.EVENT | PhraseKind.ELSE_LAST:
                self._simple(kind)
            case _:
                raise self._no_fit(self.take())

    def _simple(self, kind: PhraseKind) -> None:
        token = self.take()[0]
        name = kind.value
        self.heard.put(
            name, True if kind is PhraseKind.ELSE_LAST else token.value, token.text
        )

    def _every(self) -> None:
        """Take every, every other Thursday, every 2 weeks."""
        first = self.take()[0]
        if first.kind is PhraseKind.OTHER:
            unit = self.take()[0] if self.kinds(1) == [PhraseKind.UNIT] else None
            if unit is None and self.kinds(1) != [PhraseKind.WEEKDAY]:
                raise self._no_fit([first])
            self._interval(unit.value if unit else "week", 2, first.text)
        elif self.kinds(2) == [PhraseKind.NUMBER, PhraseKind.UNIT]:
            number, unit = self.take(2)
            name, count = in_weeks(self.text, number, unit)
            self._interval(name, count, joined([number, unit]))
        else:
            self.heard.every = True

    def _interval(self, unit: str, count: int, words: str) -> None:
        if unit in TOO_OFTEN:
            raise refusals.too_often(self.text)
        if count < 1:
            raise ScheduleError(f"{self.text!r}: {words!r} is not a number of periods")
        self.heard.put("period", period_of(unit, count), words)

    def _number(self) -> None:
        """Take numbers, with what they count: third, 1st and 15th, twice a year."""
        kinds = self.kinds(4)
        first = self.tokens[0]
        if (
            kinds[1:] == [PhraseKind.WEEKDAY, PhraseKind.ONE_IN, PhraseKind.NUMBER]
            and first.value == 1
        ):
            _, weekday, _, count = self.take(4)
            self._interval("week", count.value, joined([weekday, count]))
            self.tokens.insert(0, weekday)
        elif (
            kinds[1:] == [PhraseKind.UNIT, PhraseKind.ONE_IN, PhraseKind.NUMBER]
            and first.value == 1
        ):
            _, unit, _, count = self.take(4)
            self._interval(unit.value, count.value, joined([unit, count]))
        elif first.kind is PhraseKind.TIMES or kinds[1:2] == [PhraseKind.TIMES]:
            self._times()
        elif self._is_second():
            raise refusals.too_often(self.text)
        elif kinds[1:2] == [PhraseKind.UNIT] and not self.tokens[1].apart:
            self._number_of_unit()
        else:
            taken = self._joined_list(COUNTS)
            self._refuse_numbers_of_units(taken)
            self.heard.put("numbers", _numbers(self.text, taken), joined(taken))

    def _number_of_unit(self) -> None:
        """Take the first day, or the first month of the quarter; refuse others."""
        number, unit = self.tokens[:2]
        ahead = [
            token for token in self.tokens[2:4] if token.kind is not PhraseKind.EVERY
        ]
        of_quarter = [token.value for token in ahead[:1]] == ["quarter"]
        if unit.value == "month" and number.kind is PhraseKind.ORDINAL and of_quarter:
            taken = self.take(2)
            self.heard.put("month_of_quarter", number.value, joined(taken))
        elif unit.text in {"day", "jour"}:
            self.heard.put("numbers", _numbers(self.text, [number]), number.text)
            self.take()
        else:
            raise self._not_understood([number, unit])

    def _refuse_numbers_of_units(self, taken: Sequence[Token]) -> None:
        following = self.tokens[0] if self.kinds(1) == [PhraseKind.UNIT] else None
        if following is None or following.apart or following.text in {"day", "jour"}:
            return
        raise self._not_understood([taken[-1], following])

    def _is_second(self) -> bool:
        """Return whether a text says every second, without a day."""
        is_last = self.kinds(2) == [PhraseKind.ORDINAL]
        return self.heard.every and is_last and self.tokens[0].text == "second"

    def _times(self) -> None:
        taken = self.take(1 if self.tokens[0].kind is PhraseKind.TIMES else 2)
        count = taken[0].value
        if self.kinds(1) != [PhraseKind.UNIT] or count is None:
            raise self._no_fit(taken)
        unit = self.take()[0]
        words = joined([*taken, unit])
        if unit.value in {"week", "month", "year"}:
            self.heard.put("times", (count, unit.value), words)
        elif count == 1:
            self._interval(unit.value, 1, words)
        elif unit.value == "day":
            raise refusals.too_often(self.text)
        else:
            raise ScheduleError(
                f"{self.text!r}: {words!r} does not say in which months; write for"
                " example the first Tuesday of January, March, July and September"
            )

    def _period(self) -> None:
        token = self.take()[0]
        if token.kind is PhraseKind.UNIT and token.value == "day":
            self.heard.put("any_day", value=True, words=token.text)
            return
        if self.kinds(1) == [PhraseKind.UNIT] and self.tokens[0].value == "day":
            raise self._not_understood([token, self.tokens[0]])
        if isinstance(token.value, tuple):
            unit, count = token.value
        else:
            unit, count = token.value, 1
        self._interval(unit, count, token.text)

    def _list(self, kind: PhraseKind, *, without: bool = False) -> None:
        """Take weekdays or months: Monday and Thursday, from September to June."""
        if self.kinds(3) == [kind, PhraseKind.SPAN, kind]:
            taken = self.take(3)
            values = _range(
                taken[0].value, taken[2].value, months=kind is PhraseKind.MONTH
            )
        else:
            taken = self._joined_list({kind})
            values = [each.value for each in taken]
        if kind is PhraseKind.MONTH:
            chosen = set(range(1, 13)) - set(values) if without else set(values)
            self.heard.put("months", tuple(sorted(chosen)), joined(taken))
        else:
            days = tuple(sorted({Weekday(each) for each in values}))
            self.heard.put("weekdays", days, joined(taken))

    def _joined_list(self, kinds: set[PhraseKind]) -> list[Token]:
        """Take phrases of some kinds that are joined by and, or by commas."""
        taken = self.take()
        while self.tokens:
            joins = 0
            while self.kinds(joins + 1)[joins:] and self.tokens[joins].kind in JOINS:
                joins += 1
            following = self.kinds(joins + 1)[joins:]
            if not joins or not following or following[0] not in kinds:
                return taken
            self.take(joins)
            taken += self.take()
        return taken

    def _limit(self, kind: PhraseKind) -> None:
        """Take the day from which, or until which, a cadence holds."""
        cue = self.take()[0]
        if kind is PhraseKind.STARTS and self.kinds(3) in (
            [PhraseKind.MONTH, PhraseKind.SPAN, PhraseKind.MONTH],
            [PhraseKind.WEEKDAY, PhraseKind.SPAN, PhraseKind.WEEKDAY],
        ):
            return
        day, words = self._day(cue)
        if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
            raise ScheduleError(
                f"{self.text!r}: {day} is not from {_FIRST_YEAR} to {_LAST_YEAR}"
            )
        self.heard.put(kind.value, day, f"{cue.text} {words}")

    def _day(self, cue: Token) -> tuple[date, str]:
        """Take a date: 2027-01-07, 7 January 2027, January 7, 2027."""
        if self.kinds(1) == [PhraseKind.DATE]:
            token = self.take()[0]
            return date.fromisoformat(token.text), token.text
        words = [each for each in self.tokens[:4] if each.kind is not PhraseKind.COMMA][
            :3
        ]
        orders = {True: (0, 1, 2), False: (1, 0, 2)}
        if {each.kind for each in words[:2]} & COUNTS and len(words) == len("dmy"):
            day, month, year = (
                words[each] for each in orders[words[1].kind is PhraseKind.MONTH]
            )
            if month.kind is PhraseKind.MONTH:
                self.take(self.tokens.index(words[2]) + 1)
                try:
                    return date(year.value, month.value, day.value), joined(words)
                except ValueError:
                    raise ScheduleError(
                        f"{self.text!r}: {joined(words)!r} is not a day"
                    ) from None
        raise ScheduleError(
            f"{self.text!r}: expected a day after {cue.text!r}, such as 2027-01-07"
        )

    def _no_fit(self, tokens: Iterable[Token]) -> ScheduleError:
        return refusals.no_fit(self.text, list(tokens))

    def _not_understood(self, tokens: Sequence[Token]) -> ScheduleError:
        return ScheduleError(
            f"{self.text!r}: {joined(tokens)!r} is not understood; write for example"
            " the last day of the month, the second Tuesday of the month, or every"
            " other Thursday"
        )


def _numbers(text: str, tokens: Sequence[Token]) -> tuple[int, ...]:
    found: list[int] = []
    for token in tokens:
        number = token.value
        if number == 0 or number > _MONTH_LENGTH:
            raise refusals.no_day(text, token)
        found.append(number)
    return tuple(dict.fromkeys(found))


def _range(first: int, last: int, *, months: bool) -> list[int]:
    """Return the months or weekdays from one to another, over the year's end too."""
    size, base = (12, 1) if months else (len(EVERY_DAY), 0)
    length = (last - first) % size + 1
    return [(first - base + step) % size + base for step in range(length)]
