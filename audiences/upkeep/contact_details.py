"""What a user wants a contact to be; edits its details, such as telephones and tags."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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

TAGS, SECONDS = "tags", "second_address"
COLUMNS = (*CELLS, TAGS, SECONDS)


@dataclass(frozen=True, kw_only=True, slots=True)
class WantedContact:
    """What a contact should have, as typed; None leaves a value, "" empties it.

    `roles` and `function` are those at the organisation `at`, or else at the primary
    one. A contact who is not at `at` yet joins it. `tags` and `second_address` are all
    that the contact has then.
    """

    name: str | None = None
    function: str | None = None  # the job title
    languages: str | None = None
    timezone: str | None = None
    telephones: str | None = None
    postal_address: str | None = None
    website: str | None = None
    tags: str | None = None
    notes: str | None = None
    second_address: str | None = None  # further addresses, which are not written to
    organisation: str | None = None  # the new primary one
    roles: str | None = None
    at: str | None = None
    leave: str | None = None  # the further organisation to leave
    topics: Sequence[str] = ()  # to subscribe to
    basis: str | None = None  # of these subscriptions
    ended: Sequence[str] = ()  # topics to unsubscribe from


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
