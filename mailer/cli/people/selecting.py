"""Options that choose contacts, for commands that list or export them."""

import functools
import importlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import rich_click as click

from audiences.institution import Kind, Status
from mailer.cli.command import WholeNumber

CHOICES = (
    *("search", "kind", "status", "country", "region", "field", "language"),
    "retired",
)

segment_option = click.option(
    "--segment", "rule", help="Only those a rule picks; a rule or a saved one's name."
)
search_option = click.option(
    "--search", default="", help="Only those with this in their address or name."
)
readers_option = click.option(
    "--readers", is_flag=True, help="Only those who may be written to."
)
limit_option = click.option(
    "--limit",
    type=WholeNumber(1, 10_000),
    default=50,
    show_default=True,
    help="How many to list.",
)

BODIES_OPTIONS = (
    click.option(
        "--confirmed-before",
        "day",
        type=click.DateTime(["%Y-%m-%d"]),
        help="Only those whose entry was not confirmed since this day, in UTC.",
    ),
    click.option("--language", help="Only those with this language, such as fr."),
    click.option("--field", help="Only those with this field of work: ED."),
    click.option(
        "--status",
        type=click.Choice([str(each) for each in Status]),
        help="Only those with this official status.",
    ),
    click.option("--retired", is_flag=True, help="Also those that retired."),
    click.option(
        "--search",
        default="",
        help="Only those with this in code or names.",
    ),
    click.option("--region", help="Only those of a region: AFR."),
    click.option("--country", help="Only those of a country: SN."),
    click.option(
        "--kind",
        type=click.Choice([str(each) for each in Kind]),
        help="Only those of a kind.",
    ),
)


def bodies_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that choose organisations, as `WantedBodies`."""

    @functools.wraps(function)
    def wrapper(*arguments: Any, **options: Any) -> Any:
        day: datetime | None = options.pop("day")
        chosen = {name: options.pop(name) for name in CHOICES}
        # imported now, since the help of a command needs no store
        listed = importlib.import_module("audiences.export.listed_bodies")
        wanted = listed.WantedBodies(
            **chosen, confirmed_before=day and day.replace(tzinfo=UTC)
        )
        return function(*arguments, wanted=wanted, **options)

    command = wrapper
    for option in BODIES_OPTIONS:
        command = option(command)
    return command
