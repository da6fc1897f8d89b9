"""`mailer series edit, skip, move, add-date`: changes of a series and of its dates."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import rich_click as click

from mailer.calendar import dates, leads, notices, planning, series
from mailer.calendar.planning import SeriesPlan
from mailer.campaigns.models import Occurrence
from mailer.cli import output
from mailer.cli.command import as_json, operator_option, with_site
from mailer.cli.people.authors import author, because_option
from mailer.cli.writing.instants import day_of, event_option
from mailer.sites.site import Site
from scheduler.leads import LONGEST, USUAL

_DAYS = click.IntRange(0, LONGEST)
_OPTIONS = {
    "--type": ("letter_type", None, "The letter type of its drafts."),
    "--audience": ("audience", None, "The rule of its drafts' readers."),
    "--languages": ("languages", None, "Such as 'fr en'; the first is the default."),
    "--owner": ("owner", None, "The user who writes its drafts."),
    "--translators": ("translators", None, "Users, such as 'marie wei'."),
    "--approvers": ("approvers", None, "Users; without any, all who may approve it."),
    "--draft": (
        "draft_lead",
        _DAYS,
        f"Days before each date; else {USUAL.draft}.",
    ),
    "--translation": (
        "translation_lead",
        _DAYS,
        f"Days before each date; else {USUAL.translation}.",
    ),
    "--approval": (
        "approval_lead",
        _DAYS,
        f"Days before each date; else {USUAL.approval}.",
    ),
}


def plan_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say what a series is about and who works on it."""
    for option, (name, kind, sentence) in reversed(_OPTIONS.items()):
        function = click.option(option, name, type=kind, help=sentence)(function)
    return function


def plan_of(given: Mapping[str, Any]) -> SeriesPlan:
    """Return what these options say."""
    return SeriesPlan(**given)


@click.command(
    epilog="Example: mailer series edit monthly-letter --type monthly-letter"
    " --owner editor --approvers head-of-unit --by editor"
)
@click.argument("name")
@click.option("--cadence", help="Its cadence in words.")
@click.option("--zone", help="The zone of the time, such as Europe/Paris.")
@event_option
@plan_options
@operator_option
@because_option
@as_json
@with_site
async def edit(
    site: Site,
    name: str,
    cadence: str | None,
    zone: str | None,
    event: datetime | None,
    operator: str,
    because: str | None,
    as_json: bool,
    **given: Any,
) -> None:
    """Change a series: its cadence, what it is about, and who works on it.

    An empty text removes a value. Coming dates follow a new cadence, except those that
    have a campaign.
    """
    plan, by = plan_of(given), author(operator, because)
    if plan == SeriesPlan() and not (cadence or zone or event):
        raise click.UsageError("name something to change, such as --owner editor")
    office, kept, sentence = site.settings.office, list[Occurrence](), None
    async with site.database.writing() as session:
        found = await series.named(session, name)
        if cadence or zone or event:
            understood, kept = await series.change_cadence(
                session,
                found,
                cadence or found.cadence,
                by,
                zone=zone or found.zone,
                office=office.office,
                usual=office.usual_time,
                event=day_of(event) or found.event_day,
            )
            sentence = understood.sentence
        changed = await planning.change(session, site, found, plan, by)
    edited = {"name": name, "understood": sentence, "changed": changed}
    _show_edited(edited, kept, as_json=as_json)


def _show_edited(
    edited: Mapping[str, Any], kept: Sequence[Occurrence], *, as_json: bool
) -> None:
    """Print what was changed, and which dates a campaign keeps from a new cadence."""
    if as_json:
        output.json_document({**edited, "kept": [_shape(each) for each in kept]})
        return
    if edited["understood"]:
        output.line(f"{edited['name']}: {edited['understood']}")
    if edited["changed"]:
        output.changed(edited["changed"])
    for each in kept:
        output.say(
            f"{each.slot.replace('T', ' ')} is no date of it any more, but has the"
            f" campaign {each.campaign_id}; `mailer series move` gives it another"
        )


@click.command(epilog="Example: mailer series skip monthly-letter 2027-08-03")
@click.argument("name")
@click.argument("day")
@operator_option
@because_option
@as_json
@with_site
async def skip(
    site: Site, name: str, day: str, operator: str, because: str | None, as_json: bool
) -> None:
    """Skip one date of a series; its other dates stay as they are."""
    async with site.database.writing() as session:
        found = await series.named(session, name)
        skipped = await dates.skip(
            session,
            found,
            day,
            author(operator, because),
            office=site.settings.office.office,
        )
    said = f"{name} skips {_written(skipped)}"
    output.done({"name": name, **_shape(skipped)}, said, as_json=as_json)
    if skipped.draft_id is not None:
        output.say(
            f"its draft, campaign {skipped.draft_id}, stays;"
            f" `mailer campaigns cancel {skipped.draft_id}` ends it"
        )


@click.command(
    epilog="Example: mailer series move monthly-letter 2027-05-04 --to 2027-05-06T10:00"
)
@click.argument("name")
@click.argument("day")
@click.option(
    "--to", required=True, help="The local time, or the day alone to keep the hour."
)
@operator_option
@because_option
@as_json
@with_site
async def move(
    site: Site,
    name: str,
    day: str,
    to: str,
    operator: str,
    because: str | None,
    as_json: bool,
) -> None:
    """Move one date of a series; its other dates stay as they are."""
    async with site.database.writing() as session:
        found = await series.named(session, name)
        moved = await dates.move(
            session,
            found,
            day,
            to,
            author(operator, because),
            office=site.settings.office.office,
        )
        asked = await notices.asked(session, moved)
    document = {"name": name, **_shape(moved), "reminded": list(asked)}
    said = f"{name} goes on {_written(moved)} in place of {day}"
    output.done(document, said, as_json=as_json)
    if moved.draft_id is not None:
        output.say(f"its draft, campaign {moved.draft_id}, has its date in its text")
    if asked:
        output.say(
            f"{', '.join(asked)} had a reminder with the former date and get no other;"
            " tell them"
        )


@click.command(
    "add-date", epilog="Example: mailer series add-date monthly-letter 2027-06-15T10:00"
)
@click.argument("name")
@click.argument("time")
@operator_option
@because_option
@as_json
@with_site
async def add_date(
    site: Site, name: str, time: str, operator: str, because: str | None, as_json: bool
) -> None:
    """Add one date to a series, or give back one that was skipped."""
    async with site.database.writing() as session:
        found = await series.named(session, name)
        added = await dates.add(session, found, time, author(operator, because))
    said = f"{name} goes on {_written(added)} too"
    output.done({"name": name, **_shape(added)}, said, as_json=as_json)


def _shape(occurrence: Occurrence) -> dict[str, Any]:
    campaign = occurrence.campaign_id or occurrence.draft_id
    return {"slot": occurrence.slot, "campaign": campaign}


def _written(occurrence: Occurrence) -> str:
    return f"{leads.local_of(occurrence):%Y-%m-%d %H:%M}"
