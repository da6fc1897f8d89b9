"""Undoes an import: deletes what it added, and restores what it replaced.

Rows that were changed or used since are counted and stay as they are. A contact that
stays keeps its evidence of consent.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import suppressions
from audiences.contacts import Contact, Membership
from audiences.errors import AudienceError, UnknownNameError
from audiences.intake.applied import recorded
from audiences.intake.details import kept_details
from audiences.intake.models import Import, Replaced
from audiences.intake.wishes import stopping
from audiences.organisations import (
    Organisation,
    OrganisationCountry,
    OrganisationField,
    Relation,
)
from audiences.people import search_texts
from audiences.store import permission
from audiences.store.permission import DirectoryRight
from audiences.subscriptions import (
    Consent,
    Evidence,
    How,
    Standing,
    Subscription,
    add_evidence,
)
from audiences.suppressions import Suppression

_TABLES: dict[str, type[Contact | Membership | Organisation]] = {
    "contact": Contact,
    "membership": Membership,
    "organisation": Organisation,
}


class UndoError(AudienceError):
    """The import cannot be undone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Undone:
    """What undoing an import changed, in numbers of rows."""

    removed: int  # contacts that the import had added
    memberships: int  # further memberships that the import had added
    restored: int  # rows with their earlier values
    kept: int  # rows that were changed or used since
    lifted: int  # suppressions of a list that was taken as stopped as a whole
    file: str


async def undo(
    session: AsyncSession,
    import_id: int,
    *,
    in_use: ColumnElement[bool],
    membership_in_use: ColumnElement[bool],
    by: str,
    now: datetime,
) -> Undone:
    """Undo an import; `by` is the user.

    `in_use` is the condition that other rows refer to a contact, `membership_in_use`
    that they refer to a further membership.

    Raises UnknownNameError if it does not exist, UndoError if it was undone before.
    """
    await permission.require(session, by, DirectoryRight.DIRECTORY)
    record = await _named(session, import_id)
    record.undone_at, record.undone_by = now, by or None
    await _undo_subscriptions(
        session, source=f"import {record.id}", at=record.at, now=now
    )
    memberships = await _delete_memberships(session, record, membership_in_use)
    removed = await _delete_contacts(session, record, in_use)
    restored, changed_since = await _restore(session, record, now)
    await _refresh_texts(session, record)
    await _delete_organisations(session, record)
    undone = Undone(
        removed=removed,
        memberships=memberships,
        restored=restored,
        kept=changed_since + await _remaining(session, import_id),
        lifted=await _lift(session, record, now),
        file=record.file,
    )
    recorded.undone(session, record, dataclasses.asdict(undone))
    return undone


async def _named(session: AsyncSession, import_id: int) -> Import:
    """Return an import that was not undone yet; raise an error if there is none."""
    record = await session.get(Import, import_id)
    if record is None:
        raise UnknownNameError(
            f"no import has the number {import_id}", code="import.unknown"
        )
    if record.undone_at is not None:
        raise UndoError(f"import {import_id} was undone on {record.undone_at:%Y-%m-%d}")
    return record


async def _remaining(session: AsyncSession, import_id: int) -> int:
    """Count the contacts and memberships of an import that are still there."""
    count = 0
    for table in (Contact, Membership):
        rows = select(func.count()).where(table.import_id == import_id)
        count += await session.scalar(rows) or 0
    return count


async def imports(session: AsyncSession) -> Sequence[Import]:
    """Return the records of all imports, the latest first."""
    return (await session.scalars(select(Import).order_by(Import.id.desc()))).all()


async def _lift(session: AsyncSession, record: Import, now: datetime) -> int:
    """Lift the suppressions of a list that was taken as stopped; count them.

    Those of single cells stay: these persons opted out, whatever else the list said.
    """
    detail = stopping.of_whole_list(record.id)
    keys = await session.scalars(
        select(Suppression.address_key).where(Suppression.detail == detail)
    )
    count = 0
    for key in keys.all():
        undone = f"undo of {stopping.source(record.id)}"
        await suppressions.lift(session, key, now=now, detail=undone)
        count += 1
    return count


async def _delete_memberships(
    session: AsyncSession, record: Import, in_use: ColumnElement[bool]
) -> int:
    """Delete further memberships that the import added, as `_delete_contacts` does."""
    removed = await session.scalars(
        delete(Membership)
        .where(
            *(Membership.import_id == record.id, Membership.updated_at == record.at),
            ~in_use,
        )
        .returning(Membership.id)
        .execution_options(synchronize_session=False)
    )
    return len(removed.all())


async def _delete_contacts(
    session: AsyncSession, record: Import, in_use: ColumnElement[bool]
) -> int:
    """Delete contacts that the import added, unless changed or in use; count them."""
    removed = await session.scalars(
        delete(Contact)
        .where(
            *(Contact.import_id == record.id, Contact.updated_at == record.at, ~in_use),
            ~exists().where(Membership.contact_id == Contact.id),
        )
        .returning(Contact.id)
        .execution_options(synchronize_session=False)
    )
    return len(removed.all())


async def _delete_organisations(session: AsyncSession, record: Import) -> None:
    """Delete organisations that the import added, unless changed or with contacts."""
    await session.execute(
        delete(Organisation)
        .where(
            Organisation.import_id == record.id,
            Organisation.updated_at == record.at,
            ~exists().where(Contact.organisation_id == Organisation.id),
            ~exists().where(Membership.organisation_id == Organisation.id),
        )
        .execution_options(synchronize_session=False)
    )


async def _restore(
    session: AsyncSession, record: Import, now: datetime
) -> tuple[int, int]:
    """Restore replaced values; return the numbers of rows restored and not restored."""
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
        details = before.pop(kept_details.KEY, None)
        table = _TABLES[row.kind]
        # as before, so that an earlier import can be undone, too; imports of earlier
        # versions did not keep it
        kept_at = before.pop("updated_at", None)
        changed_at = datetime.fromisoformat(kept_at) if kept_at else now
        updated = await session.scalar(
            update(table)
            .where(table.id == row.row_id, table.updated_at == record.at)
            .values({**before, "updated_at": changed_at})
            .returning(table.id)
            .execution_options(synchronize_session=False)
        )
        if updated is None:
            kept += 1
            continue
        restored += 1
        if links:
            await _restore_links(session, row.row_id, links)
        if details:
            await kept_details.restore(session, row.row_id, details)
    return restored, kept


async def _refresh_texts(session: AsyncSession, record: Import) -> None:
    for kind, refresh, number in (
        ("contact", search_texts.refresh_contacts, Contact.id),
        ("organisation", search_texts.refresh_organisations, Organisation.id),
    ):
        restored = select(Replaced.row_id).where(
            Replaced.import_id == record.id, Replaced.kind == kind
        )
        await refresh(session, number.in_(restored))


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


async def _undo_subscriptions(
    session: AsyncSession, *, source: str, at: datetime, now: datetime
) -> None:
    """Delete the subscriptions that an import added and that have not changed since.

    `at` is the time of the import. The evidence stays; a row UNDONE is added.
    """
    begun = select(Consent.contact_id, Consent.topic).where(
        Consent.how == How.IMPORT,
        Consent.source == source,
        Consent.contact_id == Subscription.contact_id,
        Consent.topic == Subscription.topic,
    )
    withdrawn = await session.execute(
        delete(Subscription)
        .where(Subscription.since == at, exists(begun))
        .returning(Subscription.contact_id, Subscription.topic)
        .execution_options(synchronize_session=False)
    )
    evidence = Evidence(at=now, how=How.OPERATOR, source=f"undo of {source}")
    for contact_id, topic in withdrawn.all():
        add_evidence(session, contact_id, topic, Standing.UNDONE, evidence)
