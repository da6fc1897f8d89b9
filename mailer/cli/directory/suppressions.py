"""`mailer suppressions`: addresses that must not be written to."""

import rich_click as click

from audiences import addresses, suppressions
from audiences.suppressions import Why
from mailer import clock
from mailer.cli import output
from mailer.cli.command import as_json, with_site
from mailer.reports import shapes
from mailer.sites.site import Site


@click.group()
def command() -> None:
    """List suppressed addresses, suppress one, lift a suppression."""


@command.command("list", epilog="Example: mailer suppressions list")
@as_json
@with_site
async def list_(site: Site, as_json: bool) -> None:
    """List the suppressed addresses; one without a contact is shown by its key."""
    async with site.database.reading() as session:
        listed = [
            shapes.suppression(each, address)
            for each, address in await suppressions.listed(session)
        ]
    if as_json:
        output.json_document(listed)
    else:
        keys = ("address", "reason", "since", "detail")
        output.table("Suppressed", keys, shapes.columns(listed, *keys))


@command.command(epilog="Example: mailer suppressions add a@b.example --detail phoned")
@click.argument("address")
@click.option("--detail", required=True, help="The reason, in words.")
@with_site
async def add(site: Site, address: str, detail: str) -> None:
    """Suppress an address, also one that no contact has."""
    async with site.database.writing() as session:
        is_new = await suppressions.suppress(
            session,
            _key(site, address),
            Why.OPERATOR,
            now=clock.now(),
            detail=detail,
        )
    output.line(f"{address} is {'now' if is_new else 'already'} suppressed")


@command.command(epilog="Example: mailer suppressions lift a@b.example --detail asked")
@click.argument("address")
@click.option("--detail", required=True, help="The reason, in words.")
@with_site
async def lift(site: Site, address: str, detail: str) -> None:
    """Allow writing to an address again."""
    async with site.database.writing() as session:
        await suppressions.lift(
            session, _key(site, address), now=clock.now(), detail=detail
        )
    output.line(f"{address} may be written to again")


def _key(site: Site, address: str) -> bytes:
    identity = addresses.parse(address).identity
    return addresses.fingerprint(identity, key=site.address_key)
