"""Options that choose contacts, for commands that list or export them."""

from collections.abc import Callable
from typing import Any

import rich_click as click

from audiences.institution import Kind

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
    type=click.IntRange(1, 10_000),
    default=50,
    show_default=True,
    help="How many to list.",
)


def bodies_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that choose organisations."""
    for option in (
        click.option("--retired", is_flag=True, help="Also those that retired."),
        click.option(
            "--search", default="", help="Only those with this in code or name."
        ),
        click.option("--country", help="Only those of a country: SN."),
        click.option(
            "--kind",
            type=click.Choice([str(each) for each in Kind]),
            help="Only those of a kind.",
        ),
    ):
        function = option(function)
    return function
