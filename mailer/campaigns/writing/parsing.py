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
from collections.abc import Iterator, Mapping

from audiences import characters
from mailer.campaigns.writing import line_kinds
from mailer.errors import ContentError
from mailer.rendering import agenda
from mailer.rendering.letter_types import BlockType
from mailer.rendering.source import Block, Translation

MAX_TEXT = 200_000  # characters of one language
_OPENING = re.compile(r"#\s+(?P<type>[a-z]+)(?:\s+(?P<id>[a-z0-9][a-z0-9-]{0,59}))?\s*")
_LINE = re.compile(r"(?P<name>[a-z_]+):(?P<value>.*)")


def parse(
    text: str,
    *,
    language: str,
    types: Mapping[str, BlockType],
    allowed: tuple[str, ...],
    where: str,
) -> Translation:
    """Return a parsed text; raise ContentError at its first fault.

    `allowed` are the block types of the template; errors name the file `where`.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    _check_characters(lines, where)
    numbered = list(enumerate(lines.split("\n"), start=1))
    front, rest = _front_matter(numbered, where)
    blocks = tuple(
        _block(chunk, types=types, allowed=allowed, where=where)
        for chunk in _chunks(rest, where)
    )
    if not blocks:
        raise ContentError(
            where, "no block; open one with a line such as # opening hello"
        )
    seen: set[str] = set()
    for block in blocks:
        if block.id in seen:
            raise ContentError(block.where, f"another block is called {block.id} too")
        seen.add(block.id)
    return Translation(
        language=language,
        subject=front["subject"],
        preheader=front.get("preheader", ""),
        blocks=blocks,
        where=where,
    )


Numbered = list[tuple[int, str]]


def _check_characters(text: str, where: str) -> None:
    if len(text) > MAX_TEXT:
        raise ContentError(where, f"{len(text):,} characters, at most {MAX_TEXT:,}")
    control = characters.control_position(text)
    if control is not None:
        line = text.count("\n", 0, control) + 1
        mark = f"U+{ord(text[control]):04X}"
        raise ContentError(f"{where}, line {line}", f"a control character ({mark})")


def _front_matter(lines: Numbered, where: str) -> tuple[dict[str, str], Numbered]:
    if not lines or lines[0][1].strip() != "---":
        raise ContentError(
            f"{where}, line 1", "the file begins with --- and a line subject: …"
        )
    front: dict[str, str] = {}
    for position, (number, line) in enumerate(lines[1:], start=1):
        if line.strip() == "---":
            if not front.get("subject"):
                raise ContentError(f"{where}, line {number}", "the subject is missing")
            return front, lines[position + 1 :]
        if not line.strip():
            continue
        match = _LINE.fullmatch(line)
        if match is None or match["name"] not in {"subject", "preheader"}:
            raise ContentError(
                f"{where}, line {number}", "expected subject: … or preheader: …"
            )
        front[match["name"]] = match["value"].strip()
    raise ContentError(where, "the front matter is not closed by a line ---")


def _chunks(lines: Numbered, where: str) -> Iterator[Numbered]:
    chunk: Numbered = []
    for number, line in lines:
        if re.match(r"#(\s|$)", line):
            if chunk:
                yield chunk
            chunk = [(number, line)]
        elif chunk:
            chunk.append((number, line))
        elif line.strip():
            raise ContentError(
                f"{where}, line {number}", "text before the first block; open it with #"
            )
    if chunk:
        yield chunk


def _block(
    chunk: Numbered,
    *,
    types: Mapping[str, BlockType],
    allowed: tuple[str, ...],
    where: str,
) -> Block:
    number, line = chunk[0]
    place = f"{where}, line {number}"
    match = _OPENING.fullmatch(line)
    if match is None:
        raise ContentError(place, "a block opens with its type and id: # item my-item")
    if match["type"] not in allowed or match["type"] not in types:
        raise ContentError(
            place,
            f"the template has no block type {match['type']!r};"
            f" it has {', '.join(allowed)}",
        )
    kind = types[match["type"]]
    fields, text, first = _fields(chunk[1:], kind, where)
    for need in kind.needs:
        if not (text if need == "text" else fields.get(need)):
            raise ContentError(place, f"a block {kind.name} needs {need}")
    _check_form(text, kind, where, first)
    return Block(
        id=match["id"] or kind.name,
        type=kind.name,
        title=fields.pop("title", ""),
        fields=fields,
        text=text,
        file=where,
        number=number,
        text_line=first,
    )


def _fields(
    lines: Numbered, kind: BlockType, where: str
) -> tuple[dict[str, str], str, int]:
    """Return the lines of a block, its text, and the line where the text begins."""
    fields: dict[str, str] = {}
    for position, (number, line) in enumerate(lines):
        match = _LINE.fullmatch(line)
        if match is None:
            return fields, *_text(lines[position:])
        name, place = match["name"], f"{where}, line {number}"
        if name not in kind.fields:
            known = ", ".join(kind.fields) or "none"
            raise ContentError(
                place, f"a block {kind.name} has no line {name}; it has {known}"
            )
        if name in fields:
            raise ContentError(place, f"{name} is in this block twice")
        fields[name] = line_kinds.checked(
            match["value"].strip(), kind.fields[name], name, place
        )
    return fields, "", 0


def _text(lines: Numbered) -> tuple[str, int]:
    first = next((number for number, line in lines if line.strip()), 0)
    return "\n".join(line for _, line in lines).strip("\n").rstrip(), first


def _check_form(text: str, kind: BlockType, where: str, first: int) -> None:
    """Raise ContentError if a text does not have the form of its block type."""
    if kind.form == "table" and not text.startswith("|"):
        raise ContentError(
            f"{where}, line {first}",
            "a block table begins with its table: | Who | What |",
        )
    if kind.form == "agenda":
        try:
            agenda.steps(text)
        except agenda.AgendaError as fault:
            place = f"{where}, line {first + fault.line}"
            raise ContentError(place, str(fault)) from None
