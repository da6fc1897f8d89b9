"""Contacts and organisations as rows of text, with the columns of an import.

A contact of several organisations has a row for each, the primary one first; the later
rows have only its address and roles. So an export imports back unchanged.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import contacts
from audiences.contacts import Membership
from audiences.errors import AudienceError
from audiences.export import bodies, details, selection
from audiences.export.bodies import Bodies
from audiences.export.selection import Listed, Selection
from audiences.people import site_roles
from audiences.segments.by_membership import Range
from audiences.segments.vocabularies import suggestion
from audiences.store import batches, dialects
from audiences.subscriptions import Consent, Standing, Subscription

Row = Sequence[str]
LEFT_OUT = "left_out"  # why no letter is written to the contact; an import ignores it
OWN = ("address", "name", "roles", "languages", "timezone")
COLUMNS = (*OWN, *bodies.COLUMNS, "topics", "consent", *details.COLUMNS, LEFT_OUT)
CARD = (  # of a vCard
    *("address", "name", "roles", "timezone", "organisation_name"),
    *(each for each in details.COLUMNS if each != "second_address"),
    LEFT_OUT,
)
SETS = frozenset(
    {"roles", "languages", "organisation_languages", "topics"}
    | {"fields", "acts_in", "serves"}
)  # columns with several codes, separated by spaces


class _Further(NamedTuple):
    """A further membership of a contact."""

    organisation: int
    roles: int
    function: str | None


def chosen(wanted: str | None, known: Sequence[str] = COLUMNS) -> tuple[str, ...]:
    """Return the columns of a list such as "address name"; all of them if it is None.

    Raises AudienceError for an unknown column.
    """
    if wanted is None:
        return tuple(known)
    names = wanted.replace(",", " ").split()
    unknown = [each for each in names if each not in known]
    if unknown:
        near = suggestion(unknown[0], known)
        raise AudienceError(f"no column is called {unknown[0]!r}{near}")
    if not names:
        raise AudienceError("no column is named; name some, such as address name")
    return tuple(dict.fromkeys(names))


async def of_contacts(
    session: AsyncSession, wanted: Selection, names: Sequence[str]
) -> AsyncIterator[list[Row]]:
    """Yield pages of rows of the selected contacts, with these columns."""
    known = Bodies()
    several = await contacts.any_further(session)
    needs = frozenset(names)
    pick = _picker(names)
    held = cache((await site_roles.load(session)).text)
    async for page in selection.pages(session, wanted):
        within = (page[0].number - 1, page[-1].number)
        topics = await _texts(session, _topics(within), wanted="topics" in needs)
        basis = await _texts(session, _basis(within), wanted="consent" in needs)
        about = await details.of_contacts(session, within, needs)
        further = await _further(session, within) if several else {}
        of_page = {each.organisation_id for each in page}
        of_page.update(each.organisation for rows in further.values() for each in rows)
        await known.load(session, of_page)
        rows: list[Row] = []
        for each in page:
            rows.append(pick(_row(each, held, known, topics, basis, about)))
            for there in further.get(each.number, ()):
                body = known[there.organisation]
                rows.append(pick(_further_row(each.address, body, held, there)))
        yield rows


def _picker(names: Sequence[str]) -> Any:
    """Return the function that picks the columns of a whole row."""
    places = [COLUMNS.index(name) for name in names]
    if tuple(names) == COLUMNS:
        return tuple
    if len(places) == 1:
        return lambda row: (row[places[0]],)
    return itemgetter(*places)


def _row(
    each: Listed,
    held: Callable[[int], str],
    known: Bodies,
    topics: dict[int, str],
    basis: dict[int, str],
    about: dict[int, tuple[str, ...]],
) -> tuple[str, ...]:
    subscribed = topics.get(each.number, "")
    return (
        each.address,
        each.name or "",
        held(each.roles),
        each.languages or "",
        each.timezone or "",
        *known[each.organisation_id],
        subscribed,
        basis.get(each.number, "") if subscribed else "",
        *about.get(each.number, details.NONE),
        each.left_out or "",
    )


def _further_row(
    address: str,
    body: Row,
    held: Callable[[int], str],
    there: _Further,
) -> tuple[str, ...]:
    about = (there.function or "", *details.NONE[1:])
    return (address, "", held(there.roles), "", "", *body, "", "", *about, "")


async def _texts(
    session: AsyncSession, query: Select[*tuple[Any, ...]], *, wanted: bool
) -> dict[int, str]:
    """Return the text of each contact that has one; nothing if it is not wanted."""
    if not wanted:
        return {}
    packed = batches.packed(query, sqlite=dialects.is_sqlite(session))
    return dict(await batches.fetch(session, packed, {}))


def _topics(within: Range) -> Select[*tuple[Any, ...]]:
    after, last = within
    return (
        select(
            Subscription.contact_id,
            func.aggregate_strings(Subscription.topic, " ").label("topics"),
        )
        .where(
            Subscription.contact_id > after,
            Subscription.contact_id <= last,
            Subscription.standing == Standing.ACTIVE,
        )
        .group_by(Subscription.contact_id)
    )


def _basis(within: Range) -> Select[*tuple[Any, ...]]:
    """Select the basis of each contact's newest subscription; else how it began."""
    after, last = within
    newest = (
        select(func.max(Consent.id))
        .where(
            Consent.contact_id > after,
            Consent.contact_id <= last,
            Consent.standing == Standing.ACTIVE,
        )
        .group_by(Consent.contact_id)
    )
    basis = func.coalesce(Consent.basis, Consent.how).label("basis")
    return select(Consent.contact_id, basis).where(Consent.id.in_(newest))


async def _further(session: AsyncSession, within: Range) -> dict[int, list[_Further]]:
    """Return the further memberships of contacts, oldest first."""
    after, last = within
    rows = await session.execute(
        select(
            Membership.contact_id,
            Membership.organisation_id,
            Membership.roles,
            Membership.function,
        )
        .where(Membership.contact_id > after, Membership.contact_id <= last)
        .order_by(Membership.id)
    )
    found: dict[int, list[_Further]] = {}
    for contact, organisation, roles, function in rows:
        found.setdefault(contact, []).append(_Further(organisation, roles, function))
    return found
