"""A rule is written as a text that is parsed to the rule again."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiences.segments import grammar, rules
from audiences.segments.rules import Operator, Rule

WORDS = st.one_of(
    st.sampled_from(
        ["ngo", "SN", "forum-09", "in", "or", "today", "in-x", "2027-01-01"]
    ),
    st.text(st.characters(codec="utf-8", exclude_characters='"\n'), max_size=12),
).map(lambda text: rules.Word(text=text, column=0))
NAMES = st.sampled_from(["kind", "region", "sub", "fields"])
COLLECTIONS = st.builds(
    rules.Collection,
    function=NAMES,
    arguments=st.lists(WORDS, min_size=1, max_size=3).map(tuple),
    column=st.just(0),
)
DAYS = st.one_of(
    st.dates(date(1000, 1, 1)).map(lambda day: rules.Day(fixed=day)),
    st.integers(-99_999, 99_999).map(lambda days: rules.Day(offset=days)),
)


def comparison(operator: st.SearchStrategy[Operator], **given: object) -> object:
    return st.builds(
        rules.Comparison,
        fact=NAMES,
        operator=operator,
        column=st.just(0),
        text=st.just(""),
        **given,  # type: ignore[arg-type]
    )


LEAVES = st.one_of(
    comparison(
        st.sampled_from([Operator.EQUAL, Operator.UNEQUAL, Operator.HAS]),
        values=WORDS.map(lambda word: (word,)),
    ),
    comparison(
        st.sampled_from([Operator.IN, Operator.NOT_IN]),
        values=st.lists(WORDS | COLLECTIONS, min_size=1, max_size=3).map(tuple),
    ),
    comparison(st.sampled_from(list(Operator)[-4:]), day=DAYS),
    st.builds(
        rules.Test, name=NAMES, argument=WORDS, column=st.just(0), text=st.just("")
    ),
)  # type: ignore[call-overload]
RULES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(rules.All, rules=st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(rules.Any, rules=st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(rules.Not, rule=inner.filter(lambda r: not isinstance(r, rules.Not))),
    ),
    max_leaves=8,
)


def plain(rule: Rule) -> Rule:
    """Return a rule without columns and texts."""

    def word(value: rules.Word | rules.Collection) -> rules.Word | rules.Collection:
        if isinstance(value, rules.Collection):
            arguments = tuple(replace(each, column=0) for each in value.arguments)
            return replace(value, arguments=arguments, column=0)
        return replace(value, column=0)

    match rule:
        case rules.All(rules=parts):
            return rules.All(rules=tuple(map(plain, parts)))
        case rules.Any(rules=parts):
            return rules.Any(rules=tuple(map(plain, parts)))
        case rules.Not(rule=inner):
            return rules.Not(rule=plain(inner))
        case rules.Test():
            argument = replace(rule.argument, column=0)
            return replace(rule, argument=argument, column=0, text="")
    return replace(rule, values=tuple(map(word, rule.values)), column=0, text="")


@given(RULES)
def test_a_rule_that_is_written_is_parsed_to_itself(rule: Rule) -> None:
    assert plain(grammar.parse(rules.write(rule))) == rule


@pytest.mark.parametrize(
    "text",
    [
        "kind = ngo and status in (associate, consultative) and role has focal-point",
        "not (country in (region(AFR), SN) or sub(monthly-letter))",
        "kind = ngo and (status = associate or level != national)",
        "last_confirmed < today - 180d and not kind = sector",
        "answered(session-2027, yes) and not answered(session-2027)",
        'organisation = "a b" or desk not in (sectors(themes))',
    ],
)
def test_a_rule_is_written_as_people_write_it(text: str) -> None:
    assert rules.write(grammar.parse(text)) == text
