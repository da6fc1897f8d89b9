"""Reads what a cadence counts from: 6 weeks and 2 days before the event, T+10."""

from scheduler.cadences import Offset, Unit
from scheduler.errors import ScheduleError
from scheduler.reading.heard import OFFSET_UNITS, Heard, joined
from scheduler.reading.lexicon import PhraseKind
from scheduler.reading.tokens import Token
from scheduler.slots import is_too_far

_DIRECTIONS = {PhraseKind.BEFORE: -1, PhraseKind.AFTER: 1}
_JOINS = {PhraseKind.AND, PhraseKind.COMMA}
ON_ITS_AXIS = "event"  # T+10 counts from it, if no other is named


def read(tokens: list[Token], heard: Heard) -> None:
    """Take the offsets at the beginning of phrases, and what they count from.

    Takes nothing if there are none. Raises ScheduleError if they are too far, or if
    both directions are given for one.
    """
    found, taken = _offsets(tokens)
    if not found:
        return
    words = joined(tokens[:taken])
    is_axis = any(each.kind is PhraseKind.AXIS for each in tokens[:taken])
    del tokens[:taken]
    offsets = tuple(dict.fromkeys(found))
    for offset in offsets:
        if offset.count == 0 or is_too_far(offset):
            raise ScheduleError(
                f"{words!r}: an offset is at least a day and at most two years"
            )
    heard.put("offsets", offsets, words)
    place = 0
    while place < len(tokens) and tokens[place].kind is PhraseKind.EVERY:
        place += 1  # after each forum
    if place < len(tokens) and tokens[place].kind is PhraseKind.EVENT:
        heard.put("event", tokens[place].value, tokens[place].text)
        del tokens[: place + 1]
    elif is_axis:
        heard.put("event", ON_ITS_AXIS, words)


def _offsets(tokens: list[Token]) -> tuple[list[Offset], int]:
    """Return the offsets at the beginning, and how many phrases they have.

    An offset without a direction has that of the next one.
    """
    found: list[Offset] = []
    open_items: list[Offset] = []
    place = complete = 0
    while place < len(tokens):
        item = _item(tokens, place)
        if item is None:
            break
        offset, place, is_directed = item
        if not is_directed and place < len(tokens):
            sign = _DIRECTIONS.get(tokens[place].kind)
            if sign is not None:
                open_items.append(offset)
                found += [_signed(each, sign) for each in open_items]
                open_items, place, complete = [], place + 1, place + 1
            else:
                open_items.append(offset)
        elif is_directed:
            found, open_items = [*found, *open_items, offset], []
            complete = place
        while place < len(tokens) and tokens[place].kind in _JOINS:
            place += 1
    return found, complete


def _signed(offset: Offset, sign: int) -> Offset:
    return Offset(count=offset.count * sign, unit=offset.unit, weekday=offset.weekday)


def _item(tokens: list[Token], place: int) -> tuple[Offset, int, bool] | None:
    """Return the offset at a place, the place after it, and whether it has a sign."""
    first = tokens[place]
    after = tokens[place + 1] if place + 1 < len(tokens) else None
    if first.kind is PhraseKind.NEXT_TO:
        return Offset(count=first.value), place + 1, True
    if first.kind is PhraseKind.AXIS:
        unit = _unit(after)
        end = place + (1 if unit is None else 2)
        sign = 1 if first.value > 0 else -1
        if end < len(tokens) and tokens[end].kind in _DIRECTIONS:
            if _DIRECTIONS[tokens[end].kind] != sign:
                raise ScheduleError(
                    f"{first.text!r} and {tokens[end].text!r} are opposite directions"
                )
            end += 1
        return Offset(count=first.value, unit=unit or Unit.DAY), end, True
    if first.kind is PhraseKind.NUMBER and (unit := _unit(after)) is not None:
        return Offset(count=first.value, unit=unit), place + 2, False
    if after is not None and after.kind in _DIRECTIONS:
        if first.kind is PhraseKind.WEEKDAY:
            return Offset(count=1, weekday=first.value), place + 1, False
        if (unit := _unit(first)) is not None:
            return Offset(count=1, unit=unit), place + 1, False
    return None


def _unit(token: Token | None) -> Unit | None:
    if token is None:
        return None
    if token.kind is PhraseKind.WORKING_DAY:
        return Unit.WORKING_DAY
    return OFFSET_UNITS.get(token.value) if token.kind is PhraseKind.UNIT else None
