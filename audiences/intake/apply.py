"""Applies staged rows to the directory, in the caller's one transaction.

Set-based: a statement for each table, however many rows. What is replaced is kept,
so that the import can be undone. An empty cell changes nothing.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    and_,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from audiences.intake import replaced
from audiences.intake.models import Import
from audiences.intake.plan import CONTACT, ORGANISATION, Plan, plan, resolve
from audiences.intake.stage import LINKS, ROWS
from audiences.organisations import (
    Organisation,
    OrganisationCountry,
    OrganisationField,
    Relation,
)
from audiences.subscriptions import Consent, How, Standing, Subscription


async def apply(
    session: AsyncSession, *, file: str, by: str, now: datetime, rows: int
) -> tuple[Import, Plan]:
    """Write the staged rows; return the record of the import and what it did."""
    decided = await plan(session)
    record = Import(
        file=file,
        at=now,
        by=by,
        rows=rows,
        added=decided.added,
        changed=decided.changed,
        unchanged=decided.unchanged,
    )
    session.add(record)
    await session.flush()
    await _organisations(session, record)
    await _contacts(session, record)
    await _subscriptions(session, record)
    return record, decided


async def _organisations(session: AsyncSession, record: Import) -> None:
    fresh = and_(ROWS.c.leads, ROWS.c.organisation_id.is_(None))
    columns: dict[str, Any] = {
        "code": ROWS.c.organisation,
        **{column.key: ROWS.c[name] for name, column in ORGANISATION.items()},
        "names": func.coalesce(ROWS.c.names, literal({}, Organisation.names.type)),
        "import_id": literal(record.id),
        "updated_at": literal(record.at, Organisation.updated_at.type),
    }
    changed = select(ROWS.c.organisation_id).where(ROWS.c.body_changes)
    await replaced.keep_organisations(session, record.id, changed)
    await session.execute(
        insert(Organisation).from_select(
            list(columns),
            select(*columns.values()).where(fresh, ROWS.c.organisation.is_not(None)),
        )
    )
    await session.execute(
        update(Organisation)
        .where(Organisation.id == ROWS.c.organisation_id, ROWS.c.body_changes)
        .values(
            {
                **{
                    column: func.coalesce(ROWS.c[name], column)
                    for name, column in ORGANISATION.items()
                },
                Organisation.updated_at: record.at,
            }
        )
        .execution_options(synchronize_session=False)
    )
    await session.execute(
        update(ROWS)
        .where(fresh, ROWS.c.organisation.is_not(None))
        .values(body_changes=True)
    )
    await resolve(session)
    await _links(session)


async def _links(session: AsyncSession) -> None:
    """Replace the sets of fields and countries that were given and differ."""
    given = (
        select(ROWS.c.organisation_id, LINKS.c.relation, LINKS.c.value)
        .join(LINKS, LINKS.c.row == ROWS.c.row)
        .where(ROWS.c.body_changes)
    )
    fields = given.where(LINKS.c.relation == "fields").subquery()
    countries = given.where(LINKS.c.relation.in_(list(Relation))).subquery()
    await session.execute(
        delete(OrganisationField).where(
            OrganisationField.organisation_id.in_(select(fields.c.organisation_id))
        )
    )
    await session.execute(
        delete(OrganisationCountry).where(
            tuple_(
                OrganisationCountry.organisation_id, OrganisationCountry.relation
            ).in_(select(countries.c.organisation_id, countries.c.relation))
        )
    )
    await session.execute(
        insert(OrganisationField).from_select(
            ["organisation_id", "field"],
            select(fields.c.organisation_id, fields.c.value),
        )
    )
    await session.execute(
        insert(OrganisationCountry).from_select(
            ["organisation_id", "relation", "country"],
            select(
                countries.c.organisation_id, countries.c.relation, countries.c.value
            ),
        )
    )


async def _contacts(session: AsyncSession, record: Import) -> None:
    columns: dict[str, Any] = {
        "address": ROWS.c.address,
        "address_key": ROWS.c.address_key,
        **{column.key: ROWS.c[name] for name, column in CONTACT.items()},
        "roles": func.coalesce(ROWS.c.roles, 0),
        "import_id": literal(record.id),
        "updated_at": literal(record.at, Contact.updated_at.type),
    }
    changed = select(ROWS.c.contact_id).where(ROWS.c.contact_changes)
    await replaced.keep_contacts(session, record.id, changed)
    await session.execute(
        insert(Contact).from_select(
            list(columns),
            select(*columns.values())
            .where(ROWS.c.contact_id.is_(None))
            .order_by(ROWS.c.row),
        )
    )
    await session.execute(
        update(Contact)
        .where(Contact.id == ROWS.c.contact_id, ROWS.c.contact_changes)
        .values(
            {
                **{
                    column: func.coalesce(ROWS.c[name], column)
                    for name, column in CONTACT.items()
                },
                Contact.updated_at: record.at,
            }
        )
        .execution_options(synchronize_session=False)
    )
    await resolve(session)


async def _subscriptions(session: AsyncSession, record: Import) -> None:
    """Subscribe to topics never asked for or left; whoever stopped stays stopped."""
    at = literal(record.at, Subscription.since.type)
    asked = (
        select(
            ROWS.c.contact_id,
            LINKS.c.value,
            literal(Standing.ACTIVE.value),
            at,
        )
        .join(LINKS, LINKS.c.row == ROWS.c.row)
        .join(Contact, Contact.id == ROWS.c.contact_id)
        .where(
            LINKS.c.relation == "topics",
            Contact.stopped_at.is_(None),
            ~exists().where(
                Subscription.contact_id == ROWS.c.contact_id,
                Subscription.topic == LINKS.c.value,
            ),
        )
        .order_by(ROWS.c.contact_id)
    )
    evidence = asked.add_columns(
        literal(How.IMPORT.value),
        literal(f"import {record.id}"),
        ROWS.c.consent,
    )
    columns = ["contact_id", "topic", "standing"]
    await session.execute(
        insert(Consent).from_select(
            [*columns, "at", "how", "source", "basis"], evidence
        )
    )
    await session.execute(insert(Subscription).from_select([*columns, "since"], asked))
