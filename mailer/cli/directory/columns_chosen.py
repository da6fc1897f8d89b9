"""Options of `contacts import` that say what the columns of a list become."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from audiences.intake.mapping import plan, synonyms
from audiences.intake.mapping.plan import Chosen

_OPTIONS = (
    click.option(
        "--map",
        "map_file",
        type=click.Path(path_type=Path),
        help="A mapping in TOML, as --write-map writes it; other columns are left out.",
    ),
    click.option(
        "--column",
        "columns",
        multiple=True,
        metavar="COLUMN=HEADING",
        help="Which heading a column has; again for another part of it.",
    ),
    click.option(
        "--set",
        "set_values",
        multiple=True,
        metavar="COLUMN=VALUE",
        help="A value for cells that are empty: kind=ngo.",
    ),
    click.option(
        "--ignore", "ignored", multiple=True, metavar="HEADING", help="Leave it out."
    ),
    click.option(
        "--preset",
        type=click.Choice([each.name for each in synonyms.presets()]),
        help="The program that exported the list; else it is recognised.",
    ),
)


def with_mapping(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a command whose options become `mapping` and `preset`."""

    @functools.wraps(function)
    def wrapper(*arguments: Any, **options: Any) -> Any:
        map_file: Path | None = options.pop("map_file")
        chosen = Chosen(
            columns=options.pop("columns"),
            values=options.pop("set_values"),
            ignored=options.pop("ignored"),
        )
        base = plan.read(map_file) if map_file else None
        mapping = plan.combined(base, chosen)
        return function(*arguments, mapping=mapping, **options)

    wrapped = wrapper
    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    return wrapped
