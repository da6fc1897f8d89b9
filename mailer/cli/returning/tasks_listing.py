"""`mailer tasks list, show, done`: contacts whose mailbox is gone, or lives again."""

from dataclasses import asdict

import rich_click as click

from mailer import clock
from mailer.cli import output
from mailer.cli.command import as_json, as_json_lines, by_option, with_site
from mailer.cli.returning.quarantine import LARGEST
from mailer.feedback.lost import tasks
from mailer.feedback.lost.tasks import HowToAsk, Task
from mailer.sites.site import Site


@click.command("list", epilog="Example: mailer tasks list")
@click.option("--all", "every", is_flag=True, help="Also tasks that are done.")
@click.option("--after", type=LARGEST, default=None, help="Begin after this number.")
@as_json_lines
@with_site
async def list_(site: Site, every: bool, after: int | None, as_json: bool) -> None:
    """List the open tasks, oldest first, 200 at most."""
    async with site.database.reading() as session:
        found = await tasks.listed(session, every=every, after=after or 0)
    if as_json:
        for each in found:
            output.json_line(_document(each))
        return
    columns = (
        "id",
        "task",
        "since",
        "organisation",
        "contact",
        "follower",
        "letter",
    )
    rows = [
        (
            *(each.id, each.kind, output.local(each.at, site.zone)),
            *(each.organisation, each.address, each.successor, each.draft),
        )
        for each in found
    ]
    output.table("Tasks", columns, rows)


def _document(task: Task) -> dict[str, object]:
    return {
        **asdict(task),
        "at": task.at.isoformat(timespec="seconds"),
        "done_at": task.done_at and task.done_at.isoformat(timespec="seconds"),
    }


@click.command(epilog="Example: mailer tasks show 1")
@click.argument("number", type=LARGEST)
@as_json
@with_site
async def show(site: Site, number: int, as_json: bool) -> None:
    """Show a task: who else is known there, and how the organisation can be asked."""
    async with site.database.reading() as session:
        task, how = await tasks.show(session, number)
    if as_json:
        output.json_document({**_document(task), "ask": asdict(how)})
        return
    name = f"{task.name}, " if task.name else ""
    output.line(f"{task.kind}: {name}{task.address or 'removed'}")
    output.line(f"at {task.organisation_name} ({task.organisation})")
    output.line(f"since {output.local(task.at, site.zone)}")
    if task.successor:
        output.line(f"letters go to {task.successor} meanwhile")
    if task.draft:
        output.line(f"campaign {task.draft} is the letter about it")
    if task.done_by:
        output.line(f"done by {task.done_by}: {task.note or 'without a note'}")
    _show_how(how)


def _show_how(how: HowToAsk) -> None:
    rows = [(each.address, each.name, each.roles) for each in how.people]
    output.table("Who else is known there", ("address", "name", "roles"), rows)
    output.line("")
    ways = {
        "telephone": ", ".join(how.telephones),
        "postal address": ", ".join((how.postal_address or "").splitlines()),
        "website": how.website or "",
    }
    for name, value in ways.items():
        output.line(f"{name}: {value or 'not known'}")


@click.command(epilog="Example: mailer tasks done 1 --note 'they named a new person'")
@click.argument("number", type=LARGEST)
@click.option("--note", default="", help="What came of it.")
@by_option
@as_json
@with_site
async def done(site: Site, number: int, note: str, by: str, as_json: bool) -> None:
    """Record that a task is done; the one who follows stays until the mailbox lives."""
    async with site.database.writing() as session:
        await tasks.finish(session, number, note=note, by=by, now=clock.now())
    output.done({"id": number}, f"task {number} is done", as_json=as_json)
