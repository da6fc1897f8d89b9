"""`mailer restore`: restore a site from a backup."""

from pathlib import Path

import rich_click as click

from mailer import clock
from mailer.cli import output
from mailer.cli.command import as_json, complete
from mailer.maintenance import restore

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(
    epilog="Example: mailer restore /dev/null --into letters --keys /dev/null"
)
@click.argument("archive", type=FILE)
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder of the new site; else that of --config.",
)
@click.option("--store", help="An empty database, if not that of the settings.")
@click.option("--keys", type=FILE, help="The keys, as `backup --with-keys` wrote them.")
@as_json
@click.pass_obj
def command(
    config: Path,
    archive: Path,
    into: Path | None,
    store: str | None,
    keys: Path | None,
    as_json: bool,
) -> int | None:
    """Restore a site from ARCHIVE into an empty folder and store.

    The folder may have `secrets/` and the file of opt-outs, which are in no backup.
    Nothing is sent before `mailer resume-after-restore`.
    """
    folder = into or config.resolve().parent
    incomplete = (
        f"stopped; {folder} is not complete and sends nothing: empty it and its store,"
        " then restore again"
    )
    run = _run(archive, folder, store, keys, as_json=as_json)
    return complete(run, interrupted=incomplete)


async def _run(
    archive: Path,
    folder: Path,
    store: str | None,
    keys: Path | None,
    *,
    as_json: bool,
) -> None:
    manifest = await restore.restore(
        archive, folder, store=store, keys=keys, now=clock.now(), progress=output.say
    )
    if as_json:
        output.json_document({"folder": str(folder), "rows": manifest.rows})
    else:
        output.line(f"restored into {folder}, as of {manifest.made_at}")
        output.say("nothing is sent before `mailer resume-after-restore`")
