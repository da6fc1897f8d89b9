"""What one clause of a rule says of a person, in the language of a page.

Each is a relative clause, so that clauses can be joined: “whose organisation has its
seat in Mali, and who subscribe to …”. A denied comparison is told as an exception.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from audiences.naming.values import Values
from audiences.segments import facts
from audiences.segments.rules import Collection, Comparison, Day, Leaf, Operator, Test
from mailer.rendering.language.catalogues import Catalogue

FACTS: Mapping[str, str] = {
    "kind": "whose organisation is of the kind %(values)s",
    "status": "whose NGO has the status %(values)s",
    "level": "whose NGO has the reach %(values)s",
    "organisation": "who belong to the organisation %(values)s",
    "country": "whose organisation has its seat in %(values)s",
    "region": "whose organisation has its seat in the region %(values)s",
    "group": "whose country is in the electoral group %(values)s",
    "fields": "whose organisation works on %(values)s",
    "acts_in": "whose organisation is active in %(values)s",
    "serves": "whose office covers %(values)s",
    "served_by": "whose country is covered by the office %(values)s",
    "desk": "whose desk works for %(values)s",
    "role": "who have the role %(values)s",
    "tags": "who have the tag %(values)s",
    "lang": "whose first language is %(values)s",
}
TESTS: Mapping[str, str] = {
    "sub": "who subscribe to %(values)s",
    "speaks": "who read %(values)s",
    "segment": "whom the saved rule %(values)s picks",
    "kept": "who are on the kept list %(values)s",
    "reached_in": "who got the letter %(values)s",
    "bounced_in": "whom the letter %(values)s did not reach",
    "replied": "who wrote back to the letter %(values)s",
    "answered": "who answered the invitation %(values)s",
}
ANSWERED = "who answered the invitation %(values)s with %(answer)s"
DAYS: Mapping[tuple[str, Operator], str] = {
    ("last_confirmed", Operator.BEFORE): "whose entry was confirmed before %(day)s",
    ("last_confirmed", Operator.UNTIL): "whose entry was confirmed until %(day)s",
    ("last_confirmed", Operator.AFTER): "whose entry was confirmed after %(day)s",
    ("last_confirmed", Operator.SINCE): "whose entry was confirmed since %(day)s",
    ("reached", Operator.SINCE): "who got a letter since %(day)s",
}
SETS: Mapping[str, str] = {
    "region": "a country of the region %(name)s",
    "group": "a country of the electoral group %(name)s",
    "sectors": "a sector of the theme %(name)s",
}
OF_THE_LETTER = "a sector of the letter’s themes"
QUOTED = "“%(name)s”"
TODAY = "%(day)s (today)"
BEFORE_TODAY = "%(day)s (days before today: %(count)s)"
AFTER_TODAY = "%(day)s (days after today: %(count)s)"
STRINGS = (
    *(*FACTS.values(), *TESTS.values(), ANSWERED, *DAYS.values(), *SETS.values()),
    *(OF_THE_LETTER, QUOTED, TODAY, BEFORE_TODAY, AFTER_TODAY),
)
# what has a name that people gave it, which may read as other words of the sentence
_OWN_NAMES = frozenset(
    {
        *(Values.TOPIC, Values.TAG, Values.SEGMENT, Values.KEPT, Values.CAMPAIGN),
        *(Values.EVENT, Values.ORGANISATION, Values.OFFICE, Values.ROLE, Values.THEME),
    }
)
_DENIED = {Operator.UNEQUAL: Operator.EQUAL, Operator.NOT_IN: Operator.IN}


@dataclass(frozen=True, kw_only=True)
class RuleWords:
    """The words of a language, and the names that rules may have by their codes."""

    words: Catalogue
    names: Mapping[Values, Mapping[str, str]]  # code without case → name
    today: date

    def name(self, values: Values, code: str) -> str:
        """Return what a code is called; the code itself where it has no name."""
        if values is Values.LANGUAGE:
            return self.words.language_name(code)
        name = self.names.get(values, {}).get(code.casefold()) or code
        return self.words.text(QUOTED, name=name) if values in _OWN_NAMES else name


def affirmed(leaf: Leaf) -> tuple[Leaf, bool]:
    """Return a clause without its denial, and whether it had one."""
    if isinstance(leaf, Test) or leaf.operator not in _DENIED:
        return leaf, False
    twin = Comparison(
        fact=leaf.fact,
        operator=_DENIED[leaf.operator],
        values=leaf.values,
        day=leaf.day,
        column=leaf.column,
        text=leaf.text,
    )
    return twin, True


def is_known(leaf: Leaf) -> bool:
    """Whether a clause names a fact, a question and sets that can be told."""
    if isinstance(leaf, Test):
        return leaf.name in TESTS
    if leaf.day is not None:
        return (leaf.fact, leaf.operator) in DAYS
    sets = (each.function for each in leaf.values if isinstance(each, Collection))
    return leaf.fact in FACTS and SETS.keys() >= {*sets}


def told(leaf: Leaf, known: RuleWords) -> str:
    """Return what an affirmed clause says of a person: “who subscribe to …”."""
    if isinstance(leaf, Test):
        return _test(leaf, known)
    text = known.words.text
    if leaf.day is not None:
        said = DAYS[leaf.fact, leaf.operator]
        return text(said, day=_day(leaf.day, known))
    values = facts.FACTS[leaf.fact].values
    named = [
        _set(each, known)
        if isinstance(each, Collection)
        else known.name(values, each.text)
        for each in leaf.values
    ]
    return text(FACTS[leaf.fact], values=known.words.either(named))


def _test(test: Test, known: RuleWords) -> str:
    function = facts.TESTS[test.name]
    name = known.name(function.takes, test.argument.text)
    if test.second is None:
        return known.words.text(TESTS[test.name], values=name)
    answer = known.name(Values.ANSWER, test.second.text)
    return known.words.text(ANSWERED, values=name, answer=answer)


def _set(given: Collection, known: RuleWords) -> str:
    if given.function == "sectors" and [e.text for e in given.arguments] == ["themes"]:
        return known.words.text(OF_THE_LETTER)
    takes = facts.COLLECTIONS[given.function].takes
    names = [known.name(takes, each.text) for each in given.arguments]
    return known.words.text(SETS[given.function], name=known.words.either(names))


def _day(day: Day, known: RuleWords) -> str:
    shown = known.words.day(day.on(known.today))
    if day.fixed is not None:
        return shown
    if not day.offset:
        return known.words.text(TODAY, day=shown)
    said = BEFORE_TODAY if day.offset < 0 else AFTER_TODAY
    count = known.words.number(abs(day.offset))
    return known.words.text(said, day=shown, count=count)
