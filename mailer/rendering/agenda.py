"""Reads the text of an agenda: one step on each line, with its start or both times.

- 15:00 Welcome
- 15:10 – 15:40 What the field has taught us
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time

_STEP = re.compile(
    r"-\s+(?P<start>\d{1,2}[:.h]\d{2})(?:\s*[–-]\s*(?P<end>\d{1,2}[:.h]\d{2}))?\s+(?P<what>\S.*)"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class AgendaStep:
    """One step; `what` is one line of Markdown."""

    start: time
    end: time | None
    what: str


class AgendaError(ValueError):
    """A line is not a step; `line` is its number in the text, from 0."""

    def __init__(self, line: int, found: str) -> None:
        self.line = line
        super().__init__(
            f"found {found[:60]!r}; expected a step of an agenda: - 15:00 Welcome"
        )


def steps(text: str) -> list[AgendaStep]:
    """Return the steps of an agenda; raise AgendaError at a line that is not a step."""
    return [_step(number, line) for number, line in _lines(text)]


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the line number and the text of each step, with its continuation lines."""
    pending: tuple[int, str] | None = None
    for number, line in enumerate(text.split("\n")):
        if line[:1].isspace() and line.strip() and pending is not None:
            pending = (pending[0], f"{pending[1]} {line.strip()}")
            continue
        if pending is not None:
            yield pending
        pending = (number, line) if line.strip() else None
    if pending is not None:
        yield pending


def _step(number: int, line: str) -> AgendaStep:
    match = _STEP.fullmatch(line.rstrip())
    if match is None:
        raise AgendaError(number, line)
    try:
        end = match["end"]
        return AgendaStep(
            start=_time(match["start"]),
            end=None if end is None else _time(end),
            what=match["what"],
        )
    except ValueError:
        raise AgendaError(number, line) from None


def _time(value: str) -> time:
    hour, minute = re.split("[:.h]", value)
    return time(int(hour), int(minute))
