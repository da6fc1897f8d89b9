"""What the lines and paragraphs of a PO file are called on the pages."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mailer.campaigns.writing.drafting.desk import DraftDesk
from mailer.rendering.language.catalogues import Catalogue
from mailer.web.console.names import block_names
from mailer.web.console.remarks import places

_CONTEXT = re.compile(
    r"(?P<block>[a-z0-9-]+)/(?P<line>[a-z]+)(?:/(?P<number>\d+))?|subject|preheader"
)
_IN_FAULT = re.compile(rf"(?<=: )(?:{_CONTEXT.pattern})(?=: )")


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitNames:
    """The names of the lines and paragraphs of a letter in the language of a page."""

    words: Catalogue
    blocks: Mapping[str, str]  # id → number, type and title
    types: Mapping[str, str]  # id → type

    def of(self, context: str) -> str:
        """Return the block and the label of a line, and the number of a paragraph."""
        found = _CONTEXT.fullmatch(context)
        return self._named(found) if found else context

    def in_fault(self, sentence: str) -> str:
        """Return a refusal with the names of the lines that it is about."""
        lines = sentence.split("\n")
        return "\n".join(_IN_FAULT.sub(self._named, each, count=1) for each in lines)

    def _named(self, found: re.Match[str]) -> str:
        block, line = found["block"] or "", found["line"] or found[0]
        label = self.words.text(block_names.line_of(self.types.get(block, ""), line)[0])
        numbered = " ".join(filter(None, [label, found["number"]]))
        return self.words.row(filter(None, [self.blocks.get(block, block), numbered]))


def of_letter(opened: DraftDesk, words: Catalogue) -> UnitNames:
    """Return the names of the lines and paragraphs of a letter."""
    return UnitNames(
        words=words,
        blocks=dict(places.named(opened, words)),
        types={piece.id: piece.type for piece in opened.model.pieces},
    )
