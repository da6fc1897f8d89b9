"""`mailer series edit, skip, move, add-date`: changes of a series and of its dates."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import rich_click as click

from mailer.calendar import dates, following, leads, notices, planning, series
from mailer.calendar.planning import SeriesPlan
from mailer.calendar.series import CadenceChange
from mailer.campaigns.models import Occurrence
from mailer.cli import output
from mailer.cli.command import WholeNumber, as_json, operator_option, with_site
from mailer.cli.people.authors import author, because_option
from mailer.cli.writing.instants import day_of, event_option, follows_option
from mailer.sites.site import Site
from scheduler.leads import LONGEST, USUAL

_DAYS = WholeNumber(0, LONGEST)
_OPTIONS = {
    "--type": ("letter_type", None, "The letter type of its drafts."),
    "--audience": ("audience", None, "The rule of its drafts' readers."),
    "--languages": ("languages", None, "Such as 'fr en'; the first is the default."),
    "--owner": ("owner", None, "The user who writes its drafts."),
    "--translators": ("translators", None, "Users, such as 'marie wei'."),
    "--approvers": ("approvers", None, "Users; without any, all who may approve it."),
    "--remind": (
        "remind",
        None,
        "Its letters remind who has not: answered, replied or confirmed.",
    ),
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
@follows_option
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
    follows: str | None,
    operator: str,
    because: str | None,
    as_json: bool,
    **given: Any,
) -> None:
    """Change a series: its cadence, what it is about, and who works on it.

    An empty text removes a value. Coming dates follow a new cadence, except those that
    have a campaign; they move with an event that moves.
    """
    plan, by = plan_of(given), author(operator, because)
    recurs = bool(cadence or zone or event or follows)
    if plan == SeriesPlan() and not recurs:
        raise click.UsageError("name something to change, such as --owner editor")
    office, change = site.settings.office, None
    async with site.database.writing() as session:
        found = await series.named(session, name)
        if recurs:
            change = await series.change_cadence(
                session,
                found,
                cadence or found.cadence,
                by,
                zone=zone or found.zone,
                office=office.office,
                usual=office.usual_time,
                event=day_of(event) or found.event_day,
                follows=follows or ("" if event else following.named_by(found)),
            )
        changed = await planning.change(session, site, found, plan, by)
    edited = {"name": name, "changed": changed}
    _show_edited(edited, change, as_json=as_json)


def _show_edited(
    edited: Mapping[str, Any], change: CadenceChange | None, *, as_json: bool
) -> None:
    """Print what was changed, and what became of the dates a cadence had."""
    if as_json:
        kept, went = (change.kept, change.went) if change else ((), ())
        understood = change.understood.sentence if change else None
        dates_left = {
            "kept": [_shape(each) for each in kept],
            "went": [_shape(each) for each in went],
        }
        output.json_document({**edited, "understood": understood, **dates_left})
        return
    if change:
        output.line(f"{edited['name']}: {change.understood.sentence}")
        _say_kept(change.kept)
        _say_went(change.went)
    if edited["changed"]:
        output.changed(edited["changed"])


def _say_kept(kept: Sequence[Occurrence]) -> None:
    """Say which dates a new cadence does not have, although a campaign fills them."""
    for each in kept:
        output.say(
            f"{each.slot.replace('T', ' ')} is no date of it any more, but has the"
            f" campaign {each.campaign_id}; `mailer series move` gives it another"
        )


def _say_went(went: Sequence[Occurrence]) -> None:
    """Say whose readers have the former day of an event that moved."""
    for each in went:
        output.say(
            f"the letter of {each.slot[:10]}, campaign {each.campaign_id}, went before"
            " the event moved, and its readers have the former day;"
            f" `mailer campaigns erratum {each.campaign_id}` writes to them"
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
