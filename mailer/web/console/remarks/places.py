"""What the places of a letter are called, and on which page each is changed."""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns.writing import parsing, texts
from mailer.campaigns.writing.drafting import pieces
from mailer.campaigns.writing.drafting.desk import DraftDesk
from mailer.rendering.checks.problem import Problem
from mailer.rendering.language.catalogues import Catalogue
from mailer.web.console.writing import blocks

HEAD, LETTER = ".head", ".letter"
PLACES = {HEAD: "Subject and preheader", LETTER: "Name and date"}
# how the place of a problem begins → its name, and its page after the letter's address
PAGES = {
    "audience": ("Readers", "/audience"),
    "campaign.toml, date": (PLACES[LETTER], "/write#block-letter"),
    "campaign.toml, name": (PLACES[LETTER], "/write#block-letter"),
    "campaign.toml, blocks": ("Text", "/write"),
    "campaign.toml": ("Settings of the letter", "/settings"),
}
STRINGS = (*PLACES.values(), *(name for name, _ in PAGES.values()))
_IN_TEXT = re.compile(r"([A-Za-z-]+)\.md(?:, (?:line (\d+)|(subject|preheader)))?")


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedPlace:
    """A place of a letter: its name, and its page after the letter's own address."""

    name: str  # empty: it has no name on pages
    page: str  # empty: it has no page


@dataclass(frozen=True, kw_only=True, slots=True)
class LetterPlaces:
    """The places of one letter in the language of a page."""

    words: Catalogue
    names: Mapping[str, str]  # of blocks
    starts: Mapping[str, Sequence[tuple[int, str]]]  # language → first line and block

    def of(self, problem: Problem) -> NamedPlace:
        """Return where a problem is mended; lines of texts are those of a block."""
        found = _IN_TEXT.match(problem.where)
        if found is not None and found[1] in self.starts:
            block = HEAD if found[3] else self._block(found[1], int(found[2] or 0))
            anchor = f"#block-{block.removeprefix('.')}" if block else ""
            name = self.names.get(block, block) or self.words.text("Text")
            return NamedPlace(name=name, page=f"/write/{found[1]}{anchor}")
        for begins, (name, page) in PAGES.items():
            if problem.where == begins or problem.where.startswith(f"{begins}, "):
                return NamedPlace(name=self.words.text(name), page=page)
        return NamedPlace(name="", page="")

    def _block(self, language: str, line: int) -> str:
        """Return the block that a line is in; "" for no line."""
        starts = self.starts[language]
        at = bisect_right(starts, line, key=lambda each: each[0])
        return (starts[at - 1][1] if at else HEAD) if line else ""


async def of_letter(
    session: AsyncSession, opened: DraftDesk, words: Catalogue
) -> LetterPlaces:
    """Return the places of a letter, named in the language of a page."""
    starts = {}
    written = await texts.texts_of(session, opened.campaign)
    for language, text in written.items():
        read = parsing.read(
            text,
            language=language,
            types=opened.types,
            allowed=opened.template.blocks,
            where="",
        )
        starts[language] = [(each.number, each.id) for each in read.translation.blocks]
    return LetterPlaces(words=words, names=dict(named(opened, words)), starts=starts)


def named(opened: DraftDesk, words: Catalogue) -> list[tuple[str, str]]:
    """Return the blocks of a letter, each with its number, type and title."""
    found = [(key, words.text(name)) for key, name in PLACES.items()]
    numbered = blocks.named(opened, words)
    for piece in opened.model.pieces:
        kind = opened.types.get(piece.type)
        title = pieces.filled_of(piece, kind).values.get("title", "") if kind else ""
        name = numbered[piece.id]
        found.append(
            (piece.id, f"{name}{words.text(': ')}{title[:60]}" if title else name)
        )
    return found
