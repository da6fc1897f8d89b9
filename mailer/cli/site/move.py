"""`mailer move`: move the store of a site to PostgreSQL, or back to SQLite."""

import rich_click as click

from mailer import clock
from mailer.cli import acting, output
from mailer.cli.command import as_json, with_site, yes_option
from mailer.maintenance.moving import move
from mailer.maintenance.moving.move import VARIABLE, StoreMove
from mailer.sites.site import Site


@click.command(
    epilog="Example: mailer move --to postgresql://liaison@localhost/letters --yes"
)
@click.option(
    "--to",
    required=True,
    help="An empty store: postgresql://user@host/database or sqlite:///new.db.",
)
@yes_option
@as_json
@with_site
async def command(site: Site, to: str, yes: bool, as_json: bool) -> None:
    """Move the store to another database, and prove that nothing differs.

    Every row is copied, and read again from the new store. Then config.toml names the
    new store, and the old one sends nothing any more. Stop every process first. After
    an interruption run the same command again.
    """
    acting.ask("Move the store of this site, and send from the new one only?", yes=yes)
    with output.progress() as bar:
        task = bar.add_task("looking at both stores", total=None)

        def show(act: str, done: int, total: int) -> None:
            bar.update(task, description=act, completed=done, total=total)

        moved = await move.move(site, to, now=clock.now(), progress=show)
    if as_json:
        output.json_document(_shape(moved))
    else:
        _show(moved)
    if not moved.is_configured:
        output.say(f"the variable {VARIABLE} names the old store: set it to the new")
    output.say("start every process again; other machines need this config.toml, too")


def _shape(moved: StoreMove) -> dict[str, object]:
    return {
        "source": moved.source,
        "target": moved.target,
        "epoch": moved.epoch,
        "tables": {
            name: {"rows": each.rows, "digest": str(each)}
            for name, each in moved.digests.items()
        },
        "begun_again": moved.begun_again,
        "configured": moved.is_configured,
    }


def _show(moved: StoreMove) -> None:
    if moved.begun_again:
        output.say("an interrupted move had left rows there; it was begun again")
    if not moved.digests:
        output.line(f"the move is finished: the store is {moved.target}")
        return
    output.table(
        "The same in both stores",
        ("table", "rows", "digest"),
        [
            (name, each.rows, str(each)[:16])
            for name, each in moved.digests.items()
            if each.rows
        ],
    )
    output.line(f"moved {moved.rows:,} rows to {moved.target}; nothing differs")
