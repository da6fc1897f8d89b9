"""Finds what rules refer to: saved segments, also through each other; organisations."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.errors import RuleError
from audiences.organisations import Organisation, folded
from audiences.segments import grammar, rules
from audiences.segments.facts import Values
from audiences.segments.vocabularies import Vocabulary, suggestion

NEAR = 200  # codes with the same beginning, among which one is suggested


def named_in(texts: Iterable[str], vocabulary: Vocabulary) -> dict[str, str]:
    """Return name → rule of every saved segment that these rules need.

    A text is a rule or the name of a saved rule. Raises RuleError for a faulty rule.
    """
    found: dict[str, str] = {}
    waiting = list(texts)
    while waiting:
        text = waiting.pop()
        for name in _names(text, vocabulary):
            if name not in found:
                found[name] = vocabulary.segments[name]
                waiting.append(found[name])
    return found


def _names(text: str, vocabulary: Vocabulary) -> list[str]:
    """Return the segments that a text names itself."""
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


async def require_organisations(
    session: AsyncSession, texts: Iterable[str], vocabulary: Vocabulary
) -> None:
    """Raise RuleError if a rule, or a saved rule it needs, names an unknown code."""
    texts = list(texts)
    saved = named_in(texts, vocabulary)
    words = [
        (text, word)
        for text in [
            *(each for each in texts if each.strip() not in saved),
            *saved.values(),
        ]
        for word in _codes(text)
    ]
    if not words:
        return
    keys = {folded(word.text) for _, word in words}
    known = set(
        await session.scalars(
            select(Organisation.code_key).where(Organisation.code_key.in_(keys))
        )
    )
    for text, word in words:
        if folded(word.text) not in known:
            near = await near_code(session, word.text)
            raise RuleError(
                text,
                word.column,
                f"no {Values.ORGANISATION} is called {word.text!r}{near}",
            )


def _codes(text: str) -> list[rules.Word]:
    """Return the codes of organisations in a rule."""
    return [
        value
        for leaf in rules.leaves(grammar.parse(text))
        if isinstance(leaf, rules.Comparison) and leaf.fact == Values.ORGANISATION
        for value in leaf.values
        if isinstance(value, rules.Word)
    ]


async def near_code(session: AsyncSession, code: str) -> str:
    """Return a hint with a similar code of the directory, or ""."""
    begins = Organisation.code_key.startswith(folded(code)[:2], autoescape=True)
    found = await session.scalars(select(Organisation.code).where(begins).limit(NEAR))
    return suggestion(code, list(found))
