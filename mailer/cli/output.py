"""What the command prints: results on stdout, everything else on stderr."""

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

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

from audiences.characters import for_terminal

results = Console(soft_wrap=True, highlight=False)
notes = Console(stderr=True, soft_wrap=True, highlight=False)

WHOLE = 26  # cells up to which a word is never broken over two lines
BAR = 30  # cells of the widest bar


def json_document(value: Any) -> None:
    """Print one JSON document and nothing else."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def json_line(value: Mapping[str, Any]) -> None:
    """Print one object on one line."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def octets(value: bytes) -> None:
    """Print octets as they are."""
    sys.stdout.flush()
    sys.stdout.buffer.write(value)
    sys.stdout.buffer.flush()


def table(
    title: str, headings: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Print a table under its title; numbers stand to the right, nothing is cut."""
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
            min_width=min(max(words, default=0), WHOLE),
            justify="right" if all(map(str.isdecimal, column)) else "left",
        )
    for row in cells:
        drawn.add_row(*(escape(cell) for cell in row))
    results.print(drawn)


def bars(title: str, heading: str, counted: Mapping[str, int]) -> None:
    """Print counts with a bar each; the widest is the largest."""
    widest = max(counted.values(), default=1)
    table(
        title,
        (heading, "readers", ""),
        [
            (key.replace("_", " "), count, "█" * max(1, round(BAR * count / widest)))
            for key, count in counted.items()
        ],
    )


def shown(cell: object) -> str:
    """Return a value as an operator reads it: yes or no, an instant, a list, a text."""
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


def called() -> str:
    """Return how the reader called this command, to show what to type next."""
    if given := os.environ.get("LIAISON_CALLED"):
        return given
    return "python3 -m mailer" if Path(sys.argv[0]).stem == "__main__" else "mailer"


def line(text: str) -> None:
    """Print one line of a result."""
    results.print(escape(for_terminal(text)))


def say(text: str) -> None:
    """Tell the operator something that is not a result, if there is room for it."""
    with suppress(OSError):
        notes.print(escape(for_terminal(text)))


def refuse(sentence: str) -> None:
    """Print why the command did not do it."""
    with suppress(OSError):
        notes.print(f"[bold red]mailer:[/] {escape(for_terminal(sentence))}")


def progress() -> Progress:
    """Return a bar on stderr for work that takes long."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=notes,
        transient=True,
    )
