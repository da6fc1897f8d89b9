"""Reads the text of an agenda: one step on each line, with its start or both times.

A line may lack the mark of a list, or be a row of a table; `as_list` adds it.

- 15:00 Welcome
- 15:10 – 15:40 What the field has taught us
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from mailer.rendering.timing import spans
from mailer.rendering.timing.spans import Span, SpanError

_BOLD_HOUR = re.compile(r"\s{0,9}(?:\*\*|__)(?=\d)([^*_]{1,30})(?:\*\*|__)")
_RULE = re.compile(r"\|[\s:：|—–-]{3,}")  # below the head of a table
_MARK = re.compile(r"[-*+•–—]\s+|\d{1,2}[.)]\s+(?=\d)|•")


@dataclass(frozen=True, kw_only=True, slots=True)
class AgendaStep:
    """One step; `what` is one line of Markdown, `line` its line in the text, from 0."""

    span: Span
    what: str
    line: int


class AgendaError(ValueError):
    """A line is not a step; `line` is its number in the text, from 0."""

    def __init__(self, line: int, what: str) -> None:
        self.line = line
        super().__init__(what)


def steps(text: str) -> list[AgendaStep]:
    """Return the steps of an agenda; raise AgendaError at a line that is not a step."""
    return [_step(number, line) for number, line in _lines(text)]


def as_list(text: str) -> str:
    """Return an agenda with the mark of a list before each step, line by line."""
    lines = text.split("\n")
    ruled = ("--" in each and _RULE.fullmatch(each) for each in lines[:2])
    rule = next((number for number, found in enumerate(ruled) if found), -1)
    return "\n".join(
        "" if number <= rule else _as_item(line) for number, line in enumerate(lines)
    )


def _as_item(line: str) -> str:
    """Return a line with the mark of a list if it begins with an hour and has none."""
    row = line.strip().removesuffix("|") if line.startswith("|") else ""
    cells = [each.strip() for each in (row[1:].split("|") if row else line.split("\t"))]
    words = " ".join([cells[0], " – ".join(filter(None, cells[1:]))]).rstrip()
    if line[:1].isspace() or _MARK.match(words):
        return line
    with suppress(SpanError):
        if spans.read_before(_BOLD_HOUR.sub(r"\1", words))[1]:
            return f"- {words}"
    return line


def backwards(span: Span) -> str:
    """Return the sentence on a span that ends before it starts."""
    return (
        f"{span} ends before it starts; correct it, or write"
        f" {span.start:%H:%M} – {span.end:%H:%M} (+1) if it ends on the next day"
    )


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the line number and the text of each step, with its continuation lines."""
    pending: tuple[int, str] | None = None
    for number, line in enumerate(text.split("\n")):
        goes_on = line[:1].isspace() and not _MARK.match(line.strip())
        if goes_on and line.strip() and pending is not None:
            pending = (pending[0], f"{pending[1]} {line.strip()}")
            continue
        if pending is not None:
            yield pending
        pending = (number, line.strip()) if line.strip() else None
    if pending is not None:
        yield pending


def _step(number: int, line: str) -> AgendaStep:
    mark = _MARK.match(line)
    if mark is None:
        raise _not_a_step(number, line)
    try:
        span, what = spans.read_before(
            _BOLD_HOUR.sub(r"\1", line[mark.end() :]).strip()
        )
    except SpanError as fault:
        raise AgendaError(number, str(fault)) from None
    if not what:
        raise _not_a_step(number, line)
    if span.ends_before_it_starts:
        raise AgendaError(number, backwards(span))
    return AgendaStep(span=span, what=what, line=number)


def _not_a_step(number: int, line: str) -> AgendaError:
    return AgendaError(
        number, f"found {line[:60]!r}; expected a step of an agenda: - 15:00 Welcome"
    )
