"""`mailer suppressions`: addresses that must not be written to."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import rich_click as click
from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import suppressions
from audiences.export.formats import Form
from audiences.suppressions import Suppression, Why
from mailer import clock
from mailer.campaigns import lookup
from mailer.cli import acting, output
from mailer.cli.command import NUMBER, as_json, operator_option, with_site
from mailer.cli.people.exporting import form_option
from mailer.cli.saving import out_option, saving_table
from mailer.errors import RefusedError, counted
from mailer.outbox import ledger
from mailer.reports import shapes
from mailer.sites.site import Site
from mailer.stewardship import suppressing


@click.group()
def command() -> None:
    """List, export, add and lift suppressed addresses."""


@command.command("list", epilog="Example: mailer suppressions list --campaign 1")
@click.option(
    "--campaign", type=NUMBER, help="Only mailboxes that its refusals called gone."
)
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Only those suppressed since the beginning of this day, in UTC.",
)
@as_json
@with_site
async def list_(
    site: Site, campaign: int | None, since: datetime | None, as_json: bool
) -> None:
    """List the suppressed addresses; one without a contact is shown by its key."""
    which = [] if since is None else [_since(since)]
    async with site.database.reading() as session:
        if campaign is not None:
            sent = await lookup.get(session, campaign)
            which += [Suppression.reason == Why.BOUNCED, ledger.refused_by(sent)]
        found = await suppressions.listed(session, *which)
    if as_json:
        output.json_document([shapes.suppression(*each) for each in found])
        return
    rows = [
        (
            *(address or each.address_key.hex(), each.reason),
            *(output.moment(each.since, site.zone), each.detail),
        )
        for each, address in found
    ]
    output.table("Suppressed", ("address", "reason", "since", "detail"), rows)


def _since(day: datetime) -> ColumnElement[bool]:
    return Suppression.since >= day.replace(tzinfo=UTC)


@command.command(
    epilog="Example: mailer suppressions export --fingerprints --out stop.csv"
)
@click.option(
    "--fingerprints", is_flag=True, help="Also addresses that no contact has, by key."
)
@form_option
@out_option
@with_site
async def export(site: Site, fingerprints: bool, form: str, out: Path | None) -> None:
    """Write the suppressed addresses to a file, for other programs.

    A fingerprint is made with the site's address key: only this site can compare it.
    """
    if form == Form.VCF:
        raise RefusedError("suppressions have no vCards; choose csv, xlsx or json")
    columns = ("address", *(["fingerprint"] if fingerprints else []), "reason", "since")
    async with site.database.reading() as session:
        listed = await suppressions.listed(session)
    rows = [
        (
            address or "",
            *([each.address_key.hex()] if fingerprints else []),
            *(each.reason, each.since.isoformat(timespec="seconds")),
        )
        for each, address in listed
        if address or fingerprints
    ]
    with saving_table(out, form, columns) as write:
        write(rows)
    left = len(listed) - len(rows)
    if left:
        output.say(
            f"{counted(left, 'address')} without a contact left out; --fingerprints"
            " has them"
        )


@command.command(epilog="Example: mailer suppressions add a@b.example --detail phoned")
@click.argument("address")
@click.option("--detail", required=True, help="The reason, in words.")
@click.option(
    "--reason",
    type=click.Choice(["operator", "asked"]),
    default="operator",
    help="asked: by the reader. operator: decided by the unit. Default: operator.",
)
@operator_option
@as_json
@with_site
async def add(
    site: Site, address: str, detail: str, reason: str, operator: str, as_json: bool
) -> None:
    """Suppress an address, also one that no contact has."""
    is_new = await suppressing.suppress(
        site,
        address,
        reason=Why(reason),
        by=operator,
        detail=detail,
        now=clock.now(),
    )
    output.done(
        {"address": address, "added": is_new},
        f"{address} is {'now' if is_new else 'already'} suppressed",
        as_json=as_json,
    )


@command.command(epilog="Example: mailer suppressions lift a@b.example --detail asked")
@click.argument("address", required=False)
@click.option(
    "--campaign", type=NUMBER, help="All mailboxes that its refusals called gone."
)
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    help="All mailboxes called gone since the beginning of this day, in UTC.",
)
@click.option("--detail", required=True, help="The reason, in words.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--expect", type=int, help="Refuse if it concerns another number.")
@operator_option
@as_json
@with_site
async def lift(
    site: Site,
    address: str | None,
    campaign: int | None,
    since: datetime | None,
    detail: str,
    yes: bool,
    expect: int | None,
    operator: str,
    as_json: bool,
) -> None:
    """Allow writing to an address again, or to many at once.

    --campaign and --since concern addresses that delivery suppressed, and no others.
    """
    if sum(each is not None for each in (address, campaign, since)) != 1:
        raise click.UsageError("give one of ADDRESS, --campaign and --since")
    if address is not None:
        keys: Sequence[bytes] = [await suppressing.fingerprint(site, address)]
    else:
        async with site.database.reading() as session:
            keys = await _bounced(session, campaign, since)
    if expect is not None and len(keys) != expect:
        raise RefusedError(
            f"found {counted(len(keys), 'address')} that are suppressed so; expected"
            f" {expect:,}; none is lifted"
        )
    if address is None and expect is None:
        acting.ask(f"Write to {counted(len(keys), 'address')} again?", yes=yes)
    await suppressing.lift(site, keys, by=operator, detail=detail, now=clock.now())
    output.done(
        {"address": address, "lifted": len(keys)},
        f"{address or counted(len(keys), 'address')} may be written to again",
        as_json=as_json,
    )


async def _bounced(
    session: AsyncSession, campaign: int | None, since: datetime | None
) -> Sequence[bytes]:
    """Return the addresses that delivery suppressed, by a campaign or since a day."""
    if campaign is not None:
        found = await lookup.get(session, campaign)
        return await suppressions.bounced(session, ledger.refused_by(found))
    if since is None:
        return ()
    return await suppressions.bounced(session, _since(since))
