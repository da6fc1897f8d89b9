"""`mailer tasks ask`."""

from dataclasses import asdict

import rich_click as click

from mailer import clock
from mailer.cli import output
from mailer.cli.command import as_json, by_option, with_site
from mailer.errors import counted
from mailer.feedback.lost import asking
from mailer.sites.site import Site


@click.command(epilog="Example: mailer tasks ask")
@click.option(
    "--back", is_flag=True, help="Instead, tell the contacts whose mailbox lives again."
)
@by_option
@as_json
@with_site
async def ask(site: Site, back: bool, by: str, as_json: bool) -> None:
    """Draft a letter that asks the other contacts of the organisations who follows.

    It is about all open tasks without a letter, and shows each organisation its entry.
    """
    async with site.database.writing() as session:
        made = await asking.draft(session, site, back=back, by=by, now=clock.now())
    if as_json:
        output.json_document(asdict(made))
        return
    output.line(
        f"campaign {made.id}: {made.name}, a draft by {by} about"
        f" {counted(made.tasks, 'task')}, to {counted(made.readers, 'reader')}"
    )
    output.say(f"`mailer campaigns check {made.id}` checks it; then it is approved")
