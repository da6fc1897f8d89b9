"""Lends the roles of a contact whose mailbox is gone, and takes them back."""

from sqlalchemy import Select, Subquery, case, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact, Membership, Role
from audiences.people import site_roles
from audiences.people.lost_contacts import LostContact
from audiences.record import changes
from audiences.record.changes import Author, Changed
from audiences.suppressions import Suppression

# who may follow another contact, the likeliest first
_ORDER = (Role.FOCAL_POINT, Role.REPRESENTATIVE, Role.HEAD, Role.DIRECTORY_EDITOR)


def people_of(organisation_id: int) -> Subquery:
    """Return the contacts of an organisation, with their roles there."""
    primary = select(Contact.id.label("contact_id"), Contact.roles.label("roles"))
    further = select(Membership.contact_id, Membership.roles)
    return union_all(
        primary.where(Contact.organisation_id == organisation_id),
        further.where(Membership.organisation_id == organisation_id),
    ).subquery()


def reachable(organisation_id: int, *, without: int) -> Select[int, int]:
    """Select the contacts of an organisation who can be written to, with their roles.

    The likeliest to follow another contact is the first.
    """
    people = people_of(organisation_id)
    ranks = [
        (people.c.roles.bitwise_and(int(role)) != 0, n) for n, role in enumerate(_ORDER)
    ]
    return (
        select(people.c.contact_id, people.c.roles)
        .join(Contact, Contact.id == people.c.contact_id)
        .outerjoin(Suppression, Suppression.address_key == Contact.address_key)
        .where(
            people.c.contact_id != without,
            Contact.address.is_not(None),
            Contact.stopped_at.is_(None),
            Suppression.address_key.is_(None),
        )
        .order_by(case(*ranks, else_=len(_ORDER)), people.c.contact_id)
    )


async def lend(session: AsyncSession, lost: LostContact, author: Author) -> None:
    """Find who follows a lost contact, and lend the roles that this one lacks.

    There is none if no other contact of the organisation has a role that leads.
    """
    may_follow = sum(int(role) for role in _ORDER)
    rows = await session.execute(
        reachable(lost.organisation_id, without=lost.contact_id)
    )
    for contact_id, held in rows.all():
        if not held & may_follow:
            continue
        theirs = await _place(session, lost.contact_id, lost.organisation_id)
        place = await _place(session, contact_id, lost.organisation_id, lock=True)
        if place is None or theirs is None:
            continue
        lost.successor_id, lost.lent = contact_id, theirs.roles & ~place.roles
        for each in (await site_roles.load(session)).retired(lost.lent):
            lost.lent &= ~each.bit
        await _give(session, lost, place, place.roles | lost.lent, author)
        return


async def take_back(session: AsyncSession, lost: LostContact, author: Author) -> None:
    """Take the lent roles back from the one who followed a lost contact."""
    if not lost.lent or lost.successor_id is None:
        return
    place = await _place(session, lost.successor_id, lost.organisation_id, lock=True)
    if place is not None:
        await _give(session, lost, place, place.roles & ~lost.lent, author)
    lost.lent = 0


async def _give(
    session: AsyncSession,
    lost: LostContact,
    place: Contact | Membership,
    roles: int,
    author: Author,
) -> None:
    """Change the roles of the one who follows, with an entry in the history."""
    if roles == place.roles or lost.successor_id is None:
        return
    known = await site_roles.load(session)
    detail = {"roles": [known.text(place.roles), known.text(roles)]}
    place.roles, place.updated_at = roles, author.at
    changes.record(
        session, Changed.CONTACT, lost.successor_id, "edited", author, detail
    )


async def _place(
    session: AsyncSession, contact_id: int, organisation_id: int, *, lock: bool = False
) -> Contact | Membership | None:
    """Return the row that has a contact's roles at an organisation."""
    contact = await session.get(
        Contact, contact_id, with_for_update=lock or None, populate_existing=lock
    )
    if contact is None or contact.organisation_id == organisation_id:
        return contact
    query = select(Membership).where(
        Membership.contact_id == contact_id,
        Membership.organisation_id == organisation_id,
    )
    found: Membership | None = await session.scalar(
        query.with_for_update() if lock else query
    )
    return found
