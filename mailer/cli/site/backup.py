"""`mailer backup`: back up a site while it is in use."""

from pathlib import Path

import rich_click as click

from mailer import clock
from mailer.cli import output
from mailer.cli.command import as_json, with_site
from mailer.maintenance import archive, backup
from mailer.sites.site import Site


@click.command(epilog="Example: mailer backup /var/backups/letters")
@click.argument("destination", type=click.Path(path_type=Path))
@click.option(
    "--with-keys",
    "keys",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write the keys, into this file of their own; keep it elsewhere.",
)
@as_json
@with_site
async def command(
    site: Site, destination: Path, keys: Path | None, as_json: bool
) -> None:
    """Back up store, settings, templates and campaigns; DESTINATION: folder or file.

    It may run while messages are sent. The keys are not in it: without them a backup
    cannot be restored.
    """
    if keys is not None:
        archive.refuse_existing(keys)
    path, manifest = await backup.backup(
        site, destination, now=clock.now(), progress=output.say
    )
    if keys is not None:
        backup.keys(site, keys)
        output.say(f"the keys are in {keys}")
    if as_json:
        output.json_document(
            {
                "archive": str(path),
                "keys": str(keys) if keys else None,
                "epoch": manifest.epoch,
                "revision": manifest.revision,
                "rows": manifest.rows,
            }
        )
    else:
        output.line(f"backed up to {path}, {sum(manifest.rows.values())} rows")
