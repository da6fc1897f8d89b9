"""Keeps the details of contacts that an import replaces, and restores them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.intake.details.detailing import COLUMNS, any_staged
from audiences.people import details
from audiences.people.details import (
    CELLS,
    ContactDetails,
    ContactTag,
    SecondAddress,
)

KEY = "details"  # under which they are among the values before an import


async def known(
    session: AsyncSession, contacts: Sequence[int]
) -> dict[int, dict[str, Any]]:
    """Return the present details of contacts, to be kept; {} if none are staged."""
    if not await any_staged(session):
        return {}
    found: dict[int, dict[str, Any]] = {
        each: {"cells": None, "tags": [], "seconds": []} for each in contacts
    }
    for number, *cells in await session.execute(
        select(ContactDetails.contact_id, *COLUMNS.values()).where(
            ContactDetails.contact_id.in_(contacts)
        )
    ):
        found[number]["cells"] = dict(zip(CELLS, cells, strict=True))
    for number, tag in await session.execute(
        select(ContactTag.contact_id, ContactTag.tag).where(
            ContactTag.contact_id.in_(contacts)
        )
    ):
        found[number]["tags"].append(tag)
    for number, key, address in await session.execute(
        select(
            SecondAddress.contact_id, SecondAddress.address_key, SecondAddress.address
        ).where(SecondAddress.contact_id.in_(contacts))
    ):
        found[number]["seconds"].append([key.hex(), address])
    return {number: {KEY: kept} for number, kept in found.items()}


async def restore(
    session: AsyncSession, contact_id: int, before: dict[str, Any]
) -> None:
    """Replace the details of a contact with those that `known` returned."""
    await details.remove(session, contact_id)
    if before["cells"]:
        session.add(ContactDetails(contact_id=contact_id, **before["cells"]))
    session.add_all(
        ContactTag(contact_id=contact_id, tag=each) for each in before["tags"]
    )
    session.add_all(
        SecondAddress(
            contact_id=contact_id, address_key=bytes.fromhex(key), address=address
        )
        for key, address in before["seconds"]
    )
