"""`mailer messages`: list messages, and settle uncertain ones."""

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
from mailer.store import identity


@click.group()
def command() -> None:
    """List messages with their states, and settle uncertain ones."""


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
    help="Only messages in this state; docs/glossary.md explains the states.",
)
@as_json_lines
@with_site
async def list_(site: Site, campaign_id: int, state: str | None, as_json: bool) -> None:
    """List a campaign's messages, one per line."""
    async with site.database.reading() as session:
        await lookup.get(session, campaign_id)
        known = await identity.read(session)
        domain = site.settings.mail.domain
        async for message, address in ledger.listed(session, campaign_id, state=state):
            shown = shapes.message(message, address, site.signer, known, domain=domain)
            if as_json:
                output.json_line(shown)
            else:
                reason = message.reason or message.reply or ""
                output.line(f"{message.id}  {address}  {message.state}  {reason}")


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
    help="The relay's log, compressed or not; repeat it for several, oldest first.",
)
@as_json
@with_site
async def reconcile_(site: Site, logs: tuple[Path, ...], as_json: bool) -> None:
    """Settle uncertain and held messages by the log of a Postfix relay.

    Postfix took a message if its queue file became active. A message of which only the
    header arrived was not taken, and is sent again. Messages that are not in the log
    stay as they are.
    """
    settled = await reconcile.reconcile(site, logs, now=clock.now())
    if as_json:
        output.json_document(asdict(settled))
        return
    held = f" ({settled.held} of them held, because their campaign has ended)"
    output.line(
        f"of {settled.unsettled} uncertain or held messages, {settled.taken} were taken"
        f" and {settled.not_taken + settled.held} were not"
        f"{held if settled.held else ''}; {settled.unknown} are not in the log"
    )
