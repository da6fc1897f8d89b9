"""`mailer doctor`: the faults of a site, and what to do about them."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from zoneinfo import ZoneInfo

import rich_click as click

from mailer import clock
from mailer.cli import output
from mailer.cli.command import as_json, complete
from mailer.doctor import changes, examine
from mailer.doctor.finding import Finding, Grade
from mailer.errors import ConfigError
from mailer.settings import loading

EVERY = 60.0  # seconds between two examinations


@click.command(epilog="Example: mailer doctor --json")
@click.option(
    "--try-logins", is_flag=True, help="Try logins again that a relay refused."
)
@click.option(
    "--watch", is_flag=True, help="Examine again each minute; show what changes."
)
@click.option(
    "--every",
    type=click.FloatRange(0.1, 86_400),
    default=EVERY,
    show_default=True,
    help="The seconds between two examinations of --watch.",
)
@as_json
@click.pass_obj
def command(
    config: Path, try_logins: bool, watch: bool, every: float, as_json: bool
) -> int | None:
    """Check settings, secrets, disk, store, clock, relays, signing and the DNS.

    Nothing is changed and no message is sent. The exit code is 1 if there is an error.
    With --watch, --json prints one object a line.
    """
    if watch:
        ended = "the watch has ended; nothing was changed"
        return complete(_watch(config, every, as_json=as_json), interrupted=ended)
    return complete(_run(config, try_logins=try_logins, as_json=as_json))


async def _run(config: Path, *, try_logins: bool, as_json: bool) -> int:
    findings = await examine.examine(config, now=clock.now(), try_logins=try_logins)
    failed = any(each.level is Grade.ERROR for each in findings)
    if as_json:
        shown = [asdict(each) for each in findings]
        output.json_document({"ok": not failed, "findings": shown})
    else:
        for each in findings:
            output.line(_line(each))
    return 1 if failed else 0


async def _watch(config: Path, every: float, *, as_json: bool) -> None:
    """Show all findings, and then those that change, until interrupted."""
    before: Sequence[Finding] = ()
    while True:
        now = clock.now()
        found = await examine.examine(config, now=now)
        for each in changes.changed(before, found):
            if as_json:
                output.json_line({"at": now.isoformat(), **asdict(each)})
            else:
                at = now.astimezone(_zone(config))
                output.line(f"{at:%H:%M:%S %Z} {_line(each)}")
        output.flush()
        before = found
        await asyncio.sleep(every)


def _zone(config: Path) -> ZoneInfo:
    """Return the zone of the site; UTC while its settings cannot be read."""
    try:
        return ZoneInfo(loading.load(config).site.zone)
    except ConfigError:
        return ZoneInfo("UTC")


def _line(each: Finding) -> str:
    remedy = f" → {each.remedy}" if each.remedy else ""
    return f"{each.level:<8} {each.about}: {each.sentence}{remedy}"
