"""Compiles a rule to one SQLAlchemy condition for contact, organisation and country.

A rule holds for one membership of a contact, the one by which the query reads contacts:
all its clauses are about the same organisation.

Values are bound parameters. A clause about an unknown fact is false, never NULL: so
`not country = FR` holds for an organisation without a country.

Each saved rule is compiled once, but stands in the statement wherever a rule names it.
So a rule is refused when it has too many clauses, counted with those of saved rules.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import and_, not_, or_

from audiences.contacts import FURTHER, PRIMARY, Via
from audiences.errors import RuleError
from audiences.naming.values import Values
from audiences.organisations import Organisation
from audiences.segments import conditions, facts, grammar, rules
from audiences.segments.conditions import Condition
from audiences.segments.rules import Operator
from audiences.segments.vocabularies import Vocabulary, suggestion
from audiences.store import past
from audiences.store.past import Past

MAX_CLAUSES = 500  # of a rule, with those of the saved rules that it names
MAX_TOGETHER = 2_000  # clauses of rules in one statement
MAX_HEIGHT = 20  # levels of not, and, or: the parser of SQLite takes about 25
VALUES_PER_CLAUSE = 50  # a clause with more values counts as several


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

    @property
    def memberships(self) -> tuple[Via, ...]:
        """Return the kinds of memberships that contacts of the store have."""
        return (PRIMARY, FURTHER) if self.vocabulary.further_memberships else (PRIMARY,)


@dataclass(frozen=True, slots=True)
class _Compiled:
    """The condition of a rule or a part of one, with its clauses and levels."""

    condition: Condition
    clauses: int = 1
    height: int = 0


@dataclass
class _Saved:
    """The saved rules compiled so far, and those being compiled, to find cycles."""

    compiled: dict[str, _Compiled] = field(default_factory=dict)
    within: tuple[str, ...] = ()


def condition(rule: str, context: Context, via: Via = PRIMARY) -> Condition:
    """Compile the text of a rule, or the name of a saved rule, for a membership.

    Raises RuleError when it cannot be parsed, has an unknown word or is too large.
    """
    return _compile(rule, context, _Saved(), via).condition


def conditions_of(
    texts: Iterable[str], context: Context, via: Via = PRIMARY
) -> list[Condition]:
    """Compile rules that go into one statement.

    Raises RuleError for a faulty rule, and when they have more than MAX_TOGETHER
    clauses.
    """
    saved, compiled, clauses = _Saved(), [], 0
    for rule in texts:
        each = _compile(rule, context, saved, via)
        clauses += each.clauses
        if clauses > MAX_TOGETHER:
            sentence = (
                f"the rules have more than {MAX_TOGETHER:,} clauses together, counted"
                " with those of saved rules"
            )
            raise RuleError(rule, 1, sentence)
        compiled.append(each.condition)
    return compiled


def clause(
    part: rules.Rule, rule: str, context: Context, via: Via = PRIMARY
) -> Condition:
    """Compile one part of a rule; `rule` is the whole text, for errors."""
    return _Compiler(rule, context, _Saved(), via).rule(part).condition


def _compile(rule: str, context: Context, saved: _Saved, via: Via) -> _Compiled:
    name = rule.strip()
    compiler = _Compiler(rule, context, saved, via)
    if name in context.vocabulary.segments:
        return compiler.segment(rules.Word(text=name, column=1))
    return compiler.rule(grammar.parse(rule))


@dataclass(frozen=True)
class _Compiler:
    text: str
    context: Context
    saved: _Saved
    via: Via

    def rule(self, rule: rules.Rule) -> _Compiled:
        match rule:
            case rules.Not(rule=inner):
                made = self.rule(inner)
                return self._bounded(not_(made.condition), made)
            case rules.All(rules=parts):
                each = [self.rule(part) for part in parts]
                return self._bounded(and_(*(one.condition for one in each)), *each)
            case rules.Any(rules=parts):
                each = [self.rule(part) for part in parts]
                return self._bounded(or_(*(one.condition for one in each)), *each)
            case rules.Test():
                return self._test(rule)
            case rules.Comparison():
                return self._comparison(rule)

    def _bounded(self, condition: Condition, *parts: _Compiled) -> _Compiled:
        """Return a combination of parts; raise RuleError when it is too large."""
        clauses = sum(part.clauses for part in parts)
        height = 1 + max(part.height for part in parts)
        within = self.saved.within
        where = f" in the saved rule {within[-1]}" if within else ""
        if clauses > MAX_CLAUSES:
            sentence = (
                f"{clauses:,} clauses{where}, counted with those of the saved rules"
                f" that it names; at most {MAX_CLAUSES} are allowed"
            )
            raise self._error(1, sentence)
        if height > MAX_HEIGHT:
            sentence = (
                f"more than {MAX_HEIGHT} levels of not, and, or{where}, counted with"
                " those of the saved rules that it names"
            )
            raise self._error(1, sentence)
        return _Compiled(condition, clauses, height)

    def segment(self, word: rules.Word) -> _Compiled:
        """Compile the saved rule that a word of the text names, once."""
        name = self._word(word, Values.SEGMENT)
        within = self.saved.within
        if name in within:
            path = " → ".join([*within, name])
            sentence = f"the saved rules refer to each other in a circle: {path}"
            raise self._error(word.column, sentence)
        if len(within) > MAX_HEIGHT:
            sentence = f"saved rules name each other over {MAX_HEIGHT} levels: {name}"
            raise self._error(word.column, sentence)
        if name not in self.saved.compiled:
            text = self.context.vocabulary.segments[name]
            self.saved.within = (*within, name)
            inner = _Compiler(text, self.context, self.saved, self.via)
            self.saved.compiled[name] = inner.rule(grammar.parse(text))
            self.saved.within = within
        return self.saved.compiled[name]

    def _error(self, column: int, sentence: str) -> RuleError:
        return RuleError(self.text, column, sentence)

    def _test(self, test: rules.Test) -> _Compiled:
        function = facts.TESTS.get(test.name)
        if function is None:
            near = suggestion(test.name, facts.TESTS)
            raise self._error(test.column, f"no question is called {test.name}(){near}")
        if test.name == "segment":
            return self.segment(test.argument)
        if test.second is not None and function.then is None:
            raise self._error(
                test.second.column, f"{test.name}() takes one value, not two"
            )
        argument = self._word(test.argument, function.takes)
        if function.takes in {Values.CAMPAIGN, Values.EVENT}:
            return self._past(test, argument)
        if test.name == "speaks":
            return _Compiled(conditions.speaks(argument))
        if test.name == "kept":
            return _Compiled(conditions.kept(argument))
        relaxed = argument == self.context.topic
        return _Compiled(conditions.subscribed(argument, relaxed=relaxed))

    def _past(self, test: rules.Test, argument: str) -> _Compiled:
        """Compile a question about earlier letters."""
        known, second = self._known_past(test.column), test.second
        then = self._word(second, Values.ANSWER) if second else None
        return _Compiled(past.condition(known, test.name, argument, then))

    def _known_past(self, column: int) -> Past:
        known = self.context.vocabulary.past
        if known is None:
            raise self._error(column, "nothing is known here of earlier letters")
        return known

    def _comparison(self, comparison: rules.Comparison) -> _Compiled:
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
            if fact.name == "reached":
                known = self._known_past(comparison.column)
                return _Compiled(past.reached_since(known, day))
            return _Compiled(
                conditions.dated(Organisation.confirmed_at, comparison.operator, day)
            )
        members = [
            word
            for value in comparison.values
            for word in self._members(value, fact.values)
        ]
        if fact.name == "role":
            clause = conditions.role(
                self.context.vocabulary.roles.stored(members), self.via
            )
        else:
            clause = conditions.CLAUSES[fact.name](members)
        if comparison.operator in {Operator.UNEQUAL, Operator.NOT_IN}:
            clause = not_(clause)
        return _Compiled(clause, 1 + len(members) // VALUES_PER_CLAUSE)

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
