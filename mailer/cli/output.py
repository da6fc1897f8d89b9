"""Prints results on stdout and remarks on stderr."""

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from audiences import characters
from audiences.characters import for_terminal


class _Results(Console):
    def on_broken_pipe(self) -> None:
        """Let the command end as for any reader that has enough."""
        raise BrokenPipeError


def _width() -> int | None:
    """Return the width of results; None is that of the terminal, or of COLUMNS.

    A program or a file gets each row of a table as one line.
    """
    return None if sys.stdout.isatty() or "COLUMNS" in os.environ else WIDEST


WIDEST = 1_000  # terminal cells
results = _Results(soft_wrap=True, highlight=False, width=_width())
notes = Console(stderr=True, soft_wrap=True, highlight=False)

LONGEST_WORD = 26  # terminal cells; longer words may break over two lines
BAR = 30  # terminal cells of the longest bar


def json_document(value: Any) -> None:
    """Print one JSON document."""
    sys.stdout.write(_json(value, indent=2) + "\n")


def done(value: Mapping[str, Any], *lines: str, as_json: bool) -> None:
    """Print what an act did: one JSON document, or lines for people."""
    if as_json:
        json_document(value)
        return
    for each in lines:
        line(each)


def json_line(value: Mapping[str, Any]) -> None:
    """Print one JSON object on one line."""
    sys.stdout.write(_json(value) + "\n")


def _json(value: Any, *, indent: int | None = None) -> str:
    """Return a value as JSON that a terminal shows as it is."""
    return characters.escaped_json(json.dumps(value, ensure_ascii=False, indent=indent))


def flush() -> None:
    """Write what is left of the results, for a reader that waits for them."""
    sys.stdout.flush()


def octets(value: bytes) -> None:
    """Write octets to stdout."""
    sys.stdout.flush()
    sys.stdout.buffer.write(value)
    sys.stdout.buffer.flush()


def table(
    title: str, headings: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Print a table with a title; numbers are right-aligned, and no text is cut."""
    cells = [[shown(cell) for cell in row] for row in rows]
    results.print()
    if not cells:
        results.print(f"[bold]{escape(title)}[/]: none")
        return
    drawn = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
    )
    for heading, column in zip(headings, zip(*cells, strict=True), strict=True):
        words = [len(word) for cell in column for word in cell.split()]
        drawn.add_column(
            heading,
            overflow="fold",
            min_width=min(max(words, default=0), LONGEST_WORD),
            justify="right" if all(map(str.isdecimal, column)) else "left",
        )
    for row in cells:
        drawn.add_row(*(escape(cell) for cell in row))
    results.print(drawn)


def bars(title: str, heading: str, counted: Mapping[str, int]) -> None:
    """Print counts, each with a bar; the largest count has the longest bar."""
    largest = max(counted.values(), default=1)
    table(
        title,
        (heading, "readers", ""),
        [
            (key.replace("_", " "), count, "█" * max(1, round(BAR * count / largest)))
            for key, count in counted.items()
        ],
    )


def shown(cell: object) -> str:
    """Return a value as text for a table."""
    match cell:
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case datetime():
            return f"{cell.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        case list() | tuple():
            return ", ".join(shown(each) for each in cell)
        case _:
            return for_terminal(str(cell))


def moment(value: datetime | None, zone: ZoneInfo) -> str:
    """Return an instant for a table, in the zone of the unit: 2027-05-04 10:00 CEST."""
    return f"{value.astimezone(zone):%Y-%m-%d %H:%M %Z}" if value else ""


def local(moment: datetime, zone: ZoneInfo) -> str:
    """Return an instant as the unit reads it: Tue 2027-05-04 10:00 Europe/Paris."""
    return f"{moment.astimezone(zone):%a %Y-%m-%d %H:%M} {zone.key}"


def called() -> str:
    """Return how the operator called this command, for examples of other commands."""
    if given := os.environ.get("LIAISON_CALLED"):
        return given
    return "python3 -m mailer" if Path(sys.argv[0]).stem == "__main__" else "mailer"


def line(text: str) -> None:
    """Print one line of a result."""
    results.print(escape(for_terminal(text)))


def say(text: str) -> None:
    """Print a remark for the operator; ignore a full disk."""
    with suppress(OSError):
        notes.print(escape(for_terminal(text)))


def refuse(sentence: str) -> None:
    """Print the sentence of an error; ignore a full disk."""
    with suppress(OSError):
        notes.print(f"[bold red]mailer:[/] {escape(for_terminal(sentence))}")


def progress() -> Progress:
    """Return a progress bar on stderr."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=notes,
        transient=True,
    )


def changed(values: Mapping[str, Any]) -> None:
    """Print each value that was changed, before and after."""
    for name, (before, after) in values.items():
        line(f"{name}: {shown(before) or '–'} → {shown(after) or '–'}")
    if not values:
        line("nothing to change")
