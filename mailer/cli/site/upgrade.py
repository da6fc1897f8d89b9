"""`mailer upgrade` and `compact`: the schema and the size of the store."""

import rich_click as click

from audiences.people import former_keys
from audiences.record import writing
from mailer import clock
from mailer.cli import output
from mailer.cli.command import as_json, with_site
from mailer.errors import RefusedError, counted
from mailer.maintenance import schema
from mailer.maintenance.shipped import comparing
from mailer.maintenance.shipped.comparing import FileStanding
from mailer.sites.site import Site
from mailer.store import compacting, identity, key_check
from mailer.users import guard


@click.command(epilog="Example: mailer upgrade")
@as_json
@with_site
async def command(site: Site, as_json: bool) -> None:
    """Bring the store of an older version to the schema of this version.

    Stop all processes first, and keep a copy of the store.
    """
    async with site.database.engine.connect() as connection:
        if await connection.run_sync(schema.revision) is None:
            raise RefusedError(
                "the store has no tables: check store.url, or make a site and its"
                " store with `mailer init`"
            )
    before = await schema.upgrade(site.database, now=clock.now())
    newest = schema.newest()
    async with site.database.writing() as session:
        await key_check.require(session, await identity.read(session), site.address_key)
        await former_keys.upgrade(session, key=site.address_key)
        if before != newest:
            said = {"schema": [before, newest]}
            by, at = guard.MACHINE, clock.now()
            writing.note(session, "upgraded", "store", by=by, at=at, detail=said)
    sentence = (
        f"the store has the current schema, {newest}, already"
        if before == newest
        else f"the store went from schema {before} to {newest}"
    )
    output.done({"before": before, "schema": newest}, sentence, as_json=as_json)
    _say_templates(site)


def _say_templates(site: Site) -> None:
    """Say that this version has newer templates, and how to take them."""
    compared = comparing.compare(site.templates_folder)
    waiting = len(compared.of(FileStanding.OURS, FileStanding.BOTH))
    if waiting:
        output.say(
            f"{counted(waiting, 'template file')} of the site differ from what this"
            f" version ships; `{output.called()} templates status` shows them"
        )


@click.command(epilog="Example: mailer compact")
@as_json
@with_site
async def compact(site: Site, as_json: bool) -> None:
    """Give the room that deleted rows left in a SQLite store back to the disk.

    The store is copied, which takes twice its size on the disk meanwhile; other
    processes wait. PostgreSQL does so by itself.
    """
    before, after = await compacting.compact(site.database)
    output.done(
        {"before": before.total, "after": after.total, "unused": before.unused},
        f"the store had {_megabytes(before.total)}, and has {_megabytes(after.total)}",
        as_json=as_json,
    )


def _megabytes(size: int) -> str:
    return f"{size / compacting.MEGABYTE:,.1f} MB"
