"""One page of contacts, for a list."""

from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from audiences.export import bodies, selection
from audiences.export.bodies import Bodies
from audiences.export.selection import Listed, Selection
from audiences.people import site_roles

KIND = bodies.COLUMNS.index("kind")


class ListedContact(NamedTuple):
    """A contact of a list, with its roles and the code and kind of its organisation."""

    contact: Listed
    roles: tuple[str, ...]
    organisation: str
    organisation_name: str
    kind: str


async def count(session: AsyncSession, wanted: Selection) -> int:
    """Return how many contacts are selected."""
    number = 0
    async for rows in selection.pages(session, wanted):
        number += len(rows)
    return number


async def page(
    session: AsyncSession, wanted: Selection, *, after: int, limit: int
) -> list[ListedContact]:
    """Return the first selected contacts after one, at most `limit`."""
    found = await _first(session, wanted, after=after, limit=limit)
    roles = await site_roles.load(session)
    known = Bodies()
    await known.load(session, {each.organisation_id for each in found})
    return [
        ListedContact(each, roles.codes(each.roles), body[0], body[1], body[KIND])
        for each in found[:limit]
        if (body := known[each.organisation_id])
    ]


async def _first(
    session: AsyncSession, wanted: Selection, *, after: int, limit: int
) -> list[Listed]:
    if wanted.rule is None:
        return await selection.first(session, wanted, after=after, limit=limit)
    found: list[Listed] = []
    async for more in selection.pages(session, wanted, after=after, first=limit):
        found += more
        if len(found) >= limit:
            break
    return found
