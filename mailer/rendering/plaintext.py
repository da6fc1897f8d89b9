"""The text part: the whole letter again, written from the content, not the layout."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mailer.rendering import marks
from mailer.rendering.language import bidi
from mailer.rendering.language.catalogues import POP_ISOLATE, isolated
from mailer.rendering.view import BlockView


def write(blocks: Sequence[BlockView], values: dict[str, Any]) -> str:
    """Return the letter as text; lines are paragraphs, never wrapped."""
    text = "\n".join(_lines(blocks, values)).strip()
    text = re.sub(r"\n{3,}", "\n\n", text) + "\n"
    return marks.MARK.sub(_isolate, text)


def _isolate(place: re.Match[str]) -> str:
    return isolated(place[0]) if place[1] in marks.OPEN_TO_AUTHORS else place[0]


def _directed(said: Mapping[str, str]) -> str:
    """Keep a sentence of another language in its own direction, as one whole."""
    return f"{bidi.OPENS[said['direction']]}{said['sentence']}{POP_ISOLATE}"


def _lines(blocks: Sequence[BlockView], values: dict[str, Any]) -> Iterator[str]:
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
            yield from (_turned(line, shown["direction"]) for line in _block(block))
        yield ""
    yield "-- "
    yield values["why_text"]
    if values["leaving"]:
        yield f"{values['preferences_label']}: {values['preferences_url']}"
        yield f"{values['unsubscribe_label']}: {values['unsubscribe_url']}"
    yield ""
    yield f"{values['sender_name']}, {values['postal']}"


def _turned(line: str, direction: str) -> str:
    """Let a line run in its own direction, whatever the letter's is."""
    if not line:
        return line
    inner = bidi.isolate_text(line, direction)
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
    said = [block.text] if block.text else []
    yield from [*steps, *said] if block.type == "entry" else [*said, *steps]
    for fact in block.facts:
        yield f"{fact.label} {fact.value}"
        for target in fact.targets:
            yield f"{block.title} – {target.label}: {target.address}"
    if block.link:
        yield f"{block.label}: {block.link.removeprefix('mailto:')}"
