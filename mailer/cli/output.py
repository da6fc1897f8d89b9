"""What the command prints: results on stdout, everything else on stderr."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

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

results = Console(soft_wrap=True, highlight=False)
notes = Console(stderr=True, soft_wrap=True, highlight=False)


def json_document(value: Any) -> None:
    """Print one JSON document and nothing else."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def json_line(value: Mapping[str, Any]) -> None:
    """Print one object on one line."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def table(
    title: str, headings: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Print a table."""
    drawn = Table(title=title, title_justify="left", title_style="bold")
    for heading in headings:
        drawn.add_column(heading, overflow="fold")
    for row in rows:
        drawn.add_row(*(escape(clean(str(cell))) for cell in row))
    results.print(drawn)


def line(text: str) -> None:
    """Print one line of a result."""
    results.print(escape(clean(text)))


def say(text: str) -> None:
    """Tell the operator something that is not a result."""
    notes.print(escape(clean(text)))


def refuse(sentence: str) -> None:
    """Print why the command did not do it."""
    notes.print(f"[bold red]mailer:[/] {escape(clean(sentence))}")


def clean(text: str) -> str:
    """Keep what a name holds from steering the terminal."""
    return "".join(
        character
        if character in "\n\t"
        or (character >= " " and not "\x7f" <= character <= "\x9f")
        else "\N{REPLACEMENT CHARACTER}"
        for character in text
    )


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
