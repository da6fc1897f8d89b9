"""Selects contacts in pages by their numbers, so that memory stays bounded."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, case, literal, null, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from audiences.people import search_texts
from audiences.people.search_texts import ContactSearch
from audiences.segments import compiler, named, resolve, vocabularies
from audiences.segments.by_membership import Range
from audiences.segments.compiler import Context
from audiences.segments.resolve import LeftOut
from audiences.store import batches, dialects
from audiences.suppressions import Suppression, Why

FIRST_PAGE, LARGEST_PAGE = 1_000, 8_000  # contacts


class Listed(NamedTuple):
    """A contact as it is listed; the order is that of the query."""

    number: int
    address: str
    name: str | None
    roles: int
    languages: str | None
    timezone: str | None
    organisation_id: int
    left_out: str | None  # why no letter is written to it, whatever the topic


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which contacts are wanted: those a rule picks, those that a text is part of.

    With `readers`, only those who may be written to; with `suppressed`, only those
    whose address is suppressed, for `why` if it is given. Contacts without an address
    are never selected.
    """

    rule: str | None = None
    context: Context | None = None
    search: str = ""
    readers: bool = False
    suppressed: bool = False
    why: Why | None = None


async def selection(
    session: AsyncSession,
    *,
    rule: str | None = None,
    search: str = "",
    readers: bool = False,
    suppressed: bool = False,
    why: Why | None = None,
    today: date,
) -> Selection:
    """Return a selection; raise RuleError for a rule that cannot be used."""
    plain = Selection(search=search, readers=readers, suppressed=suppressed, why=why)
    if rule is None:
        return plain
    vocabulary = await vocabularies.load(session)
    await named.require_known(session, [rule], vocabulary)
    context = Context(vocabulary=vocabulary, today=today)
    compiler.condition(rule, context)  # raises its errors before anything is written
    return replace(plain, rule=rule, context=context)


async def pages(
    session: AsyncSession,
    wanted: Selection,
    *,
    after: int = 0,
    first: int = FIRST_PAGE,
) -> AsyncIterator[list[Listed]]:
    """Yield the selected contacts by their numbers, from the one after `after`.

    `first` is the size of the first page, in contacts that are looked at.
    """
    size = first
    while True:
        if wanted.search:
            hit = await search_texts.next_contact(session, wanted.search, after=after)
            if hit is None:
                return
            after = hit - 1
        last = await resolve.page_end(session, after, size)
        if last is None:
            return
        found = await _page(session, wanted, (after, last))
        if found:
            yield found
        after, size = last, max(first, min(2 * size, LARGEST_PAGE))


async def first(
    session: AsyncSession, wanted: Selection, *, after: int, limit: int
) -> list[Listed]:
    """Return the first selected contacts after one, at most `limit`; without a rule."""
    number = ContactSearch.contact_id if wanted.search else Contact.id
    found = query(wanted, (after, None)).order_by(number).limit(limit)
    rows = await session.execute(found)
    return [Listed(*row) for row in rows]


async def _page(
    session: AsyncSession, wanted: Selection, within: Range
) -> list[Listed]:
    sqlite = dialects.is_sqlite(session)
    packed = batches.packed(query(wanted, within), sqlite=sqlite)
    rows = await batches.fetch(session, packed, {})
    return sorted(Listed(*row) for row in rows)


def query(
    wanted: Selection, within: tuple[int, int | None]
) -> Select[*tuple[Any, ...]]:
    """Select the wanted contacts with numbers in a range; its end may be open."""
    after, last = within
    left_out = _left_out()
    chosen = (
        select(
            Contact.id,
            Contact.address,
            Contact.name,
            Contact.roles,
            Contact.languages,
            Contact.timezone,
            Contact.organisation_id,
            left_out.label("left_out"),
        )
        .outerjoin(Suppression, Suppression.address_key == Contact.address_key)
        .where(Contact.id > after, Contact.address.is_not(None))
    )
    if last is not None:
        chosen = chosen.where(Contact.id <= last)
    if wanted.readers:
        chosen = chosen.where(left_out.is_(None))
    if wanted.suppressed:
        chosen = chosen.where(Suppression.address_key.is_not(None))
    if wanted.why is not None:
        chosen = chosen.where(Suppression.reason == wanted.why)
    if wanted.search:
        # by the numbers of the texts, so that these are read first
        number = ContactSearch.contact_id
        chosen = chosen.join(ContactSearch, number == Contact.id).where(
            number > after, search_texts.has(ContactSearch, wanted.search)
        )
    if wanted.rule is not None and wanted.context is not None and last is not None:
        picked = _picked(wanted.rule, wanted.context, (after, last))
        chosen = chosen.where(or_(*picked))
    return chosen


def _left_out() -> ColumnElement[str | None]:
    return case(
        (Suppression.address_key.is_not(None), literal(str(LeftOut.SUPPRESSED))),
        (Contact.stopped_at.is_not(None), literal(str(LeftOut.STOPPED))),
        else_=null(),
    )


def _picked(rule: str, context: Context, within: Range) -> list[ColumnElement[bool]]:
    """Return for each kind of membership whether the rule picks a contact by it."""
    return [
        Contact.id.in_(
            select(
                resolve.audience(rule, context, Contact.id, via=via, within=within)
                .where(Contact.id.in_(resolve.numbers(within)))
                .order_by(Contact.id)
                .cte()
                .c.id
            )
        )
        for via in context.memberships
    ]
