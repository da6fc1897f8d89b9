"""`mailer init`: make a new site."""

import sys
from pathlib import Path

import rich_click as click

from mailer import clock
from mailer.cli import output
from mailer.cli.command import as_json, complete
from mailer.errors import RefusedError
from mailer.maintenance import founding
from mailer.settings import given

# What a site in production must have of its own, each with an example.
NEEDED = {
    "site.name": "Partnerships desk",
    "site.url": "https://letters.example.org",
    "mail.domain": "example.org",
    "mail.return_domain": "return.example.org",
    "sender.address": "partnerships@example.org",
    "sender.reply_to": "partnerships@example.org",
    "relay.host": "smtp.example.org",
    "relay.port": "587",
    "relay.security": "starttls",
}
QUESTIONS = {
    "site.name": "The name of the unit that writes",
    "site.url": "The web address of the readers' pages",
    "mail.domain": "The domain of letters",
    "mail.return_domain": "The domain that bounces return to",
    "sender.address": "The address in From",
    "sender.reply_to": "The address for answers",
    "relay.host": "The SMTP server that takes the letters",
    "relay.port": "Its port",
    "relay.security": "tls, starttls, or plain for this machine only",
}


@click.command(epilog="Example: mailer init my-site --sample")
@click.argument(
    "directory", type=click.Path(file_okay=False, path_type=Path), default=Path()
)
@click.option("--sample", is_flag=True, help="Load the sample directory.")
@click.option(
    "--reference",
    is_flag=True,
    help="Load the sectors and field offices of the reference data, without contacts;"
    " countries, themes and topics are always loaded.",
)
@click.option(
    "--store", help="The store, if not SQLite: postgresql://user@host/database."
)
@click.option(
    "--production",
    is_flag=True,
    help="Ask for what real letters need; refuse examples and other settings that no"
    " reader can reach.",
)
@click.option(
    "--set",
    "settings",
    metavar="SECTION.KEY=VALUE",
    multiple=True,
    help="A setting, such as relay.port=587; may be repeated.",
)
@as_json
def command(
    directory: Path,
    sample: bool,
    reference: bool,
    store: str | None,
    production: bool,
    settings: tuple[str, ...],
    as_json: bool,
) -> int | None:
    """Make a new site: config.toml, templates, secrets and the store."""
    if sample and production:
        raise click.UsageError("--sample makes a demonstration; leave --production out")
    if sample and reference:
        raise click.UsageError("--sample has the reference data; leave --reference out")
    values = given.values(settings)
    if production:
        values = _with_answers(values)
    run = _run(
        directory,
        with_sample=sample,
        with_bodies=reference,
        store=store,
        values=values,
        production=production,
        as_json=as_json,
    )
    incomplete = f"stopped; the site in {directory} is not complete: delete it"
    return complete(run, interrupted=f"{incomplete}, and what is in its store")


def _with_answers(values: given.Values) -> given.Values:
    """Return the values with those that a site in production needs, asked for.

    Raises RefusedError without a terminal, with an option for each that is missing.
    """
    missing = [each for each in NEEDED if tuple(each.split(".")) not in values]
    if missing and not sys.stdin.isatty():
        options = " ".join(f"--set '{each}={NEEDED[each]}'" for each in missing)
        raise RefusedError(f"--production needs these, with your values: {options}")
    answers = [
        f"{each}={click.prompt(f'{QUESTIONS[each]}, such as {NEEDED[each]}', err=True)}"
        for each in missing
    ]
    return values | given.values(answers)


async def _run(
    directory: Path,
    *,
    with_sample: bool,
    with_bodies: bool,
    store: str | None,
    values: given.Values,
    production: bool,
    as_json: bool,
) -> None:
    config = await founding.create_site(
        directory,
        with_sample=with_sample,
        with_bodies=with_bodies,
        store=store,
        values=values,
        production=production,
        now=clock.now(),
        progress=output.say,
    )
    said = f"the site is in {directory}; its settings are in {config}"
    document = {"directory": str(directory), "config": str(config)}
    output.done(document, said, as_json=as_json)
