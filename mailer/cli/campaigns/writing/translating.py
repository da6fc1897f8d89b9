"""`mailer campaigns export-po, import-po`: PO files for translators."""

from pathlib import Path

import rich_click as click

from mailer import clock, regular_files
from mailer.campaigns.writing.translation import exchange, po_file
from mailer.cli import output
from mailer.cli.campaigns import fallen
from mailer.cli.command import NUMBER, as_json, by_option, with_site
from mailer.cli.saving import out_option, saving
from mailer.errors import ContentError, unreadable
from mailer.sites.site import Site

_SHOWN = 20  # remarks


@click.command(
    "export-po",
    epilog="Example: mailer campaigns export-po 1 --language es --out may.es.po",
)
@click.argument("campaign_id", type=NUMBER)
@click.option(
    "--language", required=True, help="The language of the translation: es, zh-Hant."
)
@out_option
@with_site
async def export_po(
    site: Site, campaign_id: int, language: str, out: Path | None
) -> None:
    """Write a campaign for the translator of one language, as a PO file."""
    octets = await exchange.export_po(site, campaign_id, language, now=clock.now())
    with saving(out) as file:
        file.write(octets)
    if out is not None:
        output.say(f"{out} is written; read the translation with `campaigns import-po`")


@click.command("import-po", epilog="Example: mailer campaigns import-po 1 may.es.po")
@click.argument("campaign_id", type=NUMBER)
@click.argument("file", type=click.Path(path_type=Path))
@by_option
@as_json
@with_site
async def import_po(
    site: Site, campaign_id: int, file: Path, by: str, as_json: bool
) -> None:
    """Take in a translation; where words changed, an approval is void."""
    taken = await exchange.import_po(
        site, campaign_id, _read(file), name=file.name, by=by, now=clock.now()
    )
    await fallen.say(site, campaign_id)
    progress = taken.progress
    if as_json:
        output.json_document(
            {
                "language": taken.language,
                "changed": taken.changed,
                "confirmed": taken.confirmed,
                "fuzzy": taken.fuzzy,
                "done": progress.done,
                "stale": progress.stale,
                "missing": progress.missing,
                "remarks": list(taken.remarks),
            }
        )
        return
    output.line(
        f"{taken.language}: {taken.changed} changed,"
        f" {taken.confirmed} confirmed, {taken.fuzzy} still fuzzy"
    )
    output.line(
        f"{progress.done} done, {progress.stale} stale, {progress.missing} missing"
    )
    for remark in taken.remarks[:_SHOWN]:
        output.line(remark)
    if len(taken.remarks) > _SHOWN:
        more = f"and {len(taken.remarks) - _SHOWN} more"
        output.line(f"{more}; `mailer campaigns export-po` marks them")


def _read(path: Path) -> bytes:
    try:
        return regular_files.read_one(path, limit=po_file.MAX_FILE)
    except OSError as fault:
        raise ContentError(str(path), unreadable(fault)) from None
