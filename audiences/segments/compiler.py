"""Compiles a rule to one SQLAlchemy condition over contact, organisation and state.

Values are always bound. Every clause is two-valued: an unknown fact makes it false,
so `not country = FR` holds for an organisation whose country nobody knows.
"""

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import and_, not_, or_

from audiences.errors import RuleError
from audiences.organisations import Organisation
from audiences.segments import conditions, facts, grammar, rules
from audiences.segments.conditions import Condition
from audiences.segments.facts import Values
from audiences.segments.rules import Operator
from audiences.segments.vocabularies import Vocabulary, suggestion


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a rule is asked in.

    `themes` are the campaign's. With `topic` set, sub(topic) also holds for readers
    who left or paused it, so that the audience can say why they get nothing.
    """

    vocabulary: Vocabulary
    today: date
    themes: tuple[str, ...] = ()
    topic: str | None = None
    within: tuple[str, ...] = ()  # saved segments being read, to refuse cycles


def condition(rule: str, context: Context) -> Condition:
    """Compile the text of a rule, or the name of a saved one."""
    name = rule.strip()
    if name in context.vocabulary.segments:
        return _segment(rules.Word(text=name, column=1), name, context)
    return _Compiler(rule, context).rule(grammar.parse(rule))


def clause(part: rules.Rule, rule: str, context: Context) -> Condition:
    """Compile one part of a rule by itself."""
    return _Compiler(rule, context).rule(part)


@dataclass(frozen=True)
class _Compiler:
    text: str
    context: Context

    def rule(self, rule: rules.Rule) -> Condition:
        match rule:
            case rules.Not(rule=inner):
                return not_(self.rule(inner))
            case rules.All(rules=parts):
                return and_(*map(self.rule, parts))
            case rules.Any(rules=parts):
                return or_(*map(self.rule, parts))
            case rules.Test():
                return self._test(rule)
            case rules.Comparison():
                return self._comparison(rule)

    def _refuse(self, column: int, sentence: str) -> RuleError:
        return RuleError(self.text, column, sentence)

    def _test(self, test: rules.Test) -> Condition:
        function = facts.TESTS.get(test.name)
        if function is None:
            near = suggestion(test.name, facts.TESTS)
            raise self._refuse(
                test.column, f"no question is called {test.name}(){near}"
            )
        argument = self._word(test.argument, function.takes)
        if test.name == "sub":
            return conditions.subscribed(
                argument, relaxed=argument == self.context.topic
            )
        if test.name == "speaks":
            return conditions.speaks(argument)
        return _segment(test.argument, self.text, self.context)

    def _comparison(self, comparison: rules.Comparison) -> Condition:
        fact = facts.FACTS.get(comparison.fact)
        if fact is None:
            near = suggestion(comparison.fact, facts.FACTS)
            sentence = f"nothing is known by the name {comparison.fact!r}{near}"
            raise self._refuse(comparison.column, sentence)
        if comparison.operator not in fact.operators:
            allowed = " or ".join(fact.operators)
            sentence = (
                f"{fact.name} is asked with {allowed}, not with {comparison.operator}"
            )
            raise self._refuse(comparison.column, sentence)
        if comparison.day is not None:
            day = comparison.day.on(self.context.today)
            return conditions.dated(Organisation.confirmed_at, comparison.operator, day)
        members = [
            word
            for value in comparison.values
            for word in self._members(value, fact.values)
        ]
        held = conditions.CLAUSES[fact.name](members)
        if comparison.operator in {Operator.UNEQUAL, Operator.NOT_IN}:
            return not_(held)
        return held

    def _word(self, word: rules.Word, values: Values) -> str:
        return self.context.vocabulary.resolve(
            word.text, values, rule=self.text, column=word.column
        )

    def _members(
        self, value: rules.Word | rules.Collection, values: Values
    ) -> list[str]:
        if isinstance(value, rules.Word):
            return [self._word(value, values)]
        function = facts.COLLECTIONS.get(value.function)
        if function is None:
            near = suggestion(value.function, facts.COLLECTIONS)
            raise self._refuse(
                value.column, f"no set is called {value.function}(){near}"
            )
        if function.gives is not values and not (
            function.gives is Values.SECTOR and values is Values.FIELD
        ):
            sentence = f"{value.function}() gives a {function.gives}, not a {values}"
            raise self._refuse(value.column, sentence)
        arguments = [
            each for word in value.arguments for each in self._arguments(word, function)
        ]
        return _collected(function.name, arguments, self.context.vocabulary)

    def _arguments(self, word: rules.Word, function: facts.Function) -> list[str]:
        if function.takes is not Values.THEME or word.text != "themes":
            return [self._word(word, function.takes)]
        if not self.context.themes:
            raise self._refuse(word.column, "themes has a meaning in a campaign only")
        return [
            self._word(replace(word, text=theme), Values.THEME)
            for theme in self.context.themes
        ]


def _collected(name: str, arguments: list[str], vocabulary: Vocabulary) -> list[str]:
    if name == "sectors":
        return sorted({s for theme in arguments for s in vocabulary.themes[theme]})
    attribute = {"region": "region", "group": "group"}[name]
    return [
        code
        for code, country in vocabulary.countries.items()
        if getattr(country, attribute) in arguments
    ]


def _segment(word: rules.Word, text: str, context: Context) -> Condition:
    name = context.vocabulary.resolve(
        word.text, Values.SEGMENT, rule=text, column=word.column
    )
    if name in context.within:
        path = " → ".join([*context.within, name])
        raise RuleError(text, word.column, f"the segments go round in a circle: {path}")
    inner = replace(context, within=(*context.within, name))
    saved = context.vocabulary.segments[name]
    return _Compiler(saved, inner).rule(grammar.parse(saved))
