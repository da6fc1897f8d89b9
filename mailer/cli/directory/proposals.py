"""`mailer proposals`: corrections that organisations ask for in the directory."""

import rich_click as click

from audiences import directory
from audiences.entry import Decision
from mailer import clock
from mailer.cli import output
from mailer.cli.command import NUMBER, as_json, by_option, with_site
from mailer.reports import shapes
from mailer.sites.site import Site


@click.group()
def command() -> None:
    """List corrections that organisations ask for, and record decisions."""


@command.command("list", epilog="Example: mailer proposals list --json")
@click.option("--all", "every", is_flag=True, help="Also settled proposals.")
@as_json
@with_site
async def list_(site: Site, every: bool, as_json: bool) -> None:
    """List open proposals: each line as the directory has it, and as proposed."""
    async with site.database.reading() as session:
        listed = await directory.proposals(session, waiting=not every)
    if as_json:
        output.json_document([shapes.proposal(*each) for each in listed])
        return
    rows = [
        (proposal.id, name, key, proposal.held.get(key, ""), proposed)
        for proposal, name in listed
        for key, proposed in proposal.proposed.items()
    ]
    columns = ("id", "organisation", "line", "held", "proposed")
    output.table("Proposals", columns, rows)


@command.command(epilog="Example: mailer proposals settle 1 --as applied")
@click.argument("proposal_id", type=NUMBER)
@click.option(
    "--as",
    "decision",
    type=click.Choice([str(each) for each in Decision]),
    required=True,
    help="Whether the entry was changed, or stays as it is.",
)
@by_option
@as_json
@with_site
async def settle(
    site: Site, proposal_id: int, decision: str, by: str, as_json: bool
) -> None:
    """Record the decision on a proposal; an import changes the entry itself."""
    async with site.database.writing() as session:
        await directory.decide(
            session, proposal_id, Decision(decision), by=by, now=clock.now()
        )
    output.done(
        {"id": proposal_id, "decision": decision},
        f"proposal {proposal_id} is {decision}",
        as_json=as_json,
    )
