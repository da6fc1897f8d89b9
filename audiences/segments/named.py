"""Finds what rules refer to: saved segments, also through each other; known words.

The store has organisations and tags by the thousand, so that they are looked up only
for the rules that name them.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from audiences.errors import RuleError
from audiences.naming.values import Values
from audiences.organisations import Organisation, folded
from audiences.people.details import ContactTag, tag
from audiences.segments import grammar, rules
from audiences.segments.vocabularies import Vocabulary, suggestion

NEAR = 200  # words with the same beginning, among which one is suggested


def named_in(texts: Iterable[str], vocabulary: Vocabulary) -> dict[str, str]:
    """Return name → rule of every saved segment that these rules need.

    A text is a rule or the name of a saved rule. Raises RuleError for a faulty rule.
    """
    found: dict[str, str] = {}
    waiting = list(texts)
    while waiting:
        text = waiting.pop()
        for name in directly(text, vocabulary):
            if name not in found:
                found[name] = vocabulary.segments[name]
                waiting.append(found[name])
    return found


def directly(text: str, vocabulary: Vocabulary) -> list[str]:
    """Return the saved rules that a text names itself; RuleError if it is faulty."""
    if text.strip() in vocabulary.segments:
        return [text.strip()]
    return [
        vocabulary.resolve(
            leaf.argument.text,
            Values.SEGMENT,
            rule=text,
            column=leaf.argument.column,
        )
        for leaf in rules.leaves(grammar.parse(text))
        if isinstance(leaf, rules.Test) and leaf.name == "segment"
    ]


@dataclass(frozen=True, slots=True)
class _Column:
    """Where the store has the words of a fact, in the form in which they compare."""

    values: Values
    key: InstrumentedAttribute[str]
    shown: InstrumentedAttribute[str]  # as a hint writes them
    form: Callable[[str], str]


_COLUMNS = {
    "organisation": _Column(
        Values.ORGANISATION, Organisation.code_key, Organisation.code, folded
    ),
    "tags": _Column(Values.TAG, ContactTag.tag, ContactTag.tag, tag),
}


async def require_known(
    session: AsyncSession, texts: Iterable[str], vocabulary: Vocabulary
) -> None:
    """Raise RuleError if a rule, or a saved rule it needs, names what nothing has.

    That is the code of an organisation, or a tag of contacts.
    """
    texts = list(texts)
    saved = named_in(texts, vocabulary)
    written = [each for each in texts if each.strip() not in saved]
    for text in [*written, *saved.values()]:
        for fact, column in _COLUMNS.items():
            await _require(session, text, _words(text, fact), column)


def require_in_use(
    texts: Iterable[str], vocabulary: Vocabulary, *, before: Iterable[str] = ()
) -> None:
    """Raise RuleError if a rule names a retired word that those before it did not."""
    kept = {code for text in before for _, code, _ in _coded(text, vocabulary)}
    for text in texts:
        for values, code, column in _coded(text, vocabulary):
            day = vocabulary.retired_on(code, values)
            if day is not None and code not in kept:
                raise RuleError(
                    text,
                    column,
                    f"the {values} {code} retired on {day:%Y-%m-%d}; use another",
                )


# facts whose words may retire
_NAMING = {
    "desk": Values.SECTOR,
    "fields": Values.FIELD,
    "served_by": Values.OFFICE,
    "role": Values.ROLE,
}


def _coded(text: str, vocabulary: Vocabulary) -> Iterator[tuple[Values, str, int]]:
    """Yield each word that may retire and a rule names itself, with its column."""
    if text.strip() in vocabulary.segments:
        return
    for leaf in rules.leaves(grammar.parse(text)):
        if isinstance(leaf, rules.Test):
            if leaf.name == "sub":
                yield Values.TOPIC, leaf.argument.text, leaf.argument.column
            continue
        for value in leaf.values:
            if isinstance(value, rules.Collection):
                if value.function == "sectors":
                    for word in value.arguments:
                        yield Values.THEME, word.text, word.column
            elif leaf.fact in _NAMING:
                yield _NAMING[leaf.fact], value.text, value.column


async def _require(
    session: AsyncSession, text: str, words: list[rules.Word], column: _Column
) -> None:
    """Raise RuleError if the store has one of these words of a rule nowhere."""
    if not words:
        return
    keys = {column.form(word.text) for word in words}
    known = set(
        await session.scalars(select(column.key).where(column.key.in_(keys)).distinct())
    )
    for word in words:
        if column.form(word.text) not in known:
            near = await _near(session, word.text, column)
            raise RuleError(
                text,
                word.column,
                f"no {column.values} is called {word.text!r}{near}",
            )


def _words(text: str, fact: str) -> list[rules.Word]:
    """Return the words that a rule compares with a fact."""
    return [
        value
        for leaf in rules.leaves(grammar.parse(text))
        if isinstance(leaf, rules.Comparison) and leaf.fact == fact
        for value in leaf.values
        if isinstance(value, rules.Word)
    ]


async def near_code(session: AsyncSession, code: str) -> str:
    """Return a hint with a similar code of the directory, or ""."""
    return await _near(session, code, _COLUMNS["organisation"])


async def _near(session: AsyncSession, word: str, column: _Column) -> str:
    """Return a hint with a similar word of the store, or ""."""
    begins = column.key.startswith(column.form(word)[:2], autoescape=True)
    found = await session.scalars(
        select(column.shown).where(begins).distinct().limit(NEAR)
    )
    return suggestion(word, list(found))
