"""Undoes an import: what it added goes, what it replaced comes back.

Only what nobody touched since is undone; the rest is counted and left alone. Evidence
of consent is never deleted with a contact that stays.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import subscriptions
from audiences.contacts import Contact
from audiences.errors import AudienceError, UnknownNameError
from audiences.intake.models import Import, Replaced
from audiences.organisations import (
    Organisation,
    OrganisationCountry,
    OrganisationField,
    Relation,
)


class UndoError(AudienceError):
    """The import cannot be undone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Undone:
    """What undoing did."""

    removed: int  # contacts the import had added
    restored: int  # contacts and organisations put back as they were
    kept: int  # rows changed or written to since, left alone


async def undo(
    session: AsyncSession,
    import_id: int,
    *,
    in_use: ColumnElement[bool],
    now: datetime,
) -> Undone:
    """Undo an import; `in_use` says of a contact that others refer to it."""
    record = await session.get(Import, import_id)
    if record is None:
        raise UnknownNameError(f"no import has the number {import_id}")
    if record.undone_at is not None:
        raise UndoError(f"import {import_id} was undone on {record.undone_at:%Y-%m-%d}")
    record.undone_at = now
    await subscriptions.undo_imported(
        session, source=f"import {record.id}", at=record.at, now=now
    )
    removed = await session.scalars(
        delete(Contact)
        .where(Contact.import_id == import_id, Contact.updated_at == record.at, ~in_use)
        .returning(Contact.id)
        .execution_options(synchronize_session=False)
    )
    gone = len(removed.all())
    restored, changed_since = await _restore(session, record, now)
    await session.execute(
        delete(Organisation)
        .where(
            Organisation.import_id == import_id,
            Organisation.updated_at == record.at,
            ~exists().where(Contact.organisation_id == Organisation.id),
        )
        .execution_options(synchronize_session=False)
    )
    left = await session.scalar(
        select(func.count()).where(Contact.import_id == import_id)
    )
    return Undone(removed=gone, restored=restored, kept=changed_since + (left or 0))


async def _restore(
    session: AsyncSession, record: Import, now: datetime
) -> tuple[int, int]:
    restored = kept = 0
    rows = await session.scalars(
        select(Replaced)
        .where(Replaced.import_id == record.id)
        .order_by(Replaced.row_id)
    )
    for row in rows.all():
        before = dict(row.before)
        links = {
            name: before.pop(name)
            for name in ("fields", Relation.ACTS_IN, Relation.SERVES)
            if name in before
        }
        table = Contact if row.kind == "contact" else Organisation
        put_back = await session.scalar(
            update(table)
            .where(table.id == row.row_id, table.updated_at == record.at)
            .values({**before, "updated_at": now})
            .returning(table.id)
            .execution_options(synchronize_session=False)
        )
        if put_back is None:
            kept += 1
            continue
        restored += 1
        if links:
            await _restore_links(session, row.row_id, links)
    return restored, kept


async def _restore_links(
    session: AsyncSession, organisation_id: int, links: dict[str, list[str]]
) -> None:
    for table in (OrganisationField, OrganisationCountry):
        await session.execute(
            delete(table).where(table.organisation_id == organisation_id)
        )
    fields: list[dict[str, Any]] = [
        {"organisation_id": organisation_id, "field": field}
        for field in links["fields"]
    ]
    countries: list[dict[str, Any]] = [
        {"organisation_id": organisation_id, "relation": relation, "country": country}
        for relation in (Relation.ACTS_IN, Relation.SERVES)
        for country in links[relation]
    ]
    if fields:
        await session.execute(insert(OrganisationField), fields)
    if countries:
        await session.execute(insert(OrganisationCountry), countries)
