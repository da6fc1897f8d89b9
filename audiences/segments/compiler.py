"""Compiles a rule to one SQLAlchemy condition for contact, organisation and country.

Values are bound parameters. A clause about an unknown fact is false, never NULL: so
`not country = FR` holds for an organisation without a country.
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
    """What the meaning of a rule depends on, besides its text.

    `themes` and `topic` are the campaign's. With `topic` set, sub(topic) also holds for
    readers who unsubscribed from it or paused it: the audience has them as left out,
    with the reason.
    """

    vocabulary: Vocabulary
    today: date
    themes: tuple[str, ...] = ()
    topic: str | None = None
    within: tuple[str, ...] = ()  # names of the segments being compiled, to find cycles


def condition(rule: str, context: Context) -> Condition:
    """Compile the text of a rule, or the name of a saved rule.

    Raises RuleError when it cannot be parsed or has an unknown word.
    """
    name = rule.strip()
    if name in context.vocabulary.segments:
        return _segment(rules.Word(text=name, column=1), name, context)
    return _Compiler(rule, context).rule(grammar.parse(rule))


def clause(part: rules.Rule, rule: str, context: Context) -> Condition:
    """Compile one part of a rule; `rule` is the whole text, for errors."""
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

    def _error(self, column: int, sentence: str) -> RuleError:
        return RuleError(self.text, column, sentence)

    def _test(self, test: rules.Test) -> Condition:
        function = facts.TESTS.get(test.name)
        if function is None:
            near = suggestion(test.name, facts.TESTS)
            raise self._error(test.column, f"no question is called {test.name}(){near}")
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
            sentence = f"no fact is called {comparison.fact!r}{near}"
            raise self._error(comparison.column, sentence)
        if comparison.operator not in fact.operators:
            allowed = " or ".join(fact.operators)
            found = comparison.operator
            sentence = f"{fact.name} is compared with {allowed}, not with {found}"
            raise self._error(comparison.column, sentence)
        if comparison.day is not None:
            day = comparison.day.on(self.context.today)
            return conditions.dated(Organisation.confirmed_at, comparison.operator, day)
        members = [
            word
            for value in comparison.values
            for word in self._members(value, fact.values)
        ]
        clause = conditions.CLAUSES[fact.name](members)
        if comparison.operator in {Operator.UNEQUAL, Operator.NOT_IN}:
            return not_(clause)
        return clause

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
            raise self._error(
                value.column, f"no set is called {value.function}(){near}"
            )
        if function.gives is not values and not (
            function.gives is Values.SECTOR and values is Values.FIELD
        ):
            sentence = f"{value.function}() gives a {function.gives}, not a {values}"
            raise self._error(value.column, sentence)
        arguments = [
            each for word in value.arguments for each in self._arguments(word, function)
        ]
        return _values_of(function.name, arguments, self.context.vocabulary)

    def _arguments(self, word: rules.Word, function: facts.Function) -> list[str]:
        if function.takes is not Values.THEME or word.text != "themes":
            return [self._word(word, function.takes)]
        if not self.context.themes:
            raise self._error(
                word.column,
                "themes can be used only in the rule of a campaign with themes",
            )
        return [
            self._word(replace(word, text=theme), Values.THEME)
            for theme in self.context.themes
        ]


def _values_of(name: str, arguments: list[str], vocabulary: Vocabulary) -> list[str]:
    """Return the values that a set such as region(AFR) stands for."""
    if name == "sectors":
        return sorted({s for theme in arguments for s in vocabulary.themes[theme]})
    attribute = {"region": "region", "group": "group"}[name]
    return [
        code
        for code, country in vocabulary.countries.items()
        if getattr(country, attribute) in arguments
    ]


def _segment(word: rules.Word, text: str, context: Context) -> Condition:
    """Compile the saved rule that a word of a text names."""
    name = context.vocabulary.resolve(
        word.text, Values.SEGMENT, rule=text, column=word.column
    )
    if name in context.within:
        path = " → ".join([*context.within, name])
        raise RuleError(
            text,
            word.column,
            f"the saved rules refer to each other in a circle: {path}",
        )
    inner = replace(context, within=(*context.within, name))
    saved = context.vocabulary.segments[name]
    return _Compiler(saved, inner).rule(grammar.parse(saved))
