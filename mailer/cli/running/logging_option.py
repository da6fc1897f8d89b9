"""The option --log of commands that run for long."""

import sys

import click

from mailer.processes import logs


def _choose(context: click.Context, _option: click.Parameter, form: str | None) -> None:
    as_json = form == "json" if form else not sys.stderr.isatty()
    logs.choose(context.info_name or "mailer", json=as_json)


log_option = click.option(
    "--log",
    type=click.Choice(["json", "text"]),
    is_eager=True,
    expose_value=False,
    callback=_choose,
    help="JSON lines or sentences. Default: text on a terminal, else json.",
)
