"""What lists hold of contacts besides their addresses, as texts of an import."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from audiences.contacts import Contact
from audiences.people.details import CELLS, ContactDetails, ContactTag, SecondAddress
from audiences.segments.by_membership import Range

COLUMNS = ("function", *CELLS, "tags", "second_address")
NONE = ("",) * len(COLUMNS)
TAGS = "; "  # between the tags of one contact


async def of_contacts(
    session: AsyncSession, within: Range, needed: Collection[str]
) -> dict[int, tuple[str, ...]]:
    """Return the texts of COLUMNS of the contacts in a range that have any.

    Nothing is read if none of the columns is needed.
    """
    if not set(COLUMNS).intersection(needed):
        return {}
    after, last = within
    tags = _joined(ContactTag.contact_id, ContactTag.tag, TAGS, within)
    seconds = _joined(SecondAddress.contact_id, SecondAddress.address, ", ", within)
    cells = select(
        ContactDetails.contact_id, *(getattr(ContactDetails, c) for c in CELLS)
    ).where(ContactDetails.contact_id > after, ContactDetails.contact_id <= last)
    functions = select(Contact.id, Contact.function).where(
        Contact.id > after, Contact.id <= last, Contact.function.is_not(None)
    )
    found: dict[int, dict[str, str]] = {}
    for query, names in (
        (functions, ("function",)),
        (cells, CELLS),
        (tags, ("tags",)),
        (seconds, ("second_address",)),
    ):
        for contact, *texts in map(tuple, await session.execute(query)):
            found.setdefault(contact, {}).update(zip(names, texts, strict=True))
    return {
        contact: tuple(texts.get(each) or "" for each in COLUMNS)
        for contact, texts in found.items()
    }


def _joined(
    number: InstrumentedAttribute[int],
    text: InstrumentedAttribute[str],
    between: str,
    within: Range,
) -> Select[*tuple[Any, ...]]:
    """Select the texts of each contact in a range as one."""
    after, last = within
    return (
        select(number, func.aggregate_strings(text, between))
        .where(number > after, number <= last)
        .group_by(number)
    )
