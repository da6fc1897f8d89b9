"""`mailer campaigns resend`: a further wave of a finished campaign."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import rich_click as click

from mailer import clock
from mailer.cli import acting, output
from mailer.cli.command import NUMBER, as_json, by_option, with_site, yes_option
from mailer.errors import counted
from mailer.outcomes import resending
from mailer.outcomes.resending import WantedWave, Wave
from mailer.sites.site import Site

SHOWN = 20  # names; --json has all


@click.command(epilog="Example: mailer campaigns resend 1 --until 2097-06-01")
@click.argument("campaign_id", type=NUMBER)
@click.option("--joiners", is_flag=True, help="Also to those who joined the audience.")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The last day, in the campaign's zone; else as after a release.",
)
@click.option("--dry-run", is_flag=True, help="Show who would get it; the default.")
@click.option("--apply", is_flag=True, help="Send it.")
@click.option("--expect", type=int, help="Refuse any other number of readers.")
@yes_option
@by_option
@as_json
@with_site
async def resend(
    site: Site,
    campaign_id: int,
    joiners: bool,
    until: datetime | None,
    dry_run: bool,
    apply: bool,
    expect: int | None,
    yes: bool,
    by: str,
    as_json: bool,
) -> None:
    """Send a finished campaign to those it has not reached; a dry run first.

    Not to anyone who has it, may have it, or must not be written to. Readers who joined
    the audience since get it only with --joiners. It keeps its number. --apply asks on
    a terminal.
    """
    if dry_run and apply:
        raise click.UsageError("give either --dry-run or --apply")
    wanted = WantedWave(joiners=joiners, until=until.date() if until else None)
    now = clock.now()
    wave = await resending.look(site, campaign_id, wanted, now=now)
    if not as_json:
        _show(site, wave)
    if apply:
        shown = counted(len(wave.readers), "reader")
        asked = expect is None and acting.ask(f"Send it to {shown}?", yes=yes)
        if expect is None and (asked or yes):
            expect = len(wave.readers)  # no other number than the one that was shown
        await resending.resend(
            site, campaign_id, wanted, by=by, now=now, expected=expect
        )
    if as_json:
        output.json_document(_document(campaign_id, wave, applied=apply))
    elif apply:
        output.line(f"wave {wave.number} of {wave.name} is released to {shown}")
    elif wave.readers:
        _say_how(campaign_id, wanted, len(wave.readers))


def _say_how(campaign_id: int, wanted: WantedWave, number: int) -> None:
    """Say that nothing was sent, and the command that sends it."""
    joiners = " --joiners" if wanted.joiners else ""
    last = f" --until {wanted.until}" if wanted.until else ""
    output.say(
        f"nothing was sent; `{output.called()} campaigns resend {campaign_id}"
        f"{joiners}{last} --apply --expect {number}` sends it"
    )


def _show(site: Site, wave: Wave) -> None:
    last = output.local(wave.until, site.zone)
    output.line(
        f"wave {wave.number} of {wave.name}: {counted(len(wave.readers), 'reader')},"
        f" until {last}"
    )
    _counts("Who gets it", "why not until now", wave.by_reason)
    output.table(
        "By name" if len(wave.readers) <= SHOWN else f"The first {SHOWN} by name",
        ("address", "organisation", "language", "why not until now"),
        [
            (each.address, each.organisation, each.language, _words(each.reason))
            for each in wave.readers[:SHOWN]
        ],
    )
    if wave.left_out:
        _counts("Who does not get it", "why not", wave.left_out)
    if wave.change:
        output.say(wave.change)


def _counts(title: str, heading: str, counts: Mapping[str, int]) -> None:
    rows = [(_words(reason), number) for reason, number in counts.items()]
    output.table(title, (heading, "readers"), rows)


def _words(reason: str) -> str:
    return reason.replace("_", " ")


def _document(campaign_id: int, wave: Wave, *, applied: bool) -> dict[str, Any]:
    return {
        "campaign": campaign_id,
        "wave": wave.number,
        "applied": applied,
        "until": wave.until.isoformat(),
        "readers": len(wave.readers),
        "by_reason": wave.by_reason,
        "left_out": dict(wave.left_out),
        "change": wave.change,
        "names": [each._asdict() for each in wave.readers],
    }
