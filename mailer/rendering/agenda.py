"""The steps of an agenda, a line each: when it begins, perhaps ends, and what it is.

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
    """One step; `what` is Markdown of one line."""

    start: time
    end: time | None
    what: str


class AgendaError(ValueError):
    """A line is not a step; carries its number within the text, from 0."""

    def __init__(self, line: int, found: str) -> None:
        self.line = line
        super().__init__(
            f"{found[:60]!r} is not a step of an agenda, such as - 15:00 Welcome"
        )


def steps(text: str) -> list[AgendaStep]:
    """Read an agenda; raise AgendaError at the first line that is no step."""
    return [_step(number, line) for number, line in _lines(text)]


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield steps with their line; an indented line belongs to the one before."""
    kept: tuple[int, str] | None = None
    for number, line in enumerate(text.split("\n")):
        if line[:1].isspace() and line.strip() and kept is not None:
            kept = (kept[0], f"{kept[1]} {line.strip()}")
            continue
        if kept is not None:
            yield kept
        kept = (number, line) if line.strip() else None
    if kept is not None:
        yield kept


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
