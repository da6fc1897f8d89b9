"""Finds the saved segments that rules refer to, directly and through each other."""

from collections.abc import Iterable

from audiences.segments import grammar, rules
from audiences.segments.facts import Values
from audiences.segments.vocabularies import Vocabulary


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
