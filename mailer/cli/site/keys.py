"""`mailer keys`: keys that sign letters."""

import re
from pathlib import Path

import rich_click as click

from mailer import clock
from mailer.cli import output
from mailer.cli.command import as_json, with_site
from mailer.composing import dkim_keys
from mailer.composing.dkim_keys import Record
from mailer.errors import RefusedError
from mailer.settings.sections import SELECTOR
from mailer.sites.site import Site


@click.group()
def command() -> None:
    """Make the keys that sign letters, and show their lines of the DNS."""


@command.command(epilog="Example: mailer keys dkim --selector l2027")
@click.option("--selector", help="The key's name in the DNS; else the month's.")
@click.option("--ed25519", is_flag=True, help="An Ed25519 key, beside an RSA key.")
@as_json
@with_site
async def dkim(site: Site, selector: str | None, ed25519: bool, as_json: bool) -> None:
    """Make a DKIM key and print its line of the DNS; nothing signs with it yet.

    The key is a file only its owner reads. Once the line is published, the settings
    that are printed with it put the key to work.
    """
    if site.settings.dkim.relay_signs:
        raise RefusedError("the relay signs (dkim.relay_signs); a key here is not used")
    name = selector or f"l{clock.now():%Y%m}" + ("e" if ed25519 else "")
    if re.fullmatch(SELECTOR, name) is None:
        raise click.UsageError(f"{name!r} is not a label of the DNS, such as l2027")
    path = Path("secrets") / f"dkim-{name}.pem"
    key = dkim_keys.make(site.root / path, ed25519=ed25519)
    _show(
        [dkim_keys.record(name, dkim_keys.signing_domain(site.settings), key)],
        as_json=as_json,
    )
    kind = "ed25519_" if ed25519 else ""
    output.say("when it is published, set in config.toml, [dkim]:")
    output.say(f'  {kind}selector = "{name}"')
    output.say(f'  {kind}key_file = "{path.as_posix()}"')


@command.command(epilog="Example: mailer keys show")
@as_json
@with_site
async def show(site: Site, as_json: bool) -> None:
    """Say who signs letters, and show the DNS lines of the keys in use."""
    output.say(dkim_keys.who_signs(site.settings))
    of = dkim_keys.signing_domain(site.settings)
    held = dkim_keys.read(site.settings, site.root)
    _show([dkim_keys.record(name, of, key) for name, key in held], as_json=as_json)


def _show(records: list[Record], *, as_json: bool) -> None:
    if as_json:
        output.json_document(
            [{"name": each.name, "type": "TXT", "text": each.text} for each in records]
        )
        return
    for each in records:
        output.line(each.zone_line())
