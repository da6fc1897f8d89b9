"""`mailer kit`: the files that a site needs in production."""

import sys
from pathlib import Path

import rich_click as click

from mailer.cli import output
from mailer.cli.command import as_json, with_site
from mailer.errors import RefusedError
from mailer.maintenance import kit
from mailer.maintenance.kit import Host
from mailer.sites.site import Site


@click.command(epilog="Example: mailer kit kit --user liaison")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--user", help="The user of the service; else the site's owner.")
@click.option(
    "--program",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The program `mailer`; else the one of this environment.",
)
@click.option(
    "--backups",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("/var/backups/liaison"),
    show_default=True,
    help="The folder of the nightly backups.",
)
@as_json
@with_site
async def command(
    site: Site,
    folder: Path,
    user: str | None,
    program: Path | None,
    backups: Path,
    as_json: bool,
) -> None:
    """Write units for systemd, samples for nginx and Apache, and lines for the DNS.

    They are filled in for this site, and written into FOLDER; nothing is installed.
    """
    written = kit.write(site, folder, _host(site, user, program, backups))
    if as_json:
        files = [each.name for each in written]
        output.json_document({"folder": str(folder), "files": files})
        return
    for each in written:
        output.line(str(each))
    output.say("each file says at its top where it belongs; read first-letter.txt")


def _host(site: Site, user: str | None, program: Path | None, backups: Path) -> Host:
    """Return what the options name, and else this environment's and the site's."""
    path = (program or Path(sys.executable).parent / "mailer").absolute()
    if not path.exists():
        raise RefusedError(f"{path} does not exist; name the program with --program")
    return Host(user=user or kit.owner(site), program=path, backups=backups.absolute())
