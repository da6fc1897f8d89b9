"""Fills what a draft still lacks with marked gaps, to be looked at. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from mailer.rendering.letter_types import BlockType
from mailer.rendering.source import Block, Translation

_WORDS = ("text", "title", "label", "who", "asked")  # lines that may be any words
_PLAIN = "text"  # the type of block that shows what cannot be shown otherwise


def filled(
    translations: Mapping[str, Translation], types: Mapping[str, BlockType]
) -> dict[str, Translation]:
    """Return texts with a mark such as [title …] where a needed line is missing."""
    return {
        language: replace(
            each,
            subject=each.subject or "[subject …]",
            blocks=tuple(_blocks(each.blocks, types)),
        )
        for language, each in translations.items()
    }


def _blocks(blocks: Sequence[Block], types: Mapping[str, BlockType]) -> Iterator[Block]:
    for block in blocks:
        kind = types[block.type]
        missing = [need for need in kind.needs if not _has(block, need)]
        if not missing:
            yield block
        elif set(missing) <= set(_WORDS) and kind.form == "any":
            yield _with_words(block, missing)
        else:
            marks = " ".join(f"[{block.type}: {need} …]" for need in missing)
            words = "\n\n".join(filter(None, [marks, block.text]))
            yield replace(block, type=_PLAIN, fields={}, text=words)


def _has(block: Block, need: str) -> bool:
    if need in {"text", "title"}:
        return bool(getattr(block, need))
    return bool(block.fields.get(need))


def _with_words(block: Block, missing: Sequence[str]) -> Block:
    marks = {need: f"[{need} …]" for need in missing}
    return replace(
        block,
        title=block.title or marks.get("title", ""),
        text=block.text or marks.get("text", ""),
        fields={
            **block.fields,
            **{k: v for k, v in marks.items() if k not in {"title", "text"}},
        },
    )
