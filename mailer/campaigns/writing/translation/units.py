"""A translation as entries: a line or a paragraph each, found by its context.

    subject · preheader · BLOCK/FIELD · BLOCK/text/NUMBER

A translation is laid beside its source paragraph by paragraph; where it has more of
them, the last entry holds the rest. `compose` writes entries as a campaign's Markdown.
Dates, addressees and the like are the source's; official names are not translated.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mailer.rendering.letter_types import BlockType
from mailer.rendering.source import Block, Translation

SUBJECT, PREHEADER = "subject", "preheader"
NAMES = ("organisation", "contact")  # official, not translated
_TRANSLATED = ("text", "link")  # kinds of lines a language has of its own
_STRUCTURED = re.compile(r"\s*([-*+>|]|\d+[.)]\s|```|~~~)")


@dataclass(frozen=True, kw_only=True, slots=True)
class TranslationUnit:
    """One line or paragraph of the source."""

    context: str
    text: str
    block: Block | None  # none: subject and preheader
    field: str
    kind: str  # text, link, or paragraph


def entries(
    source: Translation, types: Mapping[str, BlockType]
) -> dict[str, TranslationUnit]:
    """Return what of a translation is translated, in its order."""
    found = []
    for name, text in ((SUBJECT, source.subject), (PREHEADER, source.preheader)):
        found.append(
            TranslationUnit(
                context=name, text=text, block=None, field=name, kind="text"
            )
        )
    for block in source.blocks:
        found += _of_block(block, types[block.type].fields)
    return {each.context: each for each in found if each.text}


def _of_block(block: Block, kinds: Mapping[str, str]) -> Iterator[TranslationUnit]:
    for name, value in lines(block).items():
        if kinds.get(name) in _TRANSLATED and name not in NAMES:
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


def lines(block: Block) -> dict[str, str]:
    """Return the lines below a block's heading, its title first."""
    return ({"title": block.title} if block.title else {}) | dict(block.fields)


def paragraphs(text: str) -> list[str]:
    """Cut Markdown at its empty lines; where line ends mean nothing they go."""
    return [_unwrapped(each) for each in re.split(r"\n\s*\n", text.strip()) if each]


def _unwrapped(paragraph: str) -> str:
    rows = paragraph.split("\n")
    if any(_STRUCTURED.match(row) or row.endswith(("  ", "\\")) for row in rows):
        return paragraph.rstrip()
    return " ".join(row.strip() for row in rows)


def beside(
    source: Mapping[str, TranslationUnit], translation: Translation
) -> dict[str, str]:
    """Return what a translation says for each entry of its source, where it does."""
    blocks = {block.id: block for block in translation.blocks}
    found = {SUBJECT: translation.subject, PREHEADER: translation.preheader}
    for context, entry in source.items():
        block = blocks.get(entry.block.id) if entry.block is not None else None
        if block is None:
            continue
        if entry.kind == "paragraph":
            found[context] = _paragraph(context, source, block)
        else:
            found[context] = lines(block).get(entry.field, "")
    return {context: found[context] for context in source if found.get(context)}


def _paragraph(
    context: str, source: Mapping[str, TranslationUnit], block: Block
) -> str:
    written = paragraphs(block.text)
    stem, _, number = context.rpartition("/")
    last = f"{stem}/{int(number) + 1}" not in source
    here = written[int(number) - 1 :] if last else written[int(number) - 1 :][:1]
    return "\n\n".join(here)


def compose(
    source: Translation,
    present: Translation | None,
    said: Mapping[str, str],
    types: Mapping[str, BlockType],
) -> str:
    """Write a translation as Markdown; a block of which nothing is said is left out."""
    front = [f"subject: {said.get(SUBJECT, '')}"]
    if PREHEADER in said:
        front.append(f"preheader: {said[PREHEADER]}")
    blocks = {each.id: each for each in (present.blocks if present else ())}
    written = [
        _block(block, blocks.get(block.id), said, types[block.type].fields)
        for block in source.blocks
        if any(context.partition("/")[0] == block.id for context in said)
    ]
    return "\n".join(["---", *front, "---", "", *written])


def _block(
    block: Block,
    present: Block | None,
    said: Mapping[str, str],
    kinds: Mapping[str, str],
) -> str:
    own = lines(present) if present else {}
    rows = [f"# {block.type} {block.id}"]
    for name, value in lines(block).items():
        if name in NAMES:
            rows.append(f"{name}: {own.get(name, value)}")
        elif kinds.get(name) not in _TRANSLATED:
            rows.append(f"{name}: {value}")
        elif spoken := said.get(f"{block.id}/{name}"):
            rows.append(f"{name}: {spoken}")
    texts = _texts(block, said)
    return "\n".join([*rows, "", *("\n\n".join(texts), "") * bool(texts)])


def _texts(block: Block, said: Mapping[str, str]) -> Sequence[str]:
    numbered = range(1, len(paragraphs(block.text)) + 1)
    return [
        spoken
        for number in numbered
        if (spoken := said.get(f"{block.id}/text/{number}"))
    ]
