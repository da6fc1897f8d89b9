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
from dataclasses import dataclass

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
MAX_BARS = (
    10_000  # of its tables; a letter with as many cells is longer than any may be
)
_UNSEEN = re.compile("^[\u200b\u2060]+", re.MULTILINE)  # before a line that opens
TEXT = "text"  # in `needs`, and in what is wrong: the text of a block
Numbered = list[tuple[int, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Unfinished:
    """A text as far as it can be read, and all that is wrong with it.

    A line or a text at fault is left out of its block; a block whose heading is at
    fault is left out.
    """

    translation: Translation
    faults: tuple[ContentError, ...]


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
    found = read(text, language=language, types=types, allowed=allowed, where=where)
    if found.faults:
        raise together(found.faults)
    return found.translation


def read(
    text: str,
    *,
    language: str,
    types: Mapping[str, BlockType],
    allowed: tuple[str, ...],
    where: str,
) -> Unfinished:
    """Return what a text has, finished or not; the arguments are those of `parse`."""
    faults: list[ContentError] = []
    front: dict[str, str] = {}
    blocks: list[Block] = []
    try:
        numbered = numbered_lines(text, where)
        front, rest = front_matter.read(numbered, where, faults)
    except ContentError as fault:
        faults.append(fault)
        rest = []
    known = {name: types[name] for name in allowed if name in types}
    chunks = list(openings.chunks(rest, known, where, faults))
    for chunk in chunks:
        try:
            blocks.append(_block(chunk, types=known, where=where, faults=faults))
        except ContentError as fault:
            faults.append(fault)
    if not chunks and not faults:
        sentence = "no block; open one with a line such as # opening hello"
        faults.append(ContentError(where, sentence))
    faults += _twice(blocks)
    translation = Translation(
        language=language,
        subject=front.get("subject", ""),
        preheader=front.get("preheader", ""),
        blocks=tuple({block.id: block for block in reversed(blocks)}.values())[::-1],
        where=where,
    )
    return Unfinished(translation=translation, faults=tuple(faults))


def numbered_lines(text: str, where: str) -> Numbered:
    """Return the lines of a text, counted from 1.

    Raises ContentError if it is too long or has control characters.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = _UNSEEN.sub("", lines.replace("\ufeff", ""))
    _check_characters(lines, where)
    return list(enumerate(lines.split("\n"), start=1))


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
    if (bars := text.count("|")) > MAX_BARS:
        what = f"{bars:,} signs |, at most {MAX_BARS:,}"
        raise ContentError(where, f"{what}; attach a long table as a file")
    control = characters.control_position(text)
    if control is not None:
        line = text.count("\n", 0, control) + 1
        what = characters.described(text[control])
        raise ContentError(f"{where}, line {line}", f"a control character ({what})")


def _block(
    chunk: Numbered,
    *,
    types: Mapping[str, BlockType],
    where: str,
    faults: list[ContentError],
) -> Block:
    """Return a block without what is wrong in it, which is added to `faults`.

    Raises ContentError at a fault of its heading.
    """
    number, line = chunk[0]
    place = f"{where}, line {number}"
    name, given = openings.read(line, types, place)
    kind = types[name]
    read = checked(chunk, kind, where)
    faults += read.faults
    values = {key: value for key, value in read.values.items() if key not in read.bad}
    return Block(
        id=given or kind.name,
        type=kind.name,
        title=values.pop("title", ""),
        fields=values,
        text="" if TEXT in read.bad else read.text,
        file=where,
        number=number,
        text_line=read.first,
        field_lines=read.numbers,
    )


def checked(chunk: Numbered, kind: BlockType, where: str) -> BlockLines:
    """Return the lines and the text of a block, with all its faults.

    The first line of the chunk is the heading.
    """
    read = block_lines.read(chunk[1:], kind, where)
    _check_needs(read, f"{where}, line {chunk[0][0]}")
    _check_occasion(read)
    _check_form(read)
    return read


def _check_needs(read: BlockLines, place: str) -> None:
    """Add a fault for each line that is missing."""
    sentences = [
        f"a block {read.kind.name} needs {need}"
        for need in read.kind.needs
        if not (read.text if need == TEXT else read.values.get(need))
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
    if read.bad & {"date", "until", "time"}:
        return
    if fault := occasions.fault(read.values):
        name, sentence = fault
        read.fault(read.numbers[name], sentence)
        read.bad |= {"date", "until", "time"}


def _check_form(read: BlockLines) -> None:
    """Give the text the form of its block type; add a fault if it has not it."""
    if TEXT in read.kind.needs and not read.text:
        return  # the fault is that there is none
    try:
        read.text = text_forms.check(read.text, read.kind.form)
    except FormError as fault:
        read.fault(read.first + fault.line, str(fault))
        read.bad.add(TEXT)
