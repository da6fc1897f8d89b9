"""Everything known about one contact."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from audiences import contacts, subscriptions
from audiences.contacts import Contact
from audiences.organisations import Organisation
from audiences.subscriptions import Consent, Standing
from audiences.suppressions import Suppression


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """A contact, its organisation, what it gets, and the evidence of each change."""

    contact: Contact
    organisation: Organisation
    suppression: Suppression | None
    standings: Mapping[str, Standing]  # by topic
    evidence: Sequence[Consent]  # oldest first


async def person(session: AsyncSession, address: str, *, key: bytes) -> Person:
    """Return all that is known of the contact with an address.

    Raises UnknownNameError where no contact has it. `key` makes fingerprints.
    """
    contact = await contacts.find(session, address, key=key)
    return Person(
        contact=contact,
        organisation=await session.get_one(Organisation, contact.organisation_id),
        suppression=await session.get(Suppression, contact.address_key),
        standings=await subscriptions.standings(session, contact.id),
        evidence=await subscriptions.evidence_of(session, contact.id),
    )
