"""Takes a text apart into its blocks as they are written, and puts it together again.

A piece is the heading of a block, its lines and its text. What a form sends becomes a
piece that is read again as it was meant: no line of a text opens a block, or counts as
a line of the block.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from audiences import characters
from mailer.campaigns.writing import parsing
from mailer.campaigns.writing.syntax import (
    block_lines,
    front_matter,
    line_names,
    openings,
)
from mailer.campaigns.writing.syntax.block_lines import BlockLines
from mailer.errors import ContentError
from mailer.rendering.letter_types import BlockType
from mailer.rendering.markup import fences

SUBJECT, PREHEADER = "subject", "preheader"
_HEADING = re.compile(r"^#(?=\s|$)")
_COLON = re.compile(r"[:：﹕]")
_ESCAPED = {":": "\\:", "：": "&#65306;", "﹕": "&#65109;"}
_WRITTEN = {escaped: colon for colon, escaped in _ESCAPED.items()}
_ANY_ESCAPED = re.compile("|".join(map(re.escape, _WRITTEN)))
_EMPTY_LINES = re.compile(r"\A(?:[^\S\n]*\n)+")
_LINE_ENDS = re.compile(r"\r\n?|[\u2028\u2029\x85]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Filled:
    """What a form was filled with: the lines of a block by name, and its text."""

    values: Mapping[str, str]
    text: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """One block as it is written."""

    id: str
    type: str  # empty: its heading cannot be read
    text: str

    @property
    def digest(self) -> str:
        """Return what identifies these words."""
        return digest_of(self.text)


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A text in one language: its front matter as written, and its pieces."""

    front: str
    pieces: tuple[Piece, ...]

    def piece(self, name: str) -> Piece | None:
        """Return the piece of a block; None if there is none."""
        return next((each for each in self.pieces if each.id == name), None)

    def having(self, piece: Piece, *, after: str | None = None) -> "Draft":
        """Return the draft with a piece in the place of the one with its id.

        A new piece is put after the block `after`, at the end if there is none.
        """
        if self.piece(piece.id) is not None:
            pieces = [piece if each.id == piece.id else each for each in self.pieces]
            return replace(self, pieces=tuple(pieces))
        pieces = list(self.pieces)
        names = [each.id for each in pieces]
        pieces.insert(names.index(after) + 1 if after in names else len(names), piece)
        return replace(self, pieces=tuple(pieces))

    def without(self, name: str) -> "Draft":
        """Return the draft without a block."""
        kept = tuple(each for each in self.pieces if each.id != name)
        return replace(self, pieces=kept)


def digest_of(text: str) -> str:
    """Return the digest of what is written; that of "" stands for nothing."""
    return hashlib.sha256(text.encode()).hexdigest()


def split(text: str, types: Mapping[str, BlockType]) -> Draft:
    """Return a stored text as a draft; what cannot be read is kept as it is."""
    lines = text.removeprefix("\ufeff").split("\n")
    first = next((n for n, line in enumerate(lines) if _HEADING.match(line)), None)
    ends = [n for n, line in enumerate(lines) if line.strip() == "---"][1:2]
    start = ends[0] + 1 if ends else first or 0
    numbered = list(enumerate(lines, start=1))[start:]
    found = []
    for chunk in openings.chunks(numbered, types, "", []):
        try:
            kind, name = openings.read(chunk[0][1], types, "")
        except ContentError:
            kind, name = "", f"line-{chunk[0][0]}"
        words = "\n".join(line for _, line in chunk).rstrip()
        found.append(Piece(id=name or kind, type=kind, text=words))
    pieces = {each.id: each for each in reversed(found)}
    return Draft(
        front="\n".join(lines[:start]).strip(), pieces=tuple(pieces.values())[::-1]
    )


def join(draft: Draft) -> str:
    """Return a draft as it is stored."""
    return "\n\n".join([draft.front, *(each.text for each in draft.pieces)]) + "\n"


def front(subject: str, preheader: str) -> str:
    """Return the front matter of a text; a line without words is left out."""
    values = ((SUBJECT, _one_line(subject)), (PREHEADER, _one_line(preheader)))
    lines = [front_matter.line(key, value) for key, value in values if value]
    return "\n".join(["---", *lines, "---"])


def front_values(draft: Draft) -> dict[str, str]:
    """Return subject and preheader of a draft; one that is missing is ""."""
    found: dict[str, str] = {}
    try:
        numbered = parsing.numbered_lines(draft.front, "")
        found, _ = front_matter.read(numbered, "", [])
    except ContentError:
        pass
    return {key: found.get(key, "") for key in (SUBJECT, PREHEADER)}


def piece(
    kind: BlockType, name: str, values: Mapping[str, str], text: str = ""
) -> Piece:
    """Return what a form has as a piece; a line without a value is left out."""
    heading = f"# {kind.name}" if name == kind.name else f"# {kind.name} {name}"
    lines = [
        f"{key}: {value}"
        for key in kind.fields
        if (value := _one_line(values.get(key, "")))
    ]
    words = _body(text, kind)
    written = "\n".join([heading, *lines, *(("", words) if words else ())])
    return Piece(id=name, type=kind.name, text=written)


def placed(draft: Draft, wanted: Piece, model: Draft) -> Draft:
    """Return a draft with a piece; a new one is put where `model` has it."""
    names = [each.id for each in model.pieces]
    above = names[: names.index(wanted.id)] if wanted.id in names else []
    after = next((each for each in reversed(above) if draft.piece(each)), None)
    if after is None and draft.piece(wanted.id) is None:
        return Draft(front=draft.front, pieces=(wanted, *draft.pieces))
    return draft.having(wanted, after=after)


def filled_of(piece: Piece, kind: BlockType) -> Filled:
    """Return what a form for a stored block is filled with."""
    found = read(piece, kind)
    return Filled(values=found.values, text=words_of(found.text, kind))


def read(piece: Piece, kind: BlockType) -> BlockLines:
    """Return the lines and the text of a stored block, with what is wrong in them."""
    lines = list(enumerate(piece.text.split("\n"), start=1))[1:]
    return block_lines.read(lines, kind, "")


def words_of(text: str, kind: BlockType) -> str:
    """Return the text of a block as an author writes it in a form."""

    def written(line: str) -> str:
        found = _ANY_ESCAPED.search(line)
        if found is None:
            return line
        plain = line[: found.start()] + _WRITTEN[found[0]] + line[found.end() :]
        return plain if _escaped(plain, kind) == line else line

    return _outside_code(text, written)


def _body(text: str, kind: BlockType) -> str:
    lines = _LINE_ENDS.sub("\n", text)
    printable = "".join(
        each
        for each in lines
        if each in "\n\t" or characters.control_position(each) is None
    )
    begun = _EMPTY_LINES.sub("", printable).rstrip()
    body = _outside_code(begun, lambda e: _escaped(e, kind))
    fence = ""
    for line in body.split("\n"):
        fence = fences.after(line, fence)
    return f"{body}\n{fence}" if fence else body


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    """Return a text with each line changed that is not code."""
    changed, fence = [], ""
    for line in text.split("\n"):
        before, fence = fence, fences.after(line, fence)
        changed.append(line if before or fence else change(line))
    return "\n".join(changed)


def _escaped(line: str, kind: BlockType) -> str:
    """Return a line of a text so that it neither opens a block nor is one of its lines.

    A heading of the first level becomes one of the second.
    """
    line = _HEADING.sub("##", line)
    typed = line_names.read(line, kind.fields) if kind.form == "any" else None
    if typed is None or not typed.known:
        return line
    return _COLON.sub(lambda found: _ESCAPED[found[0]], line, count=1)


def _one_line(value: str) -> str:
    """Return a value without line breaks and control characters."""
    return characters.printable(" ".join(value.split()))
