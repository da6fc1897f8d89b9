"""Parses the Markdown file of one language of a campaign.

    ---
    subject: Monthly letter
    preheader: What is due in May
    ---
    # item world-press-freedom-day
    date: 2027-05-03
    title: World Press Freedom Day

    The text of the block, in **Markdown**.

A block opens with `#`, its type and its id. Lines `name: value` follow, then a blank
line and the text. A fault is a ContentError with the file and the line.
"""

import re
from collections.abc import Mapping

from audiences import characters
from mailer.campaigns.writing.syntax import (
    block_lines,
    front_matter,
    openings,
    text_forms,
)
from mailer.campaigns.writing.syntax.block_lines import BlockLines
from mailer.errors import ContentError, together
from mailer.rendering.forms.fault import FormError
from mailer.rendering.letter_types import BlockType
from mailer.rendering.source import Block, Translation
from mailer.rendering.timing import occasions

MAX_TEXT = 200_000  # characters of one language
_UNSEEN = re.compile("^[\u200b\u2060]+", re.MULTILINE)  # before a line that opens
Numbered = list[tuple[int, str]]


def parse(
    text: str,
    *,
    language: str,
    types: Mapping[str, BlockType],
    allowed: tuple[str, ...],
    where: str,
) -> Translation:
    """Return a parsed text; raise ContentError with all its faults.

    `allowed` are the block types of the template; errors name the file `where`.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = _UNSEEN.sub("", lines.replace("\ufeff", ""))
    _check_characters(lines, where)
    numbered = list(enumerate(lines.split("\n"), start=1))
    front, rest = front_matter.read(numbered, where)
    known = {name: types[name] for name in allowed if name in types}
    faults: list[ContentError] = []
    blocks: list[Block] = []
    chunks = list(openings.chunks(rest, known, where, faults))
    for chunk in chunks:
        try:
            blocks.append(_block(chunk, types=known, where=where))
        except ContentError as fault:
            faults.append(fault)
    if not chunks and not faults:
        sentence = "no block; open one with a line such as # opening hello"
        raise ContentError(where, sentence)
    faults += _twice(blocks)
    if faults:
        raise together(faults)
    return Translation(
        language=language,
        subject=front["subject"],
        preheader=front.get("preheader", ""),
        blocks=tuple(blocks),
        where=where,
    )


def _twice(blocks: list[Block]) -> list[ContentError]:
    """Return a fault for each block that has the id of an earlier one."""
    seen: set[str] = set()
    found = []
    for block in blocks:
        if block.id in seen:
            sentence = f"another block is called {block.id} too; give each its own name"
            found.append(ContentError(block.where, sentence))
        seen.add(block.id)
    return found


def _check_characters(text: str, where: str) -> None:
    if len(text) > MAX_TEXT:
        raise ContentError(where, f"{len(text):,} characters, at most {MAX_TEXT:,}")
    control = characters.control_position(text)
    if control is not None:
        line = text.count("\n", 0, control) + 1
        mark = f"U+{ord(text[control]):04X}"
        raise ContentError(f"{where}, line {line}", f"a control character ({mark})")


def _block(chunk: Numbered, *, types: Mapping[str, BlockType], where: str) -> Block:
    number, line = chunk[0]
    place = f"{where}, line {number}"
    name, given = openings.read(line, types, place)
    kind = types[name]
    read = block_lines.read(chunk[1:], kind, where)
    values = read.values
    _check_needs(read, place)
    _check_occasion(read)
    text = _with_form(read)
    if read.faults:
        raise together(read.faults)
    return Block(
        id=given or kind.name,
        type=kind.name,
        title=values.pop("title", ""),
        fields=values,
        text=text,
        file=where,
        number=number,
        text_line=read.first,
        field_lines=read.numbers,
    )


def _check_needs(read: BlockLines, place: str) -> None:
    """Add a fault for each line that is missing."""
    sentences = [
        f"a block {read.kind.name} needs {need}"
        for need in read.kind.needs
        if not (read.text if need == "text" else read.values.get(need))
    ]
    picture, alt = read.values.get("file"), read.values.get("alt")
    if picture and not alt:
        what = f"the picture {picture} has no description"
        sentences.append(f"{what}; add a line alt: what it shows")
    link, kinds = read.values.get("link", ""), read.kind.fields
    if "label" in read.values and "link" in kinds and not link:
        sentences.append("label names no link; add a line link: https://…")
    other = link.lower().startswith(("mailto:", "tel:"))
    if other and "label" in kinds and "label" not in read.values:
        what = "the link opens no page, so “Read more” would be wrong"
        sentences.append(f"{what}; add a line label: Write to us")
    if alt and not picture and "file" in read.kind.fields:
        sentences.append("alt describes no picture; add a line file: hall.jpg")
    read.faults += [ContentError(place, each) for each in sentences]


def _check_occasion(read: BlockLines) -> None:
    """Add a fault if the lines date, until and time do not fit each other."""
    if not read.faults and (fault := occasions.fault(read.values)):
        name, sentence = fault
        read.fault(read.numbers[name], sentence)


def _with_form(read: BlockLines) -> str:
    """Return the text in the form of its block type; add a fault if it has not it."""
    try:
        return text_forms.check(read.text, read.kind.form)
    except FormError as fault:
        read.fault(read.first + fault.line, str(fault))
        return read.text
