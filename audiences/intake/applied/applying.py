"""Applies staged rows to the directory, in one transaction of the caller.

Each table gets a fixed number of statements, for any number of rows. Replaced values
are kept, so that the import can be undone. An empty cell changes nothing.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from audiences.intake.applied import loosen, replaced
from audiences.intake.details import detailing
from audiences.intake.matching import conflicts, joining, match, subscribing
from audiences.intake.models import Import
from audiences.intake.planning import (
    ABOUT_CONTACT,
    CONTACT,
    IS_NEW,
    OF_MEMBERSHIP,
    ORGANISATION,
    ImportPlan,
    plan,
)
from audiences.intake.tables import BODIES, ROWS, SETS
from audiences.organisations import (
    Organisation,
    OrganisationCountry,
    OrganisationField,
    Relation,
)
from audiences.people import search_texts
from audiences.record import changes
from audiences.record.changes import Changed
from audiences.store import dialects, numbers
from audiences.subscriptions import Subscription

# advisory: two imports at once would add the same contacts
LOCK = 0x1A150182


async def apply(
    session: AsyncSession, *, file: str, by: str, now: datetime, rows: int
) -> tuple[Import, ImportPlan]:
    """Write the staged rows; return the record of the import and its plan.

    `rows` is the number of rows of the file, for the record.
    """
    await dialects.wait_for_others(session, LOCK)
    planned = await plan(session)
    record = Import(
        file=file,
        at=now,
        by=by,
        rows=rows,
        added=planned.added,
        changed=planned.changed,
        unchanged=planned.unchanged,
    )
    session.add(record)
    await session.flush()
    async with loosen.without_keys_and_indexes(session, added=planned.added):
        await _organisations(session, record)
        numbered = await _add_contacts(session, record, planned.added)
        await detailing.carry_stops(session, record.id)
        await _change_contacts(session, record)
        await _subscriptions(session, record, numbered)
        if await conflicts.any_joining(session):
            await joining.apply(session, record, numbered)
        if await detailing.any_staged(session):
            await detailing.apply(session, numbered)
    return record, planned


async def _organisations(session: AsyncSession, record: Import) -> None:
    new = and_(BODIES.c.leads, BODIES.c.organisation_id.is_(None))
    columns: dict[str, Any] = {
        "code": BODIES.c.code,
        "code_key": BODIES.c.organisation,
        **{column.key: BODIES.c[name] for name, column in ORGANISATION.items()},
        "names": func.coalesce(BODIES.c.names, literal({}, Organisation.names.type)),
        "import_id": literal(record.id),
        "updated_at": literal(record.at, Organisation.updated_at.type),
    }
    changed = select(BODIES.c.organisation_id).where(BODIES.c.changes)
    await replaced.keep_organisations(session, record.id, changed)
    await session.execute(
        insert(Organisation).from_select(
            list(columns), select(*columns.values()).where(new)
        )
    )
    await session.execute(
        update(Organisation)
        .where(Organisation.id == BODIES.c.organisation_id, BODIES.c.changes)
        .values(
            {
                **{
                    column: func.coalesce(BODIES.c[name], column)
                    for name, column in ORGANISATION.items()
                },
                Organisation.updated_at: record.at,
            }
        )
        .execution_options(synchronize_session=False)
    )
    await search_texts.add_organisations(session, Organisation.import_id == record.id)
    await search_texts.refresh_organisations(session, Organisation.id.in_(changed))
    await session.execute(update(BODIES).where(new).values(changes=True))
    await match.match_added(session)
    await _links(session)


async def _links(session: AsyncSession) -> None:
    """Replace the fields and countries of changed organisations, where given."""
    fields = _given_codes(BODIES.c.fields)
    await session.execute(
        delete(OrganisationField)
        .where(
            OrganisationField.organisation_id.in_(
                select(BODIES.c.organisation_id).where(
                    BODIES.c.changes, BODIES.c.fields.is_not(None)
                )
            )
        )
        .execution_options(synchronize_session=False)
    )
    await session.execute(
        insert(OrganisationField).from_select(["organisation_id", "field"], fields)
    )
    for relation, cell in (
        (Relation.ACTS_IN, BODIES.c.acts_in),
        (Relation.SERVES, BODIES.c.serves),
    ):
        await session.execute(
            delete(OrganisationCountry)
            .where(
                OrganisationCountry.relation == relation,
                OrganisationCountry.organisation_id.in_(
                    select(BODIES.c.organisation_id).where(
                        BODIES.c.changes, cell.is_not(None)
                    )
                ),
            )
            .execution_options(synchronize_session=False)
        )
        await session.execute(
            insert(OrganisationCountry).from_select(
                ["organisation_id", "country", "relation"],
                _given_codes(cell).add_columns(literal(relation.value)),
            )
        )


def _given_codes(cell: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    """Select the codes of a cell of changed organisations: organisation_id, code."""
    return (
        select(BODIES.c.organisation_id, SETS.c.code)
        .join(SETS, SETS.c.codes == cell)
        .where(BODIES.c.changes)
        .order_by(BODIES.c.organisation_id)
    )


async def _add_contacts(session: AsyncSession, record: Import, added: int) -> Subquery:
    """Insert new contacts; return the staged rows as `_numbered` does."""
    rows = await _numbered(session, added)
    columns: dict[str, Any] = {
        "id": rows.c.contact,
        "address": rows.c.address,
        "address_key": rows.c.address_key,
        "organisation_id": BODIES.c.organisation_id,
        **{column.key: rows.c[name] for name, column in CONTACT.items()},
        "roles": func.coalesce(rows.c.roles, 0),
        "import_id": literal(record.id),
        "updated_at": literal(record.at, Contact.updated_at.type),
    }
    await session.execute(
        insert(Contact).from_select(
            list(columns),
            select(*columns.values())
            .join(BODIES, BODIES.c.body == rows.c.body)
            .where(
                rows.c.address_key.is_not(None),
                rows.c.contact_id.is_(None),
                rows.c.first.is_(None),
            )
            .order_by(rows.c.number),
        )
    )
    await search_texts.add_contacts(session, Contact.import_id == record.id)
    return rows


async def _change_contacts(session: AsyncSession, record: Import) -> None:
    """Update known contacts with the cells given, and keep the replaced values."""
    changed = select(ROWS.c.contact_id).where(ROWS.c.changes)
    await replaced.keep_contacts(session, record.id, changed)
    of_primary = {
        CONTACT[name]: func.coalesce(
            case((ROWS.c.further, CONTACT[name]), else_=ROWS.c[name]), CONTACT[name]
        )
        for name in OF_MEMBERSHIP
    }
    await session.execute(
        update(Contact)
        .where(Contact.id == ROWS.c.contact_id, ROWS.c.changes, ROWS.c.first.is_(None))
        .values(
            {
                **{
                    CONTACT[name]: func.coalesce(ROWS.c[name], CONTACT[name])
                    for name in ABOUT_CONTACT
                },
                Contact.address: func.coalesce(Contact.address, ROWS.c.address),
                **of_primary,
                Contact.updated_at: record.at,
            }
        )
        .execution_options(synchronize_session=False)
    )
    await search_texts.refresh_contacts(session, Contact.id.in_(changed))


async def _numbered(session: AsyncSession, added: int) -> Subquery:
    """Return the staged rows with a `contact` column: the number of the contact.

    New contacts get numbers in the order of their rows. If about half of the rows or
    more are new, a number follows from the position of its row, and those of other rows
    stay unused; otherwise the new rows are counted.
    """
    span = select(func.min(ROWS.c.number), func.max(ROWS.c.number)).where(IS_NEW)
    first, last = (await session.execute(span)).one()
    if added and last - first < 2 * added:
        added, place = last - first + 1, ROWS.c.number - (first - 1)
    else:
        place = func.sum(case((IS_NEW, 1), else_=0)).over(order_by=ROWS.c.number)
    given = await changes.highest(session, Changed.CONTACT) if added else 0
    below = await numbers.reserve(session, Contact, added, given=given)
    contact = func.coalesce(ROWS.c.contact_id, place + below).label("contact")
    return select(*ROWS.c, contact).subquery("numbered")


async def _subscriptions(session: AsyncSession, record: Import, rows: Subquery) -> None:
    """Subscribe contacts to topics they have no subscription for.

    Ended subscriptions stay ended. A contact who stopped all letters gets none.
    """
    new = (
        select(
            rows.c.contact.label("contact_id"),
            SETS.c.code.label("topic"),
            rows.c.consent,
        )
        .join(SETS, SETS.c.codes == rows.c.topics)
        .outerjoin(Contact, Contact.id == rows.c.contact_id)
        .where(
            rows.c.first.is_(None),
            Contact.stopped_at.is_(None),
            ~exists().where(
                Subscription.contact_id == rows.c.contact_id,
                Subscription.topic == SETS.c.code,
            ),
        )
        .order_by(rows.c.number)
    )
    await subscribing.begin(session, new, source=f"import {record.id}", at=record.at)
