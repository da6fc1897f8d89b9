"""Adds, edits, merges and retires organisations, as a user of the unit types them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact, Membership
from audiences.errors import AudienceError
from audiences.languages import OFFERED
from audiences.organisations import (
    Kind,
    Organisation,
    OrganisationCountry,
    OrganisationField,
    Relation,
    folded,
)
from audiences.people import search_texts
from audiences.record import changes
from audiences.record.changes import Author, Changed
from audiences.store import permission
from audiences.store.permission import DirectoryRight
from audiences.upkeep import cells, editing, finding

# cell of an import → attribute of the organisation
REQUIRED = frozenset({"organisation_name", "kind"})
Cells = Mapping[str, str | None]  # as typed; None leaves a value, "" empties it


async def listed(session: AsyncSession, kind: Kind) -> Sequence[Organisation]:
    """Return the organisations of one kind, by code."""
    found = await session.scalars(
        select(Organisation)
        .where(Organisation.kind == kind)
        .order_by(Organisation.code)
    )
    return found.all()


async def kind_of(session: AsyncSession, code: str) -> str | None:
    """Return the kind of the organisation with a code; None if there is none."""
    found = select(Organisation.kind).where(Organisation.code == code)
    return await session.scalar(found)


async def add(
    session: AsyncSession, code: str, given: Cells, author: Author
) -> Organisation:
    """Add an organisation; raise AudienceError if a value is not valid or missing."""
    await permission.require(session, author.by, DirectoryRight.DIRECTORY)
    missing = [each for each in sorted(REQUIRED) if not given.get(each)]
    if not code.strip():
        missing.insert(0, "organisation")
    if missing:
        raise AudienceError(f"a new organisation needs {' and '.join(missing)}")
    parse = await editing.parsers(session)
    code = cells.parsed(parse, "organisation", code)
    known = await session.scalar(
        select(Organisation.code).where(Organisation.code_key == folded(code))
    )
    if known is not None:
        raise AudienceError(f"there is an organisation with the code {known} already")
    body = Organisation(
        code=code,
        code_key=folded(code),
        name="",
        kind="",
        names={},
        updated_at=author.at,
    )
    session.add(body)
    detail = await _set(session, body, given, author)
    changes.record(session, Changed.ORGANISATION, body.id, "added", author, detail)
    return body


async def edit(
    session: AsyncSession,
    code: str,
    given: Cells,
    author: Author,
    *,
    version: datetime | None = None,
) -> Mapping[str, Any]:
    """Change an organisation; return each changed value before and after.

    `version` is that of the organisation which the user saw. Raises AudienceError if it
    was changed since, or a value is not valid; nothing is changed then.
    """
    await permission.require(session, author.by, DirectoryRight.DIRECTORY)
    body = await _locked(session, code)
    if version is not None and body.updated_at != version:
        last = (await changes.history(session, Changed.ORGANISATION, body.id))[-1:]
        by = "".join(f" by {each.by}" for each in last)
        raise AudienceError(
            f"{body.code} was changed{by} since you saw it; nothing was changed now",
            code="changed.since",
        )
    detail = await _set(session, body, given, author)
    if detail:
        changes.record(session, Changed.ORGANISATION, body.id, "edited", author, detail)
    return detail


async def _locked(session: AsyncSession, code: str) -> Organisation:
    found = await finding.organisation(session, code)
    return await session.get_one(Organisation, found.id, with_for_update=True)


async def _set(
    session: AsyncSession, body: Organisation, given: Cells, author: Author
) -> dict[str, Any]:
    parse = await editing.parsers(session)
    after = {
        cell: cells.parsed(parse, cell, text)
        for cell, text in given.items()
        if text is not None
    }
    for cell in REQUIRED & after.keys():
        if not after[cell]:
            raise AudienceError(f"{cell} cannot be empty")
    detail: dict[str, Any] = {}
    for cell, column in cells.VALUES.items():
        if cell in after and getattr(body, column) != after[cell]:
            detail[cell] = [getattr(body, column) or None, after[cell]]
            setattr(body, column, after[cell])
    names = dict(body.names)
    for cell, language in cells.NAMES.items():
        if cell in after and names.get(language) != after[cell]:
            detail[cell] = [names.get(language), after[cell]]
            names[language] = after[cell] or ""
    body.names = {each: names[each] for each in OFFERED if names.get(each)}
    await session.flush()
    await search_texts.refresh_organisations(session, Organisation.id == body.id)
    for cell in cells.SETS:
        if cell in after:
            detail |= await _replace_codes(session, body.id, cell, after[cell] or "")
    if detail:
        body.updated_at = author.at
    return detail


async def _replace_codes(
    session: AsyncSession, number: int, cell: str, wanted: str
) -> dict[str, Any]:
    """Replace the fields or countries of an organisation, given as codes."""
    codes = wanted.split()
    if cell == "fields":
        of_fields = OrganisationField.organisation_id == number
        rows = await session.scalars(select(OrganisationField.field).where(of_fields))
        before = sorted(rows)
        await session.execute(delete(OrganisationField).where(of_fields))
        new = [{"organisation_id": number, "field": each} for each in codes]
        if new:
            await session.execute(insert(OrganisationField), new)
    else:
        of_cell = (
            OrganisationCountry.organisation_id == number,
            OrganisationCountry.relation == Relation(cell),
        )
        rows = await session.scalars(
            select(OrganisationCountry.country).where(*of_cell)
        )
        before = sorted(rows)
        await session.execute(delete(OrganisationCountry).where(*of_cell))
        key = {"organisation_id": number, "relation": Relation(cell).value}
        if codes:
            await session.execute(
                insert(OrganisationCountry),
                [{**key, "country": each} for each in codes],
            )
    return {} if before == codes else {cell: [before, codes]}


async def contacts_of(session: AsyncSession, code: str) -> int:
    """Return how many contacts an organisation has."""
    body = await finding.organisation(session, code)
    number = 0
    for table in (Contact, Membership):
        number += (
            await session.scalar(
                select(func.count()).where(table.organisation_id == body.id)
            )
            or 0
        )
    return number


async def retire(session: AsyncSession, code: str, author: Author) -> Organisation:
    """Take an organisation out of the lists; its entry and its history stay.

    Raises AudienceError while it has contacts, or if it retired before.
    """
    await permission.require(session, author.by, DirectoryRight.DIRECTORY)
    body = await _locked(session, code)
    if body.retired_at is not None:
        raise AudienceError(f"{body.code} retired on {body.retired_at:%Y-%m-%d}")
    number = await contacts_of(session, code)
    if number:
        raise AudienceError(
            f"{body.code} has {number:,} contact{'' if number == 1 else 's'}; remove"
            " them or give them another organisation first",
            code="organisation.contacts",
            organisation=body.code,
        )
    body.retired_at = body.updated_at = author.at
    changes.record(session, Changed.ORGANISATION, body.id, "retired", author)
    return body


async def merge(session: AsyncSession, code: str, into: str, author: Author) -> int:
    """Merge an organisation into another, and retire it; return how many contacts went.

    The other keeps its values and gets the fields and countries that it lacks.
    """
    await permission.require(session, author.by, DirectoryRight.DIRECTORY)
    source, target = await _locked(session, code), await _locked(session, into)
    if source.id == target.id:
        raise AudienceError(f"{code} and {into} are the same organisation")
    number = await _give_contacts(session, source.id, target.id, author)
    await _give_codes(session, source.id, target.id)
    source.retired_at = source.updated_at = target.updated_at = author.at
    detail = {"merged": [source.code, target.code]}
    for each in (source, target):
        changes.record(session, Changed.ORGANISATION, each.id, "merged", author, detail)
    return number


async def _give_contacts(
    session: AsyncSession, source: int, target: int, author: Author
) -> int:
    """Give the contacts of an organisation to another, with their roles; count them."""
    at_target = {
        each.contact_id: each
        for each in await session.scalars(
            select(Membership).where(Membership.organisation_id == target)
        )
    }
    number = 0
    primary = select(Contact).where(Contact.organisation_id == source)
    for contact in (await session.scalars(primary)).all():
        joined = at_target.get(contact.id)
        if joined is not None:
            contact.roles |= joined.roles
            await session.delete(joined)
        contact.organisation_id, contact.updated_at = target, author.at
        number += 1
    await session.flush()
    further = select(Membership).where(Membership.organisation_id == source)
    for each in (await session.scalars(further)).all():
        contact = await session.get_one(Contact, each.contact_id)
        joined = at_target.get(contact.id)
        if contact.organisation_id == target:
            contact.roles |= each.roles
            await session.delete(each)
        elif joined is not None:
            joined.roles |= each.roles
            await session.delete(each)
        else:
            each.organisation_id, each.updated_at = target, author.at
        number += 1
    await session.flush()
    return number


async def _give_codes(session: AsyncSession, source: int, target: int) -> None:
    own = select(OrganisationField.field).where(
        OrganisationField.organisation_id == target
    )
    await session.execute(
        update(OrganisationField)
        .where(
            OrganisationField.organisation_id == source,
            OrganisationField.field.not_in(own),
        )
        .values(organisation_id=target)
        .execution_options(synchronize_session=False)
    )
    for relation in Relation:
        of_relation = OrganisationCountry.relation == relation
        known = select(OrganisationCountry.country).where(
            OrganisationCountry.organisation_id == target, of_relation
        )
        await session.execute(
            update(OrganisationCountry)
            .where(
                OrganisationCountry.organisation_id == source,
                of_relation,
                OrganisationCountry.country.not_in(known),
            )
            .values(organisation_id=target)
            .execution_options(synchronize_session=False)
        )
