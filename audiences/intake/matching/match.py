"""Finds the contacts, organisations and memberships that staged rows are about."""

from sqlalchemy import and_, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from audiences.contacts import Contact, Membership
from audiences.intake import stage
from audiences.intake.tables import BODIES, ROWS
from audiences.organisations import Organisation


async def match(session: AsyncSession) -> None:
    """Set the numbers of existing contacts and organisations in the staged rows."""
    await session.execute(
        update(ROWS)
        .where(ROWS.c.contact_id.is_(None), Contact.address_key == ROWS.c.address_key)
        .values(contact_id=Contact.id)
    )
    await _match_codes(session)
    # a store of an earlier version may have twins such as ICOM and icom
    twin = aliased(Organisation)
    first_twin = (
        select(func.min(twin.id))
        .where(twin.code_key == Organisation.code_key)
        .scalar_subquery()
    )
    await session.execute(
        update(BODIES)
        .where(
            BODIES.c.organisation_id.is_(None),
            Organisation.code_key == BODIES.c.organisation,
            Organisation.id == first_twin,
        )
        .values(organisation_id=Organisation.id)
    )
    await stage.analyse(session)


async def match_added(session: AsyncSession) -> None:
    """Set the numbers of organisations that were just added, while indexes lack."""
    await _match_codes(session)
    lead = BODIES.alias("lead")
    await session.execute(
        update(BODIES)
        .where(
            BODIES.c.organisation_id.is_(None),
            lead.c.organisation == BODIES.c.organisation,
            lead.c.leads,
        )
        .values(organisation_id=lead.c.organisation_id)
    )
    await stage.analyse(session)


async def _match_codes(session: AsyncSession) -> None:
    await session.execute(
        update(BODIES)
        .where(BODIES.c.organisation_id.is_(None), Organisation.code == BODIES.c.code)
        .values(organisation_id=Organisation.id)
    )


async def mark_further(session: AsyncSession) -> None:
    """Mark the rows about a further organisation, and match those that are known."""
    later = and_(ROWS.c.contact_id.is_(None), ROWS.c.first.is_not(None))
    elsewhere = and_(
        ROWS.c.contact_id.is_not(None),
        exists().where(
            BODIES.c.body == ROWS.c.body,
            Contact.id == ROWS.c.contact_id,
            BODIES.c.organisation_id.is_distinct_from(Contact.organisation_id),
        ),
    )
    await session.execute(
        update(ROWS).where(or_(later, elsewhere)).values(further=True)
    )
    await session.execute(
        update(ROWS)
        .where(
            ROWS.c.further,
            BODIES.c.body == ROWS.c.body,
            Membership.contact_id == ROWS.c.contact_id,
            Membership.organisation_id == BODIES.c.organisation_id,
        )
        .values(membership_id=Membership.id)
    )
