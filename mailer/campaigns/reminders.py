"""What a reader does to get a reminder no more: answers, writes back, confirms.

A campaign is a reminder if its rule says so with `and`: `not answered(session-2027)`,
`not replied(5)` or `last_confirmed < 2027-01-12`. Who does it after the approval has
not left the audience by a fault, and who does it after the release gets no letter.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, or_

from audiences.naming.values import Values
from audiences.organisations import Organisation
from audiences.segments import conditions, rules
from audiences.segments.compiler import Context
from audiences.segments.rules import Operator
from audiences.store import past
from audiences.store.past import Past
from mailer.users import scopes

_ASKED = {"answered": Values.EVENT, "replied": Values.CAMPAIGN}
CONFIRMED = "last_confirmed"


class Awaited(NamedTuple):
    """What a reminder waits for, in words of the rule that are safe in JSON.

    `answered` with an event and an answer or none, `replied` with a campaign, or
    `last_confirmed` with an operator and a day: then the entry is not confirmed yet.
    """

    question: str
    argument: str
    second: str | None


def wanted(rule: str, context: Context) -> list[Awaited]:
    """Return what a rule waits for; [] if it is none of a reminder."""
    whole = scopes.parsed(rule, context.vocabulary.segments)
    return [] if whole is None else list(_of(whole, context))


def _of(rule: rules.Rule, context: Context) -> Iterator[Awaited]:
    match rule:
        case rules.All(rules=parts):
            for part in parts:
                yield from _of(part, context)
        case rules.Not(rule=rules.Any(rules=parts)):
            for part in parts:
                yield from _of(rules.Not(rule=part), context)
        case rules.Not(rule=rules.Test(name=name) as test) if name in _ASKED:
            then = _word(test.second, Values.ANSWER, context) if test.second else None
            argument = _word(test.argument, _ASKED[name], context)
            yield Awaited(name, argument, then)
        case rules.Comparison(fact=fact, day=rules.Day() as day, operator=operator):
            before = operator in {Operator.BEFORE, Operator.UNTIL}
            if fact == CONFIRMED and before:
                yield Awaited(fact, operator, day.on(context.today).isoformat())


def _word(word: rules.Word, values: Values, context: Context) -> str:
    return context.vocabulary.resolve(
        word.text, values, rule=word.text, column=word.column
    )


def stored(found: Sequence[Awaited]) -> list[list[str | None]] | None:
    """Return what a reminder waits for as its campaign keeps it; None for nothing."""
    return [list(each) for each in found] or None


def kept(written: Iterable[Sequence[Any]] | None) -> tuple[Awaited, ...]:
    """Return what a campaign keeps of what it waits for."""
    return tuple(Awaited(*each) for each in written or ())


def done(known: Past | None, found: Sequence[Awaited]) -> ColumnElement[bool] | None:
    """Whether a reader has done any of this; None if nothing is waited for.

    For a query that has Contact and Organisation; `known` is what is known of the past.
    """
    parts = [each for one in found if (each := _done(known, one)) is not None]
    return or_(*parts) if parts else None


def _done(known: Past | None, one: Awaited) -> ColumnElement[bool] | None:
    if one.question == CONFIRMED:
        day, operator = date.fromisoformat(one.second or ""), Operator(one.argument)
        return ~conditions.dated(Organisation.confirmed_at, operator, day)
    if known is None:
        return None
    return past.condition(known, one.question, one.argument, one.second)
