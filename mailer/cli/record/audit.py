"""`mailer audit`: the record of acts, and whether anything in it was changed."""

from datetime import datetime
from typing import Any

import rich_click as click

from mailer import clock
from mailer.cli import output
from mailer.cli.command import WholeNumber, as_json, as_json_lines, with_site
from mailer.cli.record import wording
from mailer.errors import counted
from mailer.maintenance import audit_rows
from mailer.maintenance.auditing import AuditCut, AuditResult
from mailer.reports.record import recorded
from mailer.sites.site import Site
from mailer.store.anchors import FILE

LARGEST = WholeNumber(1, 2**63 - 1)


@click.group()
def command() -> None:
    """Show the record of acts, verify that it is whole, and anchor its end."""


@command.command("list", epilog="Example: mailer audit list --about 'campaign 1'")
@click.option("--about", help="Acts on this object, such as 'campaign 1'.")
@click.option("--user", help="Acts of this user.")
@click.option(
    "--since",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Acts since the beginning of this day, in site.zone.",
)
@click.option("--most", type=LARGEST, default=50, help="How many rows to show.")
@as_json_lines
@with_site
async def list_(
    site: Site,
    about: str | None,
    user: str | None,
    day: datetime | None,
    most: int,
    as_json: bool,
) -> None:
    """List rows of the record, newest first; times are in site.zone."""
    since = day.replace(tzinfo=site.zone) if day else None
    async with site.database.reading() as session:
        rows = recorded.listed(session, about=about, user=user, since=since, most=most)
        async for each in rows:
            if as_json:
                output.json_line(each)
            else:
                output.line(_line(each, site))


def _line(row: dict[str, Any], site: Site) -> str:
    if "unreadable" in row:
        return f"{row['number']}  is no row of the record; see mailer audit verify"
    when = output.local(datetime.fromisoformat(row["at"]), site.zone)
    account = f" ({row['account']})" if row["account"] else ""
    personal = row["personal"] if isinstance(row["personal"], dict) else {}
    told = wording.in_words(row["about"], row["detail"] | personal, site.zone)
    said = [told] if told else []
    if row["personal"] == recorded.ERASED:
        said.append("what it said of the person is erased")
    words = (f"{row['by'] or '-'}{account}", row["origin"], row["about"], row["act"])
    return f"{row['number']}  {when}  {'  '.join(words)}  {'; '.join(said)}".rstrip()


@command.command(epilog="Example: mailer audit show 1")
@click.argument("number", type=LARGEST)
@as_json
@with_site
async def show(site: Site, number: int, as_json: bool) -> None:
    """Show one row of the record."""
    async with site.database.reading() as session:
        row = await recorded.shown(session, number)
    if as_json:
        output.json_document(row)
        return
    for key, value in row.items():
        said = value
        if isinstance(value, dict):
            about = row["about"]
            said = wording.in_words(about, value, site.zone, digests=True)
        output.line(f"{key}: {output.shown(said)}".rstrip())


@command.command(epilog="Example: mailer audit verify --json")
@as_json
@with_site
async def verify(site: Site, as_json: bool) -> int:
    """Verify the record against itself and its anchors; exit 1 on a fault.

    The anchors are in record-anchors.jsonl beside config.toml.
    """
    result = await audit_rows.verify(site)
    if as_json:
        output.json_document(_document(result))
    else:
        for each in result.found:
            output.line(each.sentence)
        output.line(_summary(result))
    _remark(result)
    return 1 if result.faults else 0


def _summary(result: AuditResult) -> str:
    if result.faults > len(result.found):
        return f"{result.faults} faults in {result.rows} rows; the first are above"
    if result.faults:
        count = counted(result.faults, "fault")
        return f"{count} in {counted(result.rows, 'row')} of the record"
    if not result.rows:
        return "nothing is recorded yet"
    return (
        f"all is as it was recorded: {counted(result.rows, 'row')};"
        f" the last is {result.end.hex()}"
    )


def _remark(result: AuditResult) -> None:
    """Say what a person must judge."""
    for each in result.cuts:
        output.say(
            f"row {each.row}: rows 1 to {each.through} were cut off at {each.at} by"
            f" {each.by}, as rows are kept for {each.days:g} days"
        )
    if result.cut_anchors:
        output.say(f"anchors of rows that were cut off: {result.cut_anchors}")
    for row, at in result.restored:
        output.say(
            f"row {row}: the store was restored from a backup, or older, at {at}"
        )
    if result.lost_anchors:
        output.say(f"{result.lost_anchors} anchors are of the time lost by that")
    if result.erased:
        of = counted(result.erased, "row")
        output.say(f"without the personal part, as the persons were erased: {of}")
    if result.rows and not result.anchors:
        output.say(
            f"{FILE} has no anchor: rows removed from the end would not be found; make"
            " one with mailer audit anchor"
        )


def _cut(each: AuditCut) -> dict[str, Any]:
    by = {"by": each.by, "days": each.days}
    return {"row": each.row, "through": each.through, "at": each.at, **by}


def _document(result: AuditResult) -> dict[str, Any]:
    faults = [{"row": each.row, "what": each.sentence} for each in result.found]
    first = result.first_fault
    return {
        "rows": result.rows,
        "ok": result.faults == 0,
        "first_fault": first and {"row": first.row, "what": first.sentence},
        "count": result.faults,
        "faults": faults,
        "anchors": result.anchors,
        "lost_anchors": result.lost_anchors,
        "cut_anchors": result.cut_anchors,
        "cuts": [_cut(each) for each in result.cuts],
        "erased": result.erased,
        "restored": [{"row": row, "at": at} for row, at in result.restored],
        "end": result.end.hex(),
    }


@command.command(epilog="Example: mailer audit anchor --json")
@as_json
@with_site
async def anchor(site: Site, as_json: bool) -> None:
    """Verify the record, and append where it ends to the file of anchors.

    Keep the printed line elsewhere: it shows later that nothing before it was changed.
    """
    made = await audit_rows.anchor(site, now=clock.now())
    values = {"number": made.number, "digest": made.digest.hex(), "at": made.at}
    if as_json:
        output.json_document(values)
        return
    output.line(f"row {made.number}  {made.digest.hex()}  {made.at}")
    output.say(f"it is in {site.root / FILE}, too")
