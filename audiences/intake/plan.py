"""Decides what each staged row would do, against the directory as it is now."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    cast,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy import update as sql_update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from audiences.contacts import Contact
from audiences.intake import stage
from audiences.intake.check import Fault
from audiences.intake.stage import LINKS, ROWS
from audiences.organisations import (
    Organisation,
    OrganisationCountry,
    OrganisationField,
    Relation,
)
from audiences.subscriptions import Subscription

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
}
CONTACT: dict[str, InstrumentedAttribute[Any]] = {
    "name": Contact.name,
    "roles": Contact.roles,
    "languages": Contact.languages,
    "timezone": Contact.timezone,
    "organisation_id": Contact.organisation_id,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What applying the staged rows would do."""

    added: int
    changed: int
    unchanged: int
    faults: list[Fault]


async def plan(session: AsyncSession) -> Plan:
    """Match staged rows with the directory and set aside those that cannot stand."""
    await resolve(session)
    faults = await _strangers(session)
    await stage.set_aside(session, faults)
    await _compare(session)
    changes = or_(ROWS.c.contact_changes, ROWS.c.body_changes)
    added, changed, total = (
        await session.execute(
            select(
                func.count().filter(ROWS.c.contact_id.is_(None)),
                func.count().filter(and_(ROWS.c.contact_id.is_not(None), changes)),
                func.count(),
            ).select_from(ROWS)
        )
    ).one()
    return Plan(
        added=added, changed=changed, unchanged=total - added - changed, faults=faults
    )


async def resolve(session: AsyncSession) -> None:
    """Note which contact and organisation each staged row already is."""
    contact = select(Contact.id).where(Contact.address_key == ROWS.c.address_key)
    organisation = select(Organisation.id).where(
        Organisation.code == ROWS.c.organisation
    )
    await session.execute(
        sql_update(ROWS).values(
            contact_id=contact.scalar_subquery(),
            organisation_id=organisation.scalar_subquery(),
        )
    )


async def _strangers(session: AsyncSession) -> list[Fault]:
    lead = ROWS.alias("lead")
    complete = exists().where(
        lead.c.organisation == ROWS.c.organisation,
        lead.c.leads,
        lead.c.kind.is_not(None),
        lead.c.organisation_name.is_not(None),
    )
    homeless = and_(ROWS.c.contact_id.is_(None), ROWS.c.organisation.is_(None))
    unknown = and_(
        ROWS.c.organisation.is_not(None), ROWS.c.organisation_id.is_(None), ~complete
    )
    found = await session.execute(
        select(ROWS.c.row, ROWS.c.organisation)
        .where(or_(homeless, unknown))
        .order_by(ROWS.c.row)
    )
    return [
        Fault(
            row=row,
            column="organisation",
            value=code or "",
            reason=f"{code} is new: the first row that names it needs kind and"
            " organisation_name"
            if code
            else "a new contact needs an organisation",
        )
        for row, code in found
    ]


async def _compare(session: AsyncSession) -> None:
    body_changes = or_(
        *(_given_and_other(name, column) for name, column in ORGANISATION.items()),
        _links_differ("fields", _fields()),
        _links_differ(Relation.ACTS_IN, _countries(Relation.ACTS_IN)),
        _links_differ(Relation.SERVES, _countries(Relation.SERVES)),
    )
    await session.execute(
        sql_update(ROWS)
        .where(
            ROWS.c.leads,
            exists().where(Organisation.id == ROWS.c.organisation_id, body_changes),
        )
        .values(body_changes=True)
    )
    contact_changes = or_(
        *(_given_and_other(name, column) for name, column in CONTACT.items()),
        and_(
            Contact.stopped_at.is_(None),
            exists().where(
                LINKS.c.row == ROWS.c.row, LINKS.c.relation == "topics", ~_subscribed()
            ),
        ),
    )
    await session.execute(
        sql_update(ROWS)
        .where(exists().where(Contact.id == ROWS.c.contact_id, contact_changes))
        .values(contact_changes=True)
    )


def _subscribed() -> ColumnElement[bool]:
    return exists().where(
        Subscription.contact_id == ROWS.c.contact_id,
        Subscription.topic == LINKS.c.value,
    )


def _given_and_other(
    name: str, column: InstrumentedAttribute[Any]
) -> ColumnElement[bool]:
    given = ROWS.c[name]
    if name == "names":
        differs = cast(given, Text).is_distinct_from(cast(column, Text))
    else:
        differs = given.is_distinct_from(column)
    return and_(given.is_not(None), differs)


def _fields() -> Select[str]:
    return select(OrganisationField.field).where(
        OrganisationField.organisation_id == ROWS.c.organisation_id
    )


def _countries(relation: Relation) -> Select[str]:
    return select(OrganisationCountry.country).where(
        OrganisationCountry.organisation_id == ROWS.c.organisation_id,
        OrganisationCountry.relation == relation,
    )


def _links_differ(relation: str, existing: Select[str]) -> ColumnElement[bool]:
    """Whether cells were given and the sets are not equal."""
    given = select(LINKS.c.value).where(
        LINKS.c.row == ROWS.c.row, LINKS.c.relation == relation
    )
    fresh = given.where(LINKS.c.value.not_in(existing)).exists()
    gone = existing.where(existing.selected_columns[0].not_in(given)).exists()
    return and_(given.exists(), or_(fresh, gone))
