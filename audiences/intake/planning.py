"""Plans an import: compares the staged rows with the current directory.

A row that names another organisation than the contact's gives it a further membership.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    Text,
    and_,
    cast,
    delete,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy import update as sql_update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from audiences.contacts import Contact, Membership
from audiences.intake import stage
from audiences.intake.details import detailing
from audiences.intake.matching import conflicts, lacking, match, retiring
from audiences.intake.matching.lacking import IS_CONTACT
from audiences.intake.tables import BODIES, ROWS, SETS
from audiences.intake.values.checked import Fault
from audiences.organisations import (
    Organisation,
    OrganisationCountry,
    OrganisationField,
    Relation,
)
from audiences.subscriptions import Subscription
from audiences.suppressions import Suppression, Why

# staging column → column of the directory
ORGANISATION: dict[str, InstrumentedAttribute[Any]] = {
    "organisation_name": Organisation.name,
    "names": Organisation.names,
    "acronym": Organisation.acronym,
    "kind": Organisation.kind,
    "status": Organisation.status,
    "level": Organisation.level,
    "country": Organisation.country,
    "organisation_languages": Organisation.languages,
    "organisation_telephones": Organisation.telephones,
    "organisation_postal_address": Organisation.postal_address,
    "organisation_website": Organisation.website,
}
CONTACT: dict[str, InstrumentedAttribute[Any]] = {
    "name": Contact.name,
    "function": Contact.function,
    "roles": Contact.roles,
    "languages": Contact.languages,
    "timezone": Contact.timezone,
}
OF_MEMBERSHIP: dict[str, InstrumentedAttribute[Any]] = {
    "function": Membership.function,
    "roles": Membership.roles,
}
ABOUT_CONTACT = tuple(name for name in CONTACT if name not in OF_MEMBERSHIP)


IS_NEW = and_(IS_CONTACT, ROWS.c.contact_id.is_(None), ROWS.c.first.is_(None))
JOINS = and_(ROWS.c.further, ROWS.c.membership_id.is_(None))
OTHER_IN_MEMBERSHIP = and_(
    Membership.id == ROWS.c.membership_id,
    or_(
        *(
            and_(ROWS.c[name].is_not(None), ROWS.c[name].is_distinct_from(column))
            for name, column in OF_MEMBERSHIP.items()
        )
    ),
)
CHANGES_MEMBERSHIP = and_(ROWS.c.further, exists().where(OTHER_IN_MEMBERSHIP))


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportPlan:
    """What applying the staged rows changes: numbers of contacts and rows, and faults.

    `memberships` are further ones, for contacts that are known or added;
    `organisations` are rows with an organisation alone, and `organisations_added`
    organisations that the directory does not have.
    """

    added: int
    changed: int
    unchanged: int
    memberships: int
    organisations: int
    organisations_added: int
    faulty: stage.FaultyRows
    remarks: Sequence[Fault]


async def plan(session: AsyncSession) -> ImportPlan:
    """Match staged rows with the directory, and remove rows that cannot be applied."""
    await match.match(session)
    faulty = await _without_faulty(session)
    await session.execute(delete(BODIES).where(lacking.cells()))
    await conflicts.lead_orphans(session)
    await match.mark_further(session)
    left = await retiring.leave_roles(session)
    await _mark_changes(session)
    remarks = await detailing.gather(session)
    known = and_(IS_CONTACT, ~IS_NEW, ~JOINS)
    differs = or_(ROWS.c.changes, CHANGES_MEMBERSHIP)
    added, joined, changed, total, contacts = (
        await session.execute(
            select(
                func.count().filter(IS_NEW),
                func.count().filter(JOINS),
                func.count().filter(known, differs),
                func.count(),
                func.count(ROWS.c.address_key),
            ).select_from(ROWS)
        )
    ).one()
    changed += await _changed_by_body(session, and_(known, ~differs))
    new = select(func.count()).where(BODIES.c.leads, BODIES.c.organisation_id.is_(None))
    return ImportPlan(
        added=added,
        changed=changed,
        unchanged=contacts - added - joined - changed,
        memberships=joined,
        organisations=total - contacts,
        organisations_added=await session.scalar(new) or 0,
        faulty=faulty,
        remarks=[*left, *remarks],
    )


async def _without_faulty(session: AsyncSession) -> stage.FaultyRows:
    """Remove the matched rows that cannot be applied; return their faults."""
    faulty = await stage.remove(session, _erased(), _was_erased)
    domains = await lacking.domains(session)
    faulty += await stage.remove(
        session, lacking.rows(), lambda each: lacking.fault(each, domains)
    )
    if await retiring.any_retired(session):
        faulty += await stage.remove(session, retiring.rows(), retiring.fault)
    return faulty


async def _changed_by_body(session: AsyncSession, rows: ColumnElement[bool]) -> int:
    """Count these rows whose organisation alone changes."""
    count = (
        select(func.count(ROWS.c.row.distinct()))
        .select_from(BODIES)
        .join(ROWS, ROWS.c.row == BODIES.c.row)
        .where(BODIES.c.changes, rows)
    )
    return await session.scalar(count) or 0


def _erased() -> Select[*tuple[Any, ...]]:
    """Select the rows with the address of a person who was erased."""
    return (
        select(ROWS.c.number, ROWS.c.row, ROWS.c.address, Suppression.since)
        .join(Suppression, Suppression.address_key == ROWS.c.address_key)
        .where(Suppression.reason == Why.ERASED)
        .order_by(ROWS.c.number)
    )


def _was_erased(each: RowMapping) -> Iterator[Fault]:
    yield Fault(
        row=each["row"],
        column="address",
        value=each["address"],
        reason=f"the person at this address was erased on {each['since']:%Y-%m-%d};"
        " nothing is stored about them",
    )


async def _mark_changes(session: AsyncSession) -> None:
    """Mark the staged rows and organisations that would change the directory.

    Subqueries are correlated explicitly; without that, SQLAlchemy would read all rows
    of the staging tables in them.
    """
    body_changes = or_(
        *(_differs(BODIES.c[name], column) for name, column in ORGANISATION.items()),
        _set_differs(BODIES.c.fields, _fields()),
        _set_differs(BODIES.c.acts_in, _countries(Relation.ACTS_IN)),
        _set_differs(BODIES.c.serves, _countries(Relation.SERVES)),
    )
    await session.execute(
        sql_update(BODIES)
        .where(
            BODIES.c.leads,
            exists().where(Organisation.id == BODIES.c.organisation_id, body_changes),
        )
        .values(changes=True)
    )
    about_contact = or_(
        *(_differs(ROWS.c[name], CONTACT[name]) for name in ABOUT_CONTACT),
        Contact.address.is_(None),  # it was removed, and comes back
        and_(
            ~ROWS.c.further,
            or_(*(_differs(ROWS.c[name], CONTACT[name]) for name in OF_MEMBERSHIP)),
        ),
        and_(Contact.stopped_at.is_(None), _names_new_topic()),
    )
    await session.execute(
        sql_update(ROWS)
        .where(exists().where(Contact.id == ROWS.c.contact_id, about_contact))
        .values(changes=True)
    )


def _names_new_topic() -> ColumnElement[bool]:
    """Whether a row names a topic to which its contact has no subscription."""
    subscribed = (
        exists()
        .where(
            Subscription.contact_id == ROWS.c.contact_id,
            Subscription.topic == SETS.c.code,
        )
        .correlate(ROWS, SETS)
    )
    return exists().where(SETS.c.codes == ROWS.c.topics, ~subscribed).correlate(ROWS)


def _differs(
    given: ColumnElement[Any], column: InstrumentedAttribute[Any]
) -> ColumnElement[bool]:
    if column is Organisation.names:
        differs = cast(given, Text).is_distinct_from(cast(column, Text))
    else:
        differs = given.is_distinct_from(column)
    return and_(given.is_not(None), differs)


def _fields() -> Select[str]:
    return (
        select(OrganisationField.field)
        .where(OrganisationField.organisation_id == BODIES.c.organisation_id)
        .correlate(BODIES)
    )


def _countries(relation: Relation) -> Select[str]:
    return (
        select(OrganisationCountry.country)
        .where(
            OrganisationCountry.organisation_id == BODIES.c.organisation_id,
            OrganisationCountry.relation == relation,
        )
        .correlate(BODIES)
    )


def _set_differs(
    cell: ColumnElement[Any], existing: Select[str]
) -> ColumnElement[bool]:
    """Whether a cell is given and its codes are not the existing ones."""
    given = select(SETS.c.code).where(SETS.c.codes == cell).correlate(BODIES)
    new = given.where(SETS.c.code.not_in(existing)).exists()
    missing = existing.where(existing.selected_columns[0].not_in(given)).exists()
    return and_(cell.is_not(None), or_(new, missing))
