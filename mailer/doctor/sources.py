"""Checks the lists that stay where they are: those that fail, and those that wait."""

from sqlalchemy.exc import DBAPIError

from audiences.sources import keeping
from audiences.sources.models import ListSource
from mailer.doctor.finding import Finding, note, ok, warning
from mailer.errors import StoreError, counted
from mailer.sites.site import Site


async def examine(site: Site) -> list[Finding]:
    """Return warnings on lists that cannot be read, and notes on those to decide.

    Where the store cannot be read, its own check says so.
    """
    try:
        async with site.database.reading() as session:
            listed = await keeping.listed(session)
    except (StoreError, DBAPIError):
        return []
    found = [finding for each in listed if (finding := _finding(each)) is not None]
    return found or ([ok("lists", "every list was read")] if listed else [])


def _finding(source: ListSource) -> Finding | None:
    """Return what a person must see of a source; None if that is nothing."""
    command = f"mailer contacts sources read {source.name}"
    counts = source.counts or {}
    if source.state in {"away", "refused"}:
        return warning(
            "lists",
            f"the list {source.name} cannot be read: {source.said}",
            f"mend the list or its place, then try `{command}`",
        )
    if source.state == "proposed":
        return note(
            "lists",
            f"the list {source.name} has differences that wait for a decision",
            f"`{command}` shows them, with --apply it writes them",
        )
    if source.state == "new":
        return note(
            "lists",
            f"the list {source.name} was never read",
            f"`{command}` shows what it would change",
        )
    if counts.get("departed"):
        departed = counted(counts["departed"], "contact")
        return note(
            "lists",
            f"{departed} no longer on the list {source.name}",
            f"`{command}` shows them; --apply --keep-departed keeps them",
        )
    return None
