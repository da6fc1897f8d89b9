"""Writes the text part of a letter from its content, not from its HTML."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mailer.rendering.language import bidi, typography
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
    shown_blocks = list(zip(blocks, values["content"], strict=True))
    yield str(values["sender_name"])
    for block, shown in shown_blocks:
        if block.type == "letterhead":
            yield from _shown(block, shown, values, marks)
    yield str(values["reference_line"])
    yield ""
    yield str(values["subject_text"])
    yield ""
    if values["stand_in"]:
        yield f"[{_directed(values['stand_in'])}]"
        yield ""
    for block, shown in shown_blocks:
        if block.type != "letterhead":
            yield from _shown(block, shown, values, marks)
    yield "-- "
    yield values["why_text"]
    if values["leaving"]:
        colon = typography.colon(values["language"])
        yield f"{values['preferences_label']}{colon}{values['preferences_url']}"
        yield f"{values['unsubscribe_label']}{colon}{values['unsubscribe_url']}"
    yield ""
    yield str(values["sender_name"])
    yield str(values["postal"])
    yield from values["footer"]


def _shown(
    block: BlockView, shown: Mapping[str, Any], values: Mapping[str, Any], marks: Marks
) -> Iterator[str]:
    """Yield the lines of a block, with a notice if it is in another language."""
    if shown["stand_in"]:
        yield f"[{_directed(shown['stand_in'])}]"
    if shown["direction"] == values["direction"]:
        yield from _block(block)
    else:
        yield from (
            _in_direction(line, shown["direction"], marks) for line in _block(block)
        )
    yield ""


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
    elif heading := block.catalogue.dashed([block.eyebrow, block.title]):
        yield f"* {heading}"
        yield ""
    text = [block.text] if block.text else []
    if block.type == "entry":
        labelled = block.catalogue.labelled
        yield from (labelled(step.when, step.text) for step in block.steps)
        yield from text
    else:
        yield from text
        for step in block.steps:
            yield f"{' · '.join(filter(None, (step.when, step.own)))}  {step.text}"
    for fact in block.facts:
        yield block.catalogue.labelled(fact.label, fact.value)
        for target in fact.targets:
            label = block.catalogue.dashed([block.words, target.label])
            yield block.catalogue.labelled(label, target.address)
    if block.link:
        yield block.catalogue.labelled(block.label, _address(block))


def _address(block: BlockView) -> str:
    """Return where a block's link leads; of an e-mail, its address and subject."""
    address, subject = addresses.read(block.link)
    if not subject:
        return address
    return block.catalogue.text(
        "%(address)s (subject: %(subject)s)", address=address, subject=subject
    )
