"""`mailer campaigns audience, explain`: who gets a campaign, and why."""

from collections.abc import Callable
from pathlib import Path

import rich_click as click

from audiences.export.formats import Form
from mailer import clock
from mailer.cli import output
from mailer.cli.command import NUMBER, as_json, as_json_lines, with_site
from mailer.cli.saving import out_option, saving_table
from mailer.errors import counted
from mailer.reports import audience, readers
from mailer.reports.audience import COLUMNS, AudienceRow, SinceLast
from mailer.reports.readers import ReaderExplanation
from mailer.sites.site import Site

ONLY: dict[str, Callable[[AudienceRow], bool]] = {
    "readers": lambda row: not row.left_out,
    "left-out": lambda row: bool(row.left_out),
    "joined": lambda row: row.since_last == SinceLast.JOINED,
    "left": lambda row: row.since_last == SinceLast.LEFT,
}


@click.command(
    "audience", epilog="Example: mailer campaigns audience 1 --format csv --out may.csv"
)
@click.argument("campaign_id", type=NUMBER)
@click.option(
    "--only",
    type=click.Choice(list(ONLY)),
    help="Readers, those left out, or those who joined or left since the last letter.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice([str(Form.CSV), str(Form.XLSX)]),
    help="Write a file of this form; no cell of it is a formula.",
)
@out_option
@as_json_lines
@with_site
async def audience_(
    site: Site,
    campaign_id: int,
    only: str | None,
    form: str | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """List who gets a campaign and why, and who is left out and why.

    Before the release the rule is asked, afterwards the ledger. Those who had the last
    letter of the series, and whom the rule does not pick any more, come at the end.
    """
    if form is None and out is not None:
        raise click.UsageError("name the form of the file with --format")
    keeps = ONLY[only] if only else lambda _row: True
    number = 0
    async with site.database.reading() as session:
        found = await audience.audience(session, site, campaign_id, now=clock.now())
        if form is None:
            async for page in found.pages(session):
                for row in filter(keeps, page):
                    _print(row, as_json=as_json)
            return
        with saving_table(out, form, COLUMNS) as write:
            async for page in found.pages(session):
                rows = list(filter(keeps, page))
                write(rows)
                number += len(rows)
    if out is not None:
        output.say(f"{out} has {counted(number, 'row')}")


def _print(row: AudienceRow, *, as_json: bool) -> None:
    if as_json:
        output.json_line(row._asdict())
        return
    what = f"left out: {row.left_out}" if row.left_out else f"{row.language}  {row.why}"
    since = f"  ({row.since_last} since the last letter)" if row.since_last else ""
    output.line(f"{row.address}  {row.organisation}  {what}{since}")


@click.command(epilog="Example: mailer campaigns explain 1 unesco-liaison@icom.example")
@click.argument("campaign_id", type=NUMBER)
@click.argument("address")
@as_json
@with_site
async def explain(site: Site, campaign_id: int, address: str, as_json: bool) -> None:
    """Show why an address gets a campaign or not, and what its letter has."""
    found = await readers.explain(site, campaign_id, address, now=clock.now())
    if as_json:
        output.json_document(readers.document(found))
    else:
        _show(address, found)


def _show(address: str, found: ReaderExplanation) -> None:
    rule = found.rule
    if rule.excluded:
        output.line(f"{address} is left out, though the rule picks it: {rule.excluded}")
    else:
        output.line(f"{address} is {'in' if rule.included else 'not in'}")
    for code, holds in rule.others.items():
        does = "holds, too" if holds else "does not hold"
        output.line(f"also a contact of {code}, where the rule {does}")
    if found.choice is None:
        output.line("it reads no language of the campaign")
    else:
        choice = found.choice
        wanted = f", in place of {choice.wanted}" if choice.fell_back else ""
        output.line(f"language: {choice.language}{wanted}, by its {choice.step}")
    for each in found.messages:
        output.line(f"message {each.id}: {each.state}  {each.reason or ''}")
    output.table(
        "Clauses",
        ("clause", "holds", "because"),
        [(each.clause, each.holds, each.because) for each in rule.clauses],
    )
    output.table(
        "Blocks",
        ("block", "type", "shown", "rule"),
        [(each.block, each.type, each.shown, each.rule) for each in found.blocks],
    )
