"""`mailer keys`: the DKIM keys that sign letters."""

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
    """Make the keys that sign letters, and show their DNS records."""


@command.command(epilog="Example: mailer keys dkim --selector l2027")
@click.option("--selector", help="The key's name in the DNS; else made from the month.")
@click.option(
    "--ed25519", is_flag=True, help="Make an Ed25519 key, to use beside an RSA key."
)
@as_json
@with_site
async def dkim(site: Site, selector: str | None, ed25519: bool, as_json: bool) -> None:
    """Make a DKIM key and print its DNS record; letters are not signed with it yet.

    The key is a file that only its owner can read. When the record is published, set
    the printed settings.
    """
    if site.settings.dkim.relay_signs:
        raise RefusedError(
            "dkim.relay_signs is true: the relay signs, and uses no key here"
        )
    name = selector or f"l{clock.now():%Y%m}" + ("e" if ed25519 else "")
    if re.fullmatch(SELECTOR, name) is None:
        raise click.UsageError(f"{name!r} is not a DNS label, such as l2027")
    path = Path("secrets") / f"dkim-{name}.pem"
    key = dkim_keys.make(site.root / path, ed25519=ed25519)
    _show(
        [dkim_keys.record(name, dkim_keys.signing_domain(site.settings), key)],
        as_json=as_json,
    )
    kind = "ed25519_" if ed25519 else ""
    output.say("when the record is published, set in config.toml, [dkim]:")
    output.say(f'  {kind}selector = "{name}"')
    output.say(f'  {kind}key_file = "{path.as_posix()}"')


@command.command(epilog="Example: mailer keys show")
@as_json
@with_site
async def show(site: Site, as_json: bool) -> None:
    """Show whether we or the relay sign letters, and the DNS records of our keys."""
    output.say(dkim_keys.who_signs(site.settings))
    domain = dkim_keys.signing_domain(site.settings)
    keys = dkim_keys.read(site.settings, site.root)
    _show([dkim_keys.record(name, domain, key) for name, key in keys], as_json=as_json)


def _show(records: list[Record], *, as_json: bool) -> None:
    if as_json:
        output.json_document(
            [{"name": each.name, "type": "TXT", "text": each.text} for each in records]
        )
        return
    for each in records:
        output.line(each.zone_line())
