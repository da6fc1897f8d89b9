"""Compares texts word by word, Chinese and Japanese by character. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

MOST = 20_000  # words that are compared; more are shown as removed and added
_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_CHARACTERS = re.compile(r"[ \t]+|\n|[A-Za-z0-9]+|.", re.DOTALL)
_BY_CHARACTER = ("zh", "ja")


class WordChange(StrEnum):
    """What became of some words."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, kw_only=True, slots=True)
class TextSpan:
    """Some words that follow each other, and what became of them."""

    change: WordChange
    text: str


def compare(before: str, after: str, language: str) -> list[TextSpan]:
    """Return the words of both texts in their order; what was removed comes first."""
    pattern = _CHARACTERS if language.partition("-")[0] in _BY_CHARACTER else _WORDS
    old, new = pattern.findall(before), pattern.findall(after)
    if max(len(old), len(new)) > MOST:
        return _spans([(WordChange.REMOVED, [before]), (WordChange.ADDED, [after])])
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    pairs: list[tuple[WordChange, Sequence[str]]] = []
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind == "equal":
            pairs.append((WordChange.SAME, old[i:j]))
        else:
            pairs.append((WordChange.REMOVED, old[i:j]))
            pairs.append((WordChange.ADDED, new[k:m]))
    return _spans(pairs)


def _spans(pairs: Sequence[tuple[WordChange, Sequence[str]]]) -> list[TextSpan]:
    return [
        TextSpan(change=change, text="".join(words))
        for change, words in pairs
        if any(words)
    ]
