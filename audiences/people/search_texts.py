"""The texts by which contacts and organisations are searched: what names them, folded.

They are in narrow tables of their own, because a search for a part of a word reads all
of them (docs/decisions/0035-searches-read-narrow-texts.md). Who changes an address or a
name calls the function that refreshes the text. A text goes with its contact or
organisation; a contact without an address has none.
"""

from functools import reduce
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Select,
    Text,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from audiences.contacts import Contact
from audiences.languages import OFFERED
from audiences.organisations import Organisation
from audiences.store import dialects, folding
from audiences.store.base import Base

BETWEEN = "\n"  # a search is one line


class ContactSearch(Base):
    """The address and name of a contact, folded."""

    __tablename__ = "contact_search"

    contact_id: Mapped[int] = mapped_column(
        ForeignKey(Contact.id, ondelete="CASCADE"), primary_key=True
    )
    text: Mapped[str]


class OrganisationSearch(Base):
    """The code, names, acronym and site of an organisation, folded."""

    __tablename__ = "organisation_search"

    organisation_id: Mapped[int] = mapped_column(
        ForeignKey(Organisation.id, ondelete="CASCADE"), primary_key=True
    )
    text: Mapped[str]


def _joined(*columns: Any) -> ColumnElement[str]:
    texts = [func.coalesce(each, "") for each in columns]
    return reduce(lambda text, more: text.concat(literal(BETWEEN)).concat(more), texts)


_CONTACT = _joined(Contact.address, Contact.name)
_NAMES = case(  # most organisations have one name, and each look into JSON reads it all
    (cast(Organisation.names, Text) == "{}", ""),
    else_=_joined(*(Organisation.names[each].as_string() for each in OFFERED)),
)
_ORGANISATION = _joined(
    *(Organisation.code, Organisation.name, Organisation.acronym),
    *(Organisation.website, _NAMES),
)


async def add_contacts(session: AsyncSession, which: ColumnElement[bool]) -> None:
    """Write the texts of contacts that have none, by a condition on Contact."""
    texts = select(Contact.id, _CONTACT.label("text")).where(
        which, Contact.address.is_not(None)
    )
    await session.execute(
        insert(ContactSearch).from_select(
            ["contact_id", "text"], _folded(session, texts)
        )
    )


async def add_organisations(session: AsyncSession, which: ColumnElement[bool]) -> None:
    """Write the texts of organisations that have none, by a condition on them."""
    texts = select(Organisation.id, _ORGANISATION.label("text")).where(which)
    await session.execute(
        insert(OrganisationSearch).from_select(
            ["organisation_id", "text"], _folded(session, texts)
        )
    )


def _folded(
    session: AsyncSession, texts: Select[*tuple[Any, ...]]
) -> Select[*tuple[Any, ...]]:
    found = texts.subquery()
    folded = folding.spread(found.c.text, sqlite=dialects.is_sqlite(session))
    return select(found.c.id, folded).order_by(found.c.id)


async def refresh_contacts(session: AsyncSession, which: ColumnElement[bool]) -> None:
    """Write the texts of contacts as they are now, by a condition on Contact."""
    await session.flush()
    numbers = select(Contact.id).where(which)
    await session.execute(
        delete(ContactSearch)
        .where(ContactSearch.contact_id.in_(numbers))
        .execution_options(synchronize_session=False)
    )
    await add_contacts(session, which)


async def refresh_organisations(
    session: AsyncSession, which: ColumnElement[bool]
) -> None:
    """Write the texts of organisations as they are now, by a condition on them."""
    await session.flush()
    numbers = select(Organisation.id).where(which)
    await session.execute(
        delete(OrganisationSearch)
        .where(OrganisationSearch.organisation_id.in_(numbers))
        .execution_options(synchronize_session=False)
    )
    await add_organisations(session, which)


def has(
    table: type[ContactSearch | OrganisationSearch], part: str
) -> ColumnElement[bool]:
    """Return the condition that what a person searches is part of a text."""
    return table.text.contains(folding.folded(part) or "", autoescape=True)


async def next_contact(session: AsyncSession, part: str, *, after: int) -> int | None:
    """Return the first contact after one that a search finds; None at the end."""
    found: int | None = await session.scalar(
        select(ContactSearch.contact_id)
        .where(ContactSearch.contact_id > after, has(ContactSearch, part))
        .order_by(ContactSearch.contact_id)
        .limit(1)
    )
    return found
