"""`mailer stop` and `mailer go`: all sending of a site stops at once, and goes on."""

import rich_click as click

from mailer import clock
from mailer.cli import output
from mailer.cli.command import as_json, operator_option, with_site
from mailer.sites.site import Site
from mailer.store import identity


@click.command(epilog='Example: mailer stop --because "a wrong letter is being sent"')
@click.option("--because", help="The reason, for those who find the site stopped.")
@operator_option
@as_json
@with_site
async def command(
    site: Site, because: str | None, operator: str, as_json: bool
) -> None:
    """Stop every campaign, ticker and worker of this site, until `mailer go`.

    When the command returns, it is in force: no more messages are marked. Messages in
    flight are finished. The pages stay up.
    """
    async with site.database.writing() as session:
        stopped = await identity.stop(
            session, by=operator, because=because, now=clock.now()
        )
        known = await identity.read(session)
    output.done(
        {"changed": stopped, "halt": known.halt},
        "stopped: nothing more is sent or released until `mailer go`"
        if stopped
        else f"nothing changed: {known.halt_in(site.zone)}",
        as_json=as_json,
    )


@click.command("go", epilog="Example: mailer go")
@operator_option
@as_json
@with_site
async def go(site: Site, operator: str, as_json: bool) -> None:
    """End a stop: campaigns, ticker and workers go on where they were."""
    async with site.database.writing() as session:
        ended = await identity.go(session, by=operator, now=clock.now())
        known = await identity.read(session)
    output.done(
        {"changed": ended, "halt": known.halt},
        "the stop has ended" if ended else "this site was not stopped",
        as_json=as_json,
    )
    if known.halt:
        output.say(f"still nothing is sent: {known.halt_in(site.zone)}")
