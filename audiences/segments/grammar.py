"""Parses the text of a rule to a value of `rules`; errors point to the column.

kind = ngo and status in (associate, consultative) and not country in region(AFR)
"""

import re
from datetime import date
from functools import lru_cache
from typing import Any as Anything
from typing import cast

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedToken, VisitError
from lark.tree import Meta

from audiences.errors import RuleError
from audiences.segments import rules

MAX_LENGTH = 4000
MAX_DEPTH = 40

_GRAMMAR = r"""
?start: either
?either: both (_OR both)*
?both: negation (_AND negation)*
?negation: _NOT negation -> inverse
         | "(" either ")"
         | clause

?clause: WORD (EQUAL | UNEQUAL | HAS) value -> one
       | WORD IN members                    -> several
       | WORD _NOT IN members               -> none_of
       | WORD ORDER day                     -> dated
       | WORD SINCE (DURATION | DATE)         -> since
       | WORD "(" value ["," value] ")"     -> test

?members: "(" member ("," member)* ")" -> listing
        | collection                   -> listing
?member: value | collection
collection: WORD "(" value ("," value)* ")"
value: WORD | QUOTED | DATE
day: DATE | TODAY [SHIFT]

_AND.3: /and\b/i
_OR.3: /or\b/i
_NOT.3: /not\b/i
IN.3: /in\b/i
HAS.3: /has\b/i
TODAY.3: /today\b/i
SINCE.3: /since\b/i
DURATION.3: /\d{1,5}\s*d\b/
EQUAL: "="
UNEQUAL: "!="
ORDER: "<=" | ">=" | "<" | ">"
SHIFT: /[+−-]\s*\d{1,5}\s*d\b/
DATE.2: /\d{4}-\d{2}-\d{2}\b/
WORD: /[^\W_][\w.:-]*/
QUOTED: /"[^"\n]*"/
%ignore /\s+/
"""


@lru_cache(maxsize=1)
def _parser() -> Lark:
    """Return the parser, made for the first rule: most commands read none."""
    return Lark(_GRAMMAR, parser="lalr", propagate_positions=True)


_TERMINALS = {
    "_AND": "and",
    "_OR": "or",
    "_NOT": "not",
    "IN": "in",
    "HAS": "has",
    "EQUAL": "=",
    "UNEQUAL": "!=",
    "ORDER": "<, <=, > or >=",
    "WORD": "a word",
    "QUOTED": 'a text in "quotes"',
    "DATE": "a date such as 2026-01-31",
    "TODAY": "today",
    "LPAR": "(",
    "RPAR": ")",
    "COMMA": ",",
    "SHIFT": "- 180d",
    "SINCE": "since",
    "DURATION": "a number of days such as 180d",
    "$END": "the end of the rule",
}


_ALTERNATIVES = re.compile(  # country = FR or BE
    r"\b(?P<fact>\w{1,40})\s{0,9}(?P<sign>!?=)\s{0,9}"
    r"(?P<words>[\w.:-]{1,60}(?:\s{1,9}or\s{1,9}[\w.:-]{1,60})+)\s{0,9}(?=[)]|$|and\b)",
    re.IGNORECASE,
)
_INSTEAD = {
    "&": "and",
    "|": "or",
    "!": "not, or != between a fact and a word",
    **dict.fromkeys("'‘’“”„«»", 'a text in straight quotation marks: "…"'),
}


@lru_cache(maxsize=1_000)
def parse(text: str) -> rules.Rule:
    """Return the rule of a text; raise RuleError with the column of the first error."""
    _check_limits(text)
    try:
        tree = _parser().parse(text)
        rule: rules.Rule = _Build(text).transform(tree)
    except UnexpectedToken as fault:
        raise _unexpected(text, fault) from None
    except UnexpectedCharacters as fault:
        sentence = f"unexpected character {fault.char!r}"
        if advice := _INSTEAD.get(fault.char):
            sentence += f"; write {advice}"
        raise RuleError(text, cast(int, fault.pos_in_stream) + 1, sentence) from None
    except VisitError as fault:
        if isinstance(fault.orig_exc, RuleError):
            raise fault.orig_exc from None
        raise
    return rule


def _check_limits(text: str) -> None:
    """Refuse a text that would take the parser too much time or stack."""
    if not text.strip():
        raise RuleError(text, 1, "the rule is empty; write for example kind = ngo")
    if len(text) > MAX_LENGTH:
        raise RuleError(
            text[:80],
            1,
            f"the rule has {len(text)} characters; at most {MAX_LENGTH} are allowed",
        )
    depth = 0
    for position, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth > MAX_DEPTH:
            raise RuleError(
                text, position + 1, f"more than {MAX_DEPTH} levels of brackets"
            )
    run = re.search(r"(?:\bnot\s+){4,}", text, re.IGNORECASE)
    if run:
        raise RuleError(
            text,
            run.start() + 1,
            "four or more not in a row; at most three are allowed",
        )


def _unexpected(text: str, fault: UnexpectedToken) -> RuleError:
    expected = sorted({_TERMINALS.get(name, name) for name in fault.expected})
    ended = fault.token.type == "$END"
    found = "the rule ends" if ended else f"found {str(fault.token)!r}"
    column = len(text.rstrip()) + 1 if ended else (fault.token.start_pos or 0) + 1
    sentence = f"{found}; expected {' or '.join(expected)}"
    for each in _ALTERNATIVES.finditer(text):
        if each.start() < column <= each.end() + 1:
            words = re.split(r"\s{1,9}or\s{1,9}", each["words"], flags=re.IGNORECASE)
            sign = "in" if each["sign"] == "=" else "not in"
            sentence = f"{found}; write {each['fact']} {sign} ({', '.join(words)})"
    if found == "found '='" and text[: column - 1].endswith("="):
        sentence = f"{found}; write one ="
    return RuleError(text, column, sentence)


@v_args(inline=True)
class _Values(Transformer[Token, Anything]):
    """Transforms words, sets and days to values of `rules`."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self._source = source

    def value(self, token: Token) -> rules.Word:
        return rules.Word(text=str(token).strip('"'), column=_column(token))

    def collection(self, name: Token, *arguments: rules.Word) -> rules.Collection:
        return rules.Collection(
            function=str(name).lower(), arguments=arguments, column=_column(name)
        )

    def listing(self, *members: Anything) -> tuple[Anything, ...]:
        return members

    def day(self, token: Token, shift: Token | None = None) -> rules.Day:
        if token.type == "TODAY":
            days = re.sub(r"[\sd]", "", shift).replace("−", "-") if shift else "0"
            return rules.Day(offset=int(days))
        try:
            return rules.Day(fixed=date.fromisoformat(token))
        except ValueError:
            sentence = f"{token} is not a day of the calendar"
            raise RuleError(self._source, _column(token), sentence) from None


@v_args(inline=True, meta=True)
class _Build(_Values):
    """Transforms clauses and their combinations to values of `rules`."""

    @v_args(inline=True)
    def either(self, *parts: rules.Rule) -> rules.Rule:
        return rules.Any(rules=parts)

    @v_args(inline=True)
    def both(self, *parts: rules.Rule) -> rules.Rule:
        return rules.All(rules=parts)

    @v_args(inline=True)
    def inverse(self, inner: rules.Rule) -> rules.Rule:
        return rules.Not(rule=inner)

    def one(
        self, meta: Meta, fact: Token, sign: Token, value: rules.Word
    ) -> rules.Comparison:
        return self._comparison(meta, fact, rules.Operator(sign.lower()), (value,))

    def several(
        self, meta: Meta, fact: Token, _in: Token, members: tuple[Anything, ...]
    ) -> rules.Comparison:
        return self._comparison(meta, fact, rules.Operator.IN, members)

    def none_of(
        self, meta: Meta, fact: Token, _in: Token, members: tuple[Anything, ...]
    ) -> rules.Comparison:
        return self._comparison(meta, fact, rules.Operator.NOT_IN, members)

    def dated(
        self, meta: Meta, fact: Token, sign: Token, day: rules.Day
    ) -> rules.Comparison:
        return self._comparison(meta, fact, rules.Operator(sign), (), day)

    def since(
        self, meta: Meta, fact: Token, _since: Token, when: Token
    ) -> rules.Comparison:
        if when.type == "DURATION":
            day = rules.Day(offset=-int(when.rstrip("d").strip()))
        else:
            day = self.day(when)
        return self._comparison(meta, fact, rules.Operator.SINCE, (), day)

    def test(
        self,
        meta: Meta,
        name: Token,
        argument: rules.Word,
        second: rules.Word | None = None,
    ) -> rules.Test:
        return rules.Test(
            name=str(name).lower(),
            argument=argument,
            second=second,
            column=_column(name),
            text=self._text(meta),
        )

    def _comparison(
        self,
        meta: Meta,
        fact: Token,
        operator: rules.Operator,
        values: tuple[rules.Word | rules.Collection, ...],
        day: rules.Day | None = None,
    ) -> rules.Comparison:
        return rules.Comparison(
            fact=str(fact).lower(),
            operator=operator,
            values=values,
            day=day,
            column=_column(fact),
            text=self._text(meta),
        )

    def _text(self, meta: Meta) -> str:
        return " ".join(self._source[meta.start_pos : meta.end_pos].split())


def _column(token: Token) -> int:
    return (token.start_pos or 0) + 1
