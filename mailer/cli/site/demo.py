"""`mailer demo`: a sample site that sends its letters to a local mail server."""

import shlex
from collections import Counter
from pathlib import Path

import rich_click as click

from mailer import clock
from mailer.campaigns import lookup
from mailer.cli import output
from mailer.cli.campaigns.reporting import show_report
from mailer.cli.command import as_json, complete
from mailer.demo import demonstration
from mailer.errors import MailerError
from mailer.maintenance import founding
from mailer.outbox.message_states import MessageState
from mailer.reports.results import reading
from mailer.reports.totals import CampaignReport
from mailer.sites.opening import open_site
from mailer.sites.site import Site


@click.command(epilog="Example: mailer demo")
@click.argument(
    "directory", type=click.Path(file_okay=False, path_type=Path), default=Path("demo")
)
@click.option("--all", "every", is_flag=True, help="Send every sample campaign.")
@as_json
def command(directory: Path, every: bool, as_json: bool) -> int | None:
    """Make a sample site, send the monthly letter in six languages, and report.

    The letters go to a mail server on this machine, which keeps them as files; no real
    person gets one. The site stays for you to explore.
    """
    incomplete = (
        f"stopped; {directory} is not complete: delete it before the next `mailer demo`"
        "; no real person got a letter"
    )
    run = _run(directory, every=every, as_json=as_json)
    return complete(run, interrupted=incomplete)


async def _run(directory: Path, *, every: bool, as_json: bool) -> int:
    config = await founding.create_site(
        directory, with_sample=True, now=clock.now(), progress=output.say
    )
    async with open_site(config) as site:
        folders = demonstration.samples(directory, every=every)
        output.say(
            "writing, checking and approving: " + ", ".join(f.name for f in folders)
        )
        campaigns = [await demonstration.prepare(site, each) for each in folders]
        with output.progress() as bar:
            task = bar.add_task("delivering", total=None)

            def released(audience: int) -> None:
                bar.update(task, total=audience)

            def settled(states: Counter[MessageState]) -> None:
                bar.advance(task, states.total())

            counted = await demonstration.deliver(
                site, campaigns, released=released, settled=settled
            )
        if not every:
            await demonstration.leave_unfinished(site)
        if as_json:
            output.json_document(await _document(site, campaigns, folders))
    if not as_json:
        _show(directory, folders, counted)
    missing = sum(demonstration.unaccounted(report) for report in counted)
    if missing:
        raise MailerError(f"{missing} messages have no final state")
    return 0


async def _document(
    site: Site, campaigns: list[int], folders: list[Path]
) -> dict[str, object]:
    """Return the report of the first campaign; of several, also each by its folder."""
    now = clock.now()
    async with site.database.reading() as session:
        reports = [
            await reading.document(
                session, await lookup.get(session, each), zone=site.zone, now=now
            )
            for each in campaigns
        ]
    document: dict[str, object] = {"report": reports[0]}
    if len(reports) > 1:
        names = [each.name for each in folders]
        document["reports"] = dict(zip(names, reports, strict=True))
    return document


def _show(directory: Path, folders: list[Path], counted: list[CampaignReport]) -> None:
    for folder, report in zip(folders, counted, strict=True):
        show_report(folder.name, report)
    _show_next_commands(directory)


def _show_next_commands(directory: Path) -> None:
    """Print commands to try next, written as the operator called this one."""
    command = f"{output.called()} --config {shlex.quote(f'{directory}/config.toml')}"
    output.line("")
    output.line(f"Each message is a file in {directory}/inbox/new; the site stays.")
    output.line("Commands to try next:")
    for line in (
        f"{command} campaigns preview 1 --as secretariat@natcom-sn.example",
        f"{command} segments count 'kind = ngo and speaks(ar)'",
        f"{command} messages list --campaign 1 --state accepted",
        f"{command} contacts show unesco-liaison@icom.example",
        f"{command} serve   # then open the links in a letter",
        f"{command} serve --sign-in   # and the link: the console, with four letters",
    ):
        output.line(f"  {line}")
