"""Keeps what is the same in all languages the same: days, hours, numbers, pictures.

An author changes it once, in the default language. Pure.
"""

from collections.abc import Mapping

from mailer.campaigns.writing.drafting import pieces
from mailer.campaigns.writing.drafting.pieces import Draft, Filled, Piece
from mailer.campaigns.writing.translation import units
from mailer.rendering.letter_types import BlockType


def translated_lines(kind: BlockType) -> dict[str, str]:
    """Return the lines of a block that a translator writes, with their kinds."""
    return {
        line: form for line, form in kind.fields.items() if form in units.TRANSLATED
    }


def is_kept(line: str, own: Mapping[str, str]) -> bool:
    """Whether a translator's line begins with what the source has: names, addresses."""
    return line in units.NAMES or own.get(line, "") != "text"


def translators_part(kind: BlockType, name: str, filled: Filled) -> Piece:
    """Return a block with a translator's lines only; without any word its text is "".

    Official names and addresses are no words: a form has those of the source.
    """
    wanted = translated_lines(kind)
    values = {line: filled.values.get(line, "") for line in wanted}
    piece = pieces.piece(kind, name, values, filled.text)
    words = [value for line, value in values.items() if not is_kept(line, wanted)]
    empty = not any(each.strip() for each in (*words, filled.text))
    return Piece(id=name, type=kind.name, text="" if empty else piece.text)


def with_facts(kind: BlockType, name: str, filled: Filled, model: Filled) -> Piece:
    """Return a block with a translator's lines, and the other lines of `model`."""
    own = translated_lines(kind)
    values = {
        line: (filled if line in own else model).values.get(line, "")
        for line in kind.fields
    }
    return pieces.piece(kind, name, values, filled.text)


def with_wordless(
    model: Draft, drafts: Mapping[str, Draft], types: Mapping[str, BlockType]
) -> dict[str, Draft]:
    """Return the translations with the blocks that have no word to translate.

    Such a block is whole without words: a list of the letter's headings, for example.
    """
    wordless = [each for each in model.pieces if _is_wordless(each, types)]
    found = {}
    for language, draft in drafts.items():
        whole = draft
        for piece in wordless:
            if draft.piece(piece.id) is None:
                whole = pieces.placed(whole, piece, model)
        if whole is not draft:
            found[language] = whole
    return found


def _is_wordless(piece: Piece, types: Mapping[str, BlockType]) -> bool:
    kind = types.get(piece.type)
    if kind is None:
        return False
    filled = pieces.filled_of(piece, kind)
    whole = all(filled.values.get(need) for need in kind.needs)
    return whole and not translators_part(kind, piece.id, filled).text


def carried(
    drafts: Mapping[str, Draft], kind: BlockType, before: Piece, after: Piece
) -> dict[str, Draft]:
    """Return the translations that change because a fact of the source changed.

    A fact that differed from the source before is left as it is: the check names it.
    """
    old, new = (pieces.filled_of(each, kind).values for each in (before, after))
    own = set(translated_lines(kind)) - set(units.NAMES)
    others = (line for line in kind.fields if line not in own)
    facts = [line for line in others if old.get(line) != new.get(line)]
    changed = {}
    for language, draft in drafts.items() if facts else ():
        piece = draft.piece(before.id)
        if piece is None or piece.type != kind.name or piece == before:
            continue
        here = pieces.filled_of(piece, kind)
        same = [line for line in facts if here.values.get(line) == old.get(line)]
        if same:
            values = {**here.values, **{line: new.get(line, "") for line in same}}
            made = pieces.piece(kind, piece.id, values, here.text)
            changed[language] = draft.having(made)
    return changed
