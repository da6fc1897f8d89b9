"""Writes the text part of a letter from its content, not from its HTML."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mailer.rendering.language import bidi
from mailer.rendering.language.catalogues import POP_ISOLATE, isolated
from mailer.rendering.marks import Marks
from mailer.rendering.markup import addresses
from mailer.rendering.view import BlockView


def write(blocks: Sequence[BlockView], values: dict[str, Any], marks: Marks) -> str:
    """Return the letter as text; each paragraph is one line."""
    text = "\n".join(_lines(blocks, values, marks)).strip()
    text = re.sub(r"\n{3,}", "\n\n", text) + "\n"
    return marks.around_values(text, isolated)


def _directed(notice: Mapping[str, str]) -> str:
    """Return the sentence of a notice, isolated in the direction of its language."""
    return f"{bidi.OPENS[notice['direction']]}{notice['sentence']}{POP_ISOLATE}"


def _lines(
    blocks: Sequence[BlockView], values: dict[str, Any], marks: Marks
) -> Iterator[str]:
    yield str(values["sender_name"])
    yield str(values["reference_line"])
    yield ""
    yield str(values["subject"])
    yield ""
    if values["stand_in"]:
        yield f"[{_directed(values['stand_in'])}]"
        yield ""
    for block, shown in zip(blocks, values["content"], strict=True):
        if shown["stand_in"]:
            yield f"[{_directed(shown['stand_in'])}]"
        if shown["direction"] == values["direction"]:
            yield from _block(block)
        else:
            yield from (
                _in_direction(line, shown["direction"], marks) for line in _block(block)
            )
        yield ""
    yield "-- "
    yield values["why_text"]
    if values["leaving"]:
        yield f"{values['preferences_label']}: {values['preferences_url']}"
        yield f"{values['unsubscribe_label']}: {values['unsubscribe_url']}"
    yield ""
    yield f"{values['sender_name']}, {values['postal']}"


def _in_direction(line: str, direction: str, marks: Marks) -> str:
    """Return a line isolated in its own direction, which is not the letter's."""
    if not line:
        return line
    inner = bidi.isolate_text(line, direction, marks)
    return "\n".join(
        f"{bidi.OPENS[direction]}{each}{POP_ISOLATE}" if each else each
        for each in inner.split("\n")
    )


def _block(block: BlockView) -> Iterator[str]:
    if block.type == "section":
        yield f"== {block.title} =="
        yield ""
    elif heading := " – ".join(filter(None, [block.eyebrow, block.title])):
        yield f"* {heading}"
        yield ""
    steps = [
        f"{' · '.join(filter(None, (step.when, step.own)))}  {step.text}"
        for step in block.steps
    ]
    text = [block.text] if block.text else []
    yield from [*steps, *text] if block.type == "entry" else [*text, *steps]
    for fact in block.facts:
        yield f"{fact.label} {fact.value}"
        for target in fact.targets:
            yield f"{block.title} – {target.label}: {target.address}"
    if block.link:
        yield f"{block.label}: {addresses.in_words(block.link)}"
