"""`mailer keys`: the keys that sign links, and the DKIM keys that sign letters."""

import re
from itertools import chain, count
from pathlib import Path

import rich_click as click
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from mailer import clock
from mailer.cli import output
from mailer.cli.command import as_json, with_site
from mailer.composing import dkim_keys
from mailer.composing.dkim_keys import PrivateKey, Record
from mailer.doctor import domains
from mailer.errors import RefusedError
from mailer.maintenance import rotating
from mailer.settings.sections import SELECTOR
from mailer.settings.toml import edit_toml
from mailer.sites.site import Site


@click.group()
def command() -> None:
    """Make and replace the keys that sign, and show their DNS records."""


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
    name, path = _make(site, selector, ed25519=ed25519, as_json=as_json)
    kind = "ed25519_" if ed25519 else ""
    output.say("when the record is published, set in config.toml, [dkim]:")
    output.say(f'  {kind}selector = "{name}"')
    output.say(f'  {kind}key_file = "{path.as_posix()}"')


def _make(
    site: Site, selector: str | None, *, ed25519: bool, as_json: bool
) -> tuple[str, Path]:
    """Make a DKIM key and print its record; return its selector and its file."""
    if site.settings.dkim.relay_signs:
        raise RefusedError(
            "dkim.relay_signs is true: the relay signs, and uses no key here"
        )
    name = selector or _free_selector(site, ed25519=ed25519)
    if re.fullmatch(SELECTOR, name) is None:
        raise click.UsageError(f"{name!r} is not a DNS label, such as l2027")
    path = _key_file(name)
    key = dkim_keys.make(site.root / path, ed25519=ed25519)
    _show([_record(site, name, key)], as_json=as_json)
    return name, path


def _free_selector(site: Site, *, ed25519: bool) -> str:
    """Return a selector made from the month that no key file has yet."""
    base = f"l{clock.now():%Y%m}" + ("e" if ed25519 else "")
    names = chain([base], (f"{base}-{number}" for number in count(2)))
    return next(each for each in names if not (site.root / _key_file(each)).exists())


def _key_file(selector: str) -> Path:
    return Path("secrets") / f"dkim-{selector}.pem"


def _record(site: Site, selector: str, key: PrivateKey) -> Record:
    return dkim_keys.record(selector, dkim_keys.signing_domain(site.settings), key)


@command.group()
def rotate() -> None:
    """Replace a key that is in use."""


@rotate.command(epilog="Example: mailer keys rotate signing")
@as_json
@with_site
async def signing(site: Site, as_json: bool) -> None:
    """Replace the key of links, return-paths and Message-IDs.

    Links already sent stay valid for `keys.previous_months`.
    """
    rotated = rotating.rotate_signing(site, now=clock.now())
    output.done(
        {
            "key": str(rotated.key),
            "former": [str(each) for each in rotated.former],
            "unused": [str(each) for each in rotated.unused],
        },
        f"new links are signed with {rotated.key}",
        *(f"links signed with {each} stay valid" for each in rotated.former),
        *(
            f"links signed with {each} are no longer valid; you may delete it"
            for each in rotated.unused
        ),
        as_json=as_json,
    )
    output.say(
        "now restart every process; copy config.toml and secrets/ to each machine of"
        " this site, and make a backup with --with-keys"
    )


@rotate.command("dkim", epilog="Example: mailer keys rotate dkim --use l202705")
@click.option("--use", metavar="SELECTOR", help="Sign with this key.")
@click.option("--ed25519", is_flag=True, help="Make an Ed25519 key, not an RSA key.")
@as_json
@with_site
async def rotate_dkim(
    site: Site, use: str | None, ed25519: bool, as_json: bool
) -> None:
    """Make a DKIM key and print its DNS record; with --use, sign with it.

    --use is refused until the DNS has the record. The record of the former key must
    stay for a week: letters under way are verified with it.
    """
    if use is None:
        name, _ = _make(site, None, ed25519=ed25519, as_json=as_json)
        output.say(f"when it is published: mailer keys rotate dkim --use {name}")
        return
    if re.fullmatch(SELECTOR, use) is None:
        raise click.UsageError(f"{use!r} is not a DNS label, such as l2027")
    record = await use_key(site, use)
    if as_json:
        _show([record], as_json=True)
    else:
        output.line(f"letters are signed with {record.name} from the next start on")
    output.say("restart every process; leave the former record in the DNS for a week")


async def use_key(
    site: Site, selector: str, *, server: tuple[str, int] | None = None
) -> Record:
    """Let letters be signed with the key of a selector; return its DNS record.

    `server` replaces the system's resolver. Raises RefusedError until the DNS has the
    record, and for an Ed25519 key where no RSA key is used.
    """
    path = _key_file(selector)
    key = dkim_keys.load(site.root / path)
    record = _record(site, selector, key)
    is_rsa = isinstance(key, RSAPrivateKey)
    if not (is_rsa or site.settings.dkim.selector):
        raise RefusedError("dkim.selector is empty: use an RSA key first")
    if not await domains.has_record(record, server=server):
        raise RefusedError(
            f"{record.name} does not have this key yet; publish {record.zone_line()}"
        )
    kind = "" if is_rsa else "ed25519_"
    values: dict[tuple[str, str], object] = {
        ("dkim", f"{kind}selector"): selector,
        ("dkim", f"{kind}key_file"): path.as_posix(),
    }
    edit_toml(site.root / "config.toml", values)
    return record


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
