"""Reads the typed lines of a block, and where its text begins.

The lines stand below the heading, or in a paragraph of their own before the text. A
line of the block within the text, or one that almost is one, is a fault.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from mailer.campaigns.writing.syntax import line_kinds, line_names
from mailer.campaigns.writing.syntax.line_names import TypedLine
from mailer.errors import ContentError
from mailer.rendering.letter_types import BlockType
from mailer.rendering.markup import fences

Numbered = Sequence[tuple[int, str]]
# an indented line, or one that begins with a word in small letters
_GOES_ON = re.compile(r"[ \t]+(?![-*+>•–|\s]|\d+[.)])|[a-zß-öø-ÿа-яё’']+ ")
_LAST_DAY = "date has its last day already; remove until"
_ABOVE = "put it directly below the heading of the block, or write \\: in the text"


@dataclass(kw_only=True)
class BlockLines:
    """The typed lines of a block with their line numbers, and its text."""

    kind: BlockType
    where: str
    values: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    text: str = ""
    first: int = 0  # line of the text
    faults: list[ContentError] = field(default_factory=list)
    bad: set[str] = field(default_factory=set)  # the lines at fault, and text

    def fault(self, number: int, sentence: str) -> None:
        """Add a fault with its line."""
        self.faults.append(ContentError(f"{self.where}, line {number}", sentence))

    def take(self, number: int, line: TypedLine) -> None:
        """Add a typed line, or what is wrong with it."""
        name = line.known
        if name in self.values:
            self.fault(number, self._twice(name))
            return
        place = f"{self.where}, line {number}"
        self.numbers[name] = number
        self.values[name] = line.value
        try:
            if name == "date" and "until" in self.kind.fields:
                self._take_days(line, place)
                return
            self.values[name] = line_kinds.checked(
                line.value, self.kind.fields[name], name, place
            )
        except ContentError as fault:
            self.faults.append(fault)
            self.bad.add(name)

    def _twice(self, name: str) -> str:
        """Return the sentence on a line that the block has already."""
        if name == "until" and self.numbers[name] == self.numbers.get("date"):
            return _LAST_DAY
        return f"{name} is in this block twice"

    def _take_days(self, line: TypedLine, place: str) -> None:
        """Take the day of a line `date`, or its days: 3–5 May 2027."""
        first, last = line_kinds.several_days(line.value, line.known, place)
        self.values["date"] = first
        if last != first:
            if "until" in self.values:
                self.fault(self.numbers["until"], _LAST_DAY)
            self.values["until"] = last
            self.numbers["until"] = self.numbers["date"]


def read(lines: Numbered, kind: BlockType, where: str) -> BlockLines:
    """Return the typed lines and the text of a block; faults are among the result."""
    block = BlockLines(kind=kind, where=where)
    rest = _below_heading(block, lines)
    while paragraph := _typed_paragraph(rest, kind):
        for number, typed in paragraph:
            block.take(number, typed)
        rest = _without_empty(rest)[len(paragraph) :]
    text = _without_empty(rest)
    block.first = text[0][0] if text else 0
    block.text = "\n".join(line for _, line in text).rstrip()
    for number, line in _outside_code(text):
        _check_text(block, number, line)
    return block


def _below_heading(block: BlockLines, lines: Numbered) -> Numbered:
    """Take the lines directly below the heading; return those after them."""
    fields = block.kind.fields
    for position, (number, line) in enumerate(lines):
        typed = line_names.read(line, fields) if line.strip() else None
        if typed is not None and typed.known:
            block.take(number, typed)
        elif fields and (near := line_names.near(line, fields)):
            block.fault(number, f"found {line.strip()[:60]!r}; write {near}: …")
        elif fields and typed is not None and _claims(typed, block):
            block.fault(
                number,
                f"a block {block.kind.name} has no line {typed.name}; it has"
                f" {', '.join(fields)}; put an empty line before the text",
            )
        elif block.values and _GOES_ON.match(line):
            block.fault(
                number,
                f"found {line.strip()[:60]!r} directly below a line of the block; write"
                " that line as one, or put an empty line before the text",
            )
            return lines[position + 1 :]
        else:
            return lines[position:]
    return ()


def _claims(typed: TypedLine, block: BlockLines) -> bool:
    """Return whether a line with an unknown name was meant as one of the block.

    It is in small letters, or it has one word and stands below another line.
    """
    follows = bool(block.values) and " " not in typed.name
    return not typed.listed and (typed.plain or follows)


def _typed_paragraph(lines: Numbered, kind: BlockType) -> list[tuple[int, TypedLine]]:
    """Return the first paragraph if it has typed lines of the block only."""
    found = []
    for number, line in _without_empty(lines):
        if not line.strip():
            break
        typed = line_names.read(line, kind.fields)
        if typed is None or not typed.known:
            return []
        found.append((number, typed))
    return found


def _without_empty(lines: Numbered) -> Numbered:
    """Return lines without the empty ones at their beginning."""
    first = next((n for n, (_, line) in enumerate(lines) if line.strip()), len(lines))
    return lines[first:]


def _outside_code(lines: Numbered) -> Iterator[tuple[int, str]]:
    fence = ""
    for number, line in lines:
        before, fence = fence, fences.after(line, fence)
        if not before and not fence:
            yield number, line


def _check_text(block: BlockLines, number: int, line: str) -> None:
    """Add a fault if a line of the text is one of the block's own."""
    if block.kind.form != "any" and line.lstrip().startswith(("|", "-")):
        return
    typed = line_names.read(line, block.kind.fields)
    if typed is not None and typed.known and not typed.listed:
        found = line.strip()[:60]
        block.fault(number, f"found the line {found!r} in the text; {_ABOVE}")
