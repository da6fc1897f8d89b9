"""Counts what a text is made of: paragraphs, items of lists, rows of a table. Pure."""

import re
from collections import Counter
from dataclasses import dataclass

from mailer.campaigns.writing.translation import units
from mailer.rendering.markup import parser

_MAY_BE_ITEM = re.compile(r"^\s*(?:[^\w\s]|\w{1,4}[.)、])", re.MULTILINE)
_ROW = re.compile(r"^\s*\|(?![\s|:–—-]*$)", re.MULTILINE)  # but not the rule


@dataclass(frozen=True, kw_only=True, slots=True)
class TextShape:
    """What a text is made of; `levels` has the items of each level of its lists."""

    paragraphs: int
    levels: tuple[int, ...]
    rows: int

    @property
    def items(self) -> int:
        """Return how many items its lists have."""
        return sum(self.levels)


def of(text: str) -> TextShape:
    """Return the shape of a text in Markdown."""
    return TextShape(
        paragraphs=len(units.paragraphs(text)),
        levels=_levels(text) if _MAY_BE_ITEM.search(text) else (),
        rows=len(_ROW.findall(text)),
    )


def _levels(text: str) -> tuple[int, ...]:
    """Return how many items lists have, the outer lists first."""
    found = Counter(
        token.level for token in parser.parse(text) if token.type == "list_item_open"
    )
    return tuple(found[level] for level in sorted(found))
