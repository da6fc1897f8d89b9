"""Edits the details of a contact: telephones, postal address, site, tags, notes."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from audiences import addresses
from audiences.contacts import Contact
from audiences.errors import AudienceError
from audiences.intake.values.cell import Parse
from audiences.people import details
from audiences.people.details import CELLS, TELEPHONES
from audiences.suppressions import Suppression, Why
from audiences.upkeep.cells import parsed
from audiences.upkeep.wanted import WantedContact

TAGS, SECONDS = "tags", "second_address"
COLUMNS = (*CELLS, TAGS, SECONDS)


async def present(session: AsyncSession, contact_id: int) -> dict[str, str | None]:
    """Return the details of a contact as texts, by their columns."""
    known = await details.of(session, contact_id)
    return {
        "telephones": TELEPHONES.join(known.telephones) or None,
        "postal_address": known.postal_address,
        "website": known.website,
        "notes": known.notes,
        TAGS: ", ".join(known.tags) or None,
        SECONDS: ", ".join(known.second_addresses) or None,
    }


async def edit(
    session: AsyncSession,
    contact: Contact,
    wanted: WantedContact,
    parse: Mapping[str, Parse],
    key: bytes,
) -> dict[str, Any]:
    """Change the details that are wanted; return each with its value before and after.

    Raises AudienceError if a value is not valid, or a second address may not be kept.
    """
    given = {
        column: parsed(parse, column, value)
        for column in COLUMNS
        if (value := getattr(wanted, column)) is not None
    }
    if not given:
        return {}
    before = await present(session, contact.id)
    cells = {column: value for column, value in given.items() if column in CELLS}
    await details.set_cells(session, contact.id, cells)
    if TAGS in given:
        await details.set_tags(session, contact.id, given[TAGS] or ())
    if SECONDS in given:
        typed = [each.address for each in given[SECONDS] or ()]
        found = {
            addresses.fingerprint(each.identity, key=key): each.text for each in typed
        }
        await _refuse(session, contact, found)
        await details.set_second_addresses(session, contact.id, found)
    after = await present(session, contact.id)
    return {
        column: [before[column], after[column]]
        for column in given
        if before[column] != after[column]
    }


async def _refuse(
    session: AsyncSession, contact: Contact, found: Mapping[bytes, str]
) -> None:
    """Raise AudienceError if a second address is the first, or of an erased person."""
    if contact.address_key in found:
        raise AudienceError(
            f"{contact.address} is the address that letters go to; a second address is"
            " another one"
        )
    for key, address in found.items():
        known = await session.get(Suppression, key)
        if known is not None and known.reason == Why.ERASED:
            raise AudienceError(
                f"the person at {address} was erased on {known.since:%Y-%m-%d}; nothing"
                " is stored about them"
            )
