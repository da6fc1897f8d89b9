"""`mailer series`: every verb, its module, and its sentence in the help."""

import rich_click as click

from mailer.cli.deferred import CommandPlace, DeferredGroup


def _at(module: str, attribute: str, sentence: str) -> CommandPlace:
    return CommandPlace(f"mailer.cli.writing.{module}", sentence, attribute)


VERBS = {
    "add": _at(
        "series_adding",
        "add",
        "Add a series by its cadence in words; with a type it opens drafts.",
    ),
    "add-date": _at(
        "series_changing",
        "add_date",
        "Add one date to a series, or give back one that was skipped.",
    ),
    "edit": _at(
        "series_changing",
        "edit",
        "Change a series: its cadence, what it is about, and who works on it.",
    ),
    "list": _at(
        "series_listing", "list_", "List the series, and the campaigns in their slots."
    ),
    "move": _at(
        "series_changing",
        "move",
        "Move one date of a series; its other dates stay as they are.",
    ),
    "next": _at("series_listing", "next_", "Show the next instants of a series."),
    "preview": _at(
        "series_listing",
        "preview",
        "Show the dates of a cadence in a year, by the holidays of the office.",
    ),
    "show": _at(
        "series_showing",
        "show",
        "Show a series: its cadence, who works on it, its dates, and its history.",
    ),
    "skip": _at(
        "series_changing",
        "skip",
        "Skip one date of a series; its other dates stay as they are.",
    ),
}


@click.group(cls=DeferredGroup, places=VERBS)
def command() -> None:
    """List, add and change recurring mailings; show their next instants."""
