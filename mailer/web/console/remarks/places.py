"""What the places of a letter are called, and on which page each is changed."""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns.writing import parsing, texts
from mailer.campaigns.writing.drafting import pieces
from mailer.campaigns.writing.drafting.desk import DraftDesk
from mailer.campaigns.writing.translation import units
from mailer.rendering.checks.problem import Problem
from mailer.rendering.language.catalogues import Catalogue
from mailer.web.console import blocks

TITLE = 60  # characters of a title that are shown
HEAD, LETTER = ".head", ".letter"
PLACES = {HEAD: "Subject and preheader", LETTER: "Name and date"}
# how the place of a problem begins → its name, and its page after the letter's address
PAGES = {
    "audience": ("Readers", "/audience"),
    "state": ("Reason", ""),  # why it was sent back or stopped
    "campaign.toml, date": (PLACES[LETTER], "/write#block-letter"),
    "campaign.toml, name": (PLACES[LETTER], "/write#block-letter"),
    "campaign.toml, blocks": ("Text", "/write"),
    "texts": ("Text", "/write"),
    "campaign.toml": ("Settings of the letter", "/settings"),
    "letter": ("The whole letter", "/preview"),
    "approval": ("Approval", "/approval"),
    "time": ("Time", "/schedule"),
}
NO_LETTER = "write it or allow one in languages.fallbacks"  # ends such a problem
STRINGS = (*PLACES.values(), *(name for name, _ in PAGES.values()))
_ID = "[a-z0-9-]+"
_IDS = f"{_ID}(?:, {_ID})*"
_ENTRIES = f"{_ID}(?:/{_ID})*(?:, {_ID}(?:/{_ID})*)*"
# where a sentence has ids of blocks: lacks one, two · has one, which … · one: date is …
# or entries, such as one/title, one/text/2
_OF_BLOCKS = re.compile(
    rf"(?<=^lacks ){_IDS}$"
    rf"|(?<=^has ){_IDS}(?=, which )"
    rf"|^{_ID}(?=: [a-z]+ is .+ here and )"
    rf"|^{_ID}(?= has (?:the type [a-z]+|\d+ steps) here)"
    rf"|(?<=\d: ){_ENTRIES}(?=$|, …$)"
    rf"|(?<=^items of lists in the text of ){_ID}"
    rf"|(?<=^paragraphs in the text of ){_ID}"
    rf"|(?<=^rows in the table of ){_ID}"
)
_IN_TEXT = re.compile(r"([A-Za-z-]+)\.md(?:, (?:line (\d+)|(subject|preheader)))?")


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedPlace:
    """A place of a letter: its name, and its page after the letter's own address."""

    name: str  # empty: it has no name on pages
    page: str  # empty: it has no page
    what: str = ""  # the sentence of a problem, with the names of its blocks


@dataclass(frozen=True, kw_only=True, slots=True)
class LetterPlaces:
    """The places of one letter in the language of a page."""

    words: Catalogue
    names: Mapping[str, str]  # of blocks
    starts: Mapping[str, Sequence[tuple[int, str]]]  # language → first line and block

    def of(self, problem: Problem) -> NamedPlace:
        """Return where a problem is mended, and what it is."""
        what = _OF_BLOCKS.sub(self._named, problem.what, count=1)
        return replace(self._place(problem), what=what)

    def _named(self, found: re.Match[str]) -> str:
        """Return ids of blocks or of their entries in a sentence as names of blocks."""
        blocks = [units.block_of(each, each) for each in found[0].split(", ")]
        return self.words.row(self.names.get(x, x) for x in dict.fromkeys(blocks))

    def _place(self, problem: Problem) -> NamedPlace:
        """Return where a problem is mended; lines of texts are those of a block."""
        found = _IN_TEXT.match(problem.where)
        if found is not None and found[1] in self.starts:
            block = HEAD if found[3] else self._block(found[1], int(found[2] or 0))
            anchor = f"#block-{block.removeprefix('.')}" if block else ""
            name = self.names.get(block, block) or self.words.text("Text")
            return NamedPlace(name=name, page=f"/write/{found[1]}{anchor}")
        if problem.what.endswith(NO_LETTER):
            return NamedPlace(name=self.words.text("Translations"), page="/translate")
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
    starts, names = {}, dict[str, str]()
    written = await texts.texts_of(session, opened.campaign)
    for language, text in written.items():
        read = parsing.read(
            text,
            language=language,
            types=opened.types,
            allowed=opened.template.blocks,
            where="",
        )
        found = read.translation.blocks
        starts[language] = [(each.number, each.id) for each in found]
        names |= {each.id: name_of(each.type, each.title, words) for each in found}
    names |= named(opened, words)
    names |= dict.fromkeys((units.SUBJECT, units.PREHEADER), names[HEAD])
    return LetterPlaces(words=words, names=names, starts=starts)


def name_of(kind: str, title: str, words: Catalogue) -> str:
    """Return what a block is called by its type, empty if unknown, and its title."""
    name = blocks.type_name(kind, words) if kind else words.text("Text")
    return _titled(name, title, words)


def _titled(name: str, title: str, words: Catalogue) -> str:
    """Return the name of a block with the beginning of its title, if it has one."""
    shown = blocks.shown_title(title)[:TITLE]
    return words.text(": ").join(filter(None, [name, shown]))


def named(opened: DraftDesk, words: Catalogue) -> list[tuple[str, str]]:
    """Return the blocks of a letter, each with its number, type and title."""
    found = [(key, words.text(name)) for key, name in PLACES.items()]
    numbered = blocks.named(opened, words)
    for piece in opened.model.pieces:
        kind = opened.types.get(piece.type)
        title = pieces.filled_of(piece, kind).values.get("title", "") if kind else ""
        found.append((piece.id, _titled(numbered[piece.id], title, words)))
    return found
