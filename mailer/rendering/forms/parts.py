"""Reads texts in parts, each with a heading of its own: columns and people.

    ## Awa Example
    ![Awa Example](cid:awa.jpg)
    Programme specialist, Dakar

A part may begin with one picture.
"""

import re
from dataclasses import dataclass

from mailer.rendering.forms.fault import FormError

_PAIR = 2
_HEADING = re.compile(r"##\s{1,9}(\S.*)")
_PICTURE = re.compile(
    r"!\[(?P<alt>[^\]]*)\]\(\s{0,9}<?cid:(?P<file>[^<>]+?)>?\s{0,9}\)"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A part of a text: its heading, its picture if it has one, and its Markdown."""

    heading: str
    file: str
    alt: str
    text: str


def columns(text: str) -> list[Part]:
    """Return two columns; raise FormError if there are fewer or more."""
    found = _read(text)
    if len(found) != _PAIR:
        what = f"found {len(found)} columns; expected two, each under a line ## Heading"
        raise FormError(0, what)
    for each in found:
        if not each.text and not each.file:
            what = f"the column {each.heading[:60]} is empty; write its text"
            raise FormError(_line_of(each, text), what)
    return found


def people(text: str) -> list[Part]:
    """Return people; raise FormError if one has neither function nor address."""
    found = _read(text)
    for each in found:
        if not each.text:
            what = f"{each.heading[:60]} has no function and no address; add one"
            raise FormError(_line_of(each, text), what)
    return found


def _line_of(part: Part, text: str) -> int:
    """Return the line of a part's heading, from 0."""
    lines = text.split("\n")
    return next(n for n, row in enumerate(lines) if part.heading in row)


def _read(text: str) -> list[Part]:
    parts: list[tuple[str, list[str]]] = []
    for number, line in enumerate(text.split("\n")):
        heading = _HEADING.fullmatch(line)
        if heading is not None:
            parts.append((heading[1].rstrip(" #"), []))
        elif parts:
            parts[-1][1].append(line)
        elif line.strip():
            what = f"found {line.strip()[:60]!r}; expected a line ## Heading or ## Name"
            raise FormError(number, what)
    return [_part(heading, "\n".join(lines).strip()) for heading, lines in parts]


def _part(heading: str, text: str) -> Part:
    shown = _PICTURE.match(text)
    if shown is None:
        return Part(heading=heading, file="", alt="", text=text)
    rest = text[shown.end() :].strip()
    return Part(heading=heading, file=shown["file"], alt=shown["alt"], text=rest)
