"""Translation units: a line or a paragraph each, identified by its context.

    subject · preheader · BLOCK/FIELD · BLOCK/text/NUMBER

`align` matches a translation with its source, paragraph by paragraph; if it has more
paragraphs, the last unit has the rest. `to_markdown` writes units as a campaign's text.
Dates, addressees and the like are the source's; official names are not translated.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mailer.campaigns.writing.syntax import front_matter
from mailer.rendering.letter_types import BlockType
from mailer.rendering.markup.east_asian import has_no_spaces
from mailer.rendering.markup.lists import typed_marks
from mailer.rendering.source import Block, Translation

SUBJECT, PREHEADER = "subject", "preheader"
NAMES = ("organisation", "contact")  # official, not translated
TRANSLATED = ("text", "link")  # the kinds of lines that are translated
_STRUCTURED = re.compile(r"\s*([-*+>|]|\d+[.)]\s|```|~~~|#{2,6}\s|!\[)")


@dataclass(frozen=True, kw_only=True, slots=True)
class TranslationUnit:
    """One line or paragraph of the source."""

    context: str
    text: str
    block: Block | None  # None: subject and preheader
    field: str
    kind: str  # text, link, or paragraph


def source_units(
    source: Translation, types: Mapping[str, BlockType]
) -> dict[str, TranslationUnit]:
    """Return the units of a source text by context, in its order."""
    units = []
    for name, text in ((SUBJECT, source.subject), (PREHEADER, source.preheader)):
        units.append(
            TranslationUnit(
                context=name, text=text, block=None, field=name, kind="text"
            )
        )
    for block in source.blocks:
        units += _of_block(block, types[block.type].fields)
    return {each.context: each for each in units if each.text}


def _of_block(block: Block, kinds: Mapping[str, str]) -> Iterator[TranslationUnit]:
    for name, value in lines(block).items():
        if kinds.get(name) in TRANSLATED and name not in NAMES:
            yield TranslationUnit(
                context=f"{block.id}/{name}",
                text=value,
                block=block,
                field=name,
                kind=kinds[name],
            )
    for number, text in enumerate(paragraphs(block.text), start=1):
        yield TranslationUnit(
            context=f"{block.id}/text/{number}",
            text=text,
            block=block,
            field="text",
            kind="paragraph",
        )


def block_of(context: str, head: str) -> str:
    """Return the block a unit is of; `head` for subject and preheader."""
    block, slash, _ = context.partition("/")
    return block if slash else head


def lines(block: Block) -> dict[str, str]:
    """Return the lines below a block's heading, its title first."""
    return ({"title": block.title} if block.title else {}) | dict(block.fields)


def paragraphs(text: str) -> list[str]:
    """Split Markdown at empty lines; line breaks without a meaning become spaces."""
    return [_unwrapped(each) for each in with_their_lines(text)]


def with_their_lines(text: str) -> list[str]:
    """Split Markdown at empty lines.

    An indented paragraph belongs to the list item before it, and code is one piece.
    """
    pieces: list[str] = []
    begun = re.sub(r"\A(?:[^\S\n]*\n)+", "", text).rstrip()
    for each in re.split(r"\n[^\S\n]*(?:\n[^\S\n]*)*\n", begun):
        if pieces and (each[:1].isspace() or _is_open_code(pieces[-1])):
            pieces[-1] += f"\n\n{each}"
        elif each:
            pieces.append(each)
    return [_without_indent(each) for each in pieces]


def _without_indent(piece: str) -> str:
    """Return a piece without the indent of its first line, in all its lines."""
    indent = piece[: len(piece) - len(piece.lstrip())]
    rows = [row.removeprefix(indent) for row in piece.split("\n")]
    return "\n".join(rows).rstrip()


def _is_open_code(piece: str) -> bool:
    return len(re.findall(r"^\s*(?:```|~~~)", piece, re.MULTILINE)) % 2 == 1


def _unwrapped(paragraph: str) -> str:
    rows = paragraph.split("\n")
    structured = any(
        _STRUCTURED.match(row) or not row.strip() or row.endswith(("  ", "\\"))
        for row in rows
    )
    if structured or typed_marks.with_lists(paragraph) != paragraph:
        return paragraph.rstrip()
    joined = rows[0].strip()
    for row in rows[1:]:
        following = row.strip()
        within = has_no_spaces(joined[-1:]) and has_no_spaces(following[:1])
        joined += following if within else f" {following}"
    return joined


def align(
    source: Mapping[str, TranslationUnit], translation: Translation
) -> dict[str, str]:
    """Return the translated text of each unit of the source, where there is one."""
    blocks = {block.id: block for block in translation.blocks}
    texts = {SUBJECT: translation.subject, PREHEADER: translation.preheader}
    for context, entry in source.items():
        block = blocks.get(entry.block.id) if entry.block is not None else None
        if block is None:
            continue
        if entry.kind == "paragraph":
            texts[context] = _paragraph(context, source, block)
        else:
            texts[context] = lines(block).get(entry.field, "")
    return {context: texts[context] for context in source if texts.get(context)}


def _paragraph(
    context: str, source: Mapping[str, TranslationUnit], block: Block
) -> str:
    written = paragraphs(block.text)
    stem, _, number = context.rpartition("/")
    last = f"{stem}/{int(number) + 1}" not in source
    here = written[int(number) - 1 :] if last else written[int(number) - 1 :][:1]
    return "\n\n".join(here)


def to_markdown(
    source: Translation,
    present: Translation | None,
    translated: Mapping[str, str],
    types: Mapping[str, BlockType],
) -> str:
    """Return a translation as Markdown, without the blocks that have no translation.

    A block without anything to translate is kept. `present` is the stored
    translation; its official names are kept.
    """
    front = [front_matter.line(SUBJECT, translated.get(SUBJECT, ""))]
    if PREHEADER in translated:
        front.append(front_matter.line(PREHEADER, translated[PREHEADER]))
    blocks = {each.id: each for each in (present.blocks if present else ())}
    written = [
        _block(block, blocks.get(block.id), translated, types[block.type].fields)
        for block in source.blocks
        if any(context.partition("/")[0] == block.id for context in translated)
        or not any(_of_block(block, types[block.type].fields))
    ]
    return "\n".join(["---", *front, "---", "", *written])


def _block(
    block: Block,
    present: Block | None,
    translated: Mapping[str, str],
    kinds: Mapping[str, str],
) -> str:
    own = lines(present) if present else {}
    rows = [f"# {block.type} {block.id}"]
    for name, value in lines(block).items():
        if name in NAMES:
            rows.append(f"{name}: {own.get(name, value)}")
        elif kinds.get(name) not in TRANSLATED:
            rows.append(f"{name}: {value}")
        elif text := translated.get(f"{block.id}/{name}"):
            rows.append(f"{name}: {text}")
    texts = _texts(block, translated)
    return "\n".join([*rows, "", *("\n\n".join(texts), "") * bool(texts)])


def _texts(block: Block, translated: Mapping[str, str]) -> Sequence[str]:
    numbered = range(1, len(paragraphs(block.text)) + 1)
    return [
        text
        for number in numbered
        if (text := translated.get(f"{block.id}/text/{number}"))
    ]
