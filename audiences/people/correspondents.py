"""The contacts of organisations, as the entries of the directory show them."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import FURTHER, PRIMARY, Contact, Membership
from audiences.entry import Correspondent
from audiences.people.details import ContactDetails, split_telephones
from audiences.people.site_roles import Roles


async def of(
    session: AsyncSession, organisations: Collection[int], roles: Roles
) -> Mapping[int, list[Correspondent]]:
    """Return the contacts of organisations that have an address, by organisation.

    A contact is listed at each of its organisations, with its function there.
    """
    found: dict[int, list[Correspondent]] = defaultdict(list)
    for via in (PRIMARY, FURTHER):
        query = select(
            *(via.organisation_id, via.function, via.roles),
            *(Contact.name, Contact.address, ContactDetails.telephones),
        ).select_from(Contact)
        if via is FURTHER:
            query = query.join(Membership, Membership.contact_id == Contact.id)
        rows = await session.execute(
            query.outerjoin(ContactDetails, ContactDetails.contact_id == Contact.id)
            .where(via.organisation_id.in_(organisations), Contact.address.is_not(None))
            .order_by(Contact.id)
        )
        for organisation, function, held, name, address, telephones in rows:
            found[organisation].append(
                Correspondent(
                    name=name,
                    function=function,
                    address=address or "",
                    telephones=split_telephones(telephones),
                    roles=roles.codes(held),
                )
            )
    return found
