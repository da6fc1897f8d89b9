"""All that the store has about one contact, for an operator."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import contacts, subscriptions
from audiences.contacts import Contact, Further
from audiences.organisations import Country, Organisation
from audiences.people import details, site_roles
from audiences.people.details import Details
from audiences.people.site_roles import Roles
from audiences.subscriptions import Consent, Standing
from audiences.suppressions import Suppression


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """A contact with its organisation, suppression, subscriptions and evidence."""

    contact: Contact
    organisation: Organisation
    country_languages: str | None  # of the organisation's country
    memberships: Sequence[Further]
    roles: Roles  # of the site
    details: Details
    suppression: Suppression | None
    standings: Mapping[str, Standing]  # topic → standing
    evidence: Sequence[Consent]  # oldest first


async def person(session: AsyncSession, address: str, *, key: bytes) -> Person:
    """Return all that the store has about the contact with this address.

    `key` makes fingerprints. Raises AddressRefusedError when the address is not valid,
    UnknownNameError when no contact has it.
    """
    contact = await contacts.find(session, address, key=key)
    organisation = await session.get_one(Organisation, contact.organisation_id)
    country = await session.get(Country, organisation.country or "")
    return Person(
        contact=contact,
        organisation=organisation,
        country_languages=country.languages if country else None,
        memberships=await contacts.further_of(session, contact.id),
        roles=await site_roles.load(session),
        details=await details.of(session, contact.id),
        suppression=await session.get(Suppression, contact.address_key),
        standings=await subscriptions.standings(session, contact.id),
        evidence=await _evidence_of(session, contact.id),
    )


async def _evidence_of(session: AsyncSession, contact_id: int) -> list[Consent]:
    """Return the evidence of all changes for a contact, oldest first."""
    rows = await session.scalars(
        select(Consent).where(Consent.contact_id == contact_id).order_by(Consent.id)
    )
    return list(rows)
