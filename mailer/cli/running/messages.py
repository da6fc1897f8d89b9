"""`mailer messages`: what became of each message."""

from dataclasses import asdict
from pathlib import Path

import rich_click as click

from mailer import clock
from mailer.campaigns import lookup
from mailer.cli import output
from mailer.cli.command import NUMBER, as_json, as_json_lines, with_site
from mailer.feedback import reconcile
from mailer.outbox import ledger
from mailer.outbox.message_states import MessageState
from mailer.reports import shapes
from mailer.sites.site import Site


@click.group()
def command() -> None:
    """List messages and what became of them."""


@command.command(
    "list", epilog="Example: mailer messages list --campaign 1 --state deferred"
)
@click.option(
    "--campaign",
    "campaign_id",
    type=NUMBER,
    required=True,
    help="The campaign's number.",
)
@click.option(
    "--state",
    type=click.Choice([str(state) for state in MessageState]),
    metavar="STATE",
    help="Only those in this state; docs/glossary.md lists them.",
)
@as_json_lines
@with_site
async def list_(site: Site, campaign_id: int, state: str | None, as_json: bool) -> None:
    """List a campaign's messages, one line each."""
    async with site.database.reading() as session:
        await lookup.get(session, campaign_id)
        domain = site.settings.mail.domain
        async for message, address in ledger.listed(session, campaign_id, state=state):
            shown = shapes.message(message, address, site.signer, domain=domain)
            if as_json:
                output.json_line(shown)
            else:
                why = message.reason or message.reply or ""
                output.line(f"{message.id}  {address}  {message.state}  {why}")


@command.command(
    "reconcile",
    epilog="Example: mailer messages reconcile --postfix-log /var/log/mail.log",
)
@click.option(
    "--postfix-log",
    "logs",
    multiple=True,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The relay's log, packed or not; several of them oldest first.",
)
@as_json
@with_site
async def reconcile_(site: Site, logs: tuple[Path, ...], as_json: bool) -> None:
    """Settle uncertain and held messages by what a Postfix relay has logged.

    A message was taken if, and only if, its queue file became active there. One whose
    header alone came was not, and is sent again. What the log does not know stays as
    it is.
    """
    settled = await reconcile.reconcile(site, logs, now=clock.now())
    if as_json:
        output.json_document(asdict(settled))
        return
    held = f", {settled.held} of them held: their campaign is over"
    output.line(
        f"of {settled.unsettled} messages nobody knew about, {settled.taken} were taken"
        f" and {settled.not_taken + settled.held} were not"
        f"{held if settled.held else ''}; {settled.unknown} stay unknown"
    )
