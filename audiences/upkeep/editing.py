"""Adds and edits single contacts, as a user of the unit types them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import addresses, contacts
from audiences.contacts import Contact, Membership
from audiences.errors import AudienceError
from audiences.intake import cells
from audiences.intake.values.cell import Parse
from audiences.organisations import Organisation
from audiences.people import search_texts, site_roles
from audiences.people.site_roles import Roles
from audiences.record import changes
from audiences.record.changes import Author, Changed
from audiences.segments import vocabularies
from audiences.store import dialects, numbers, permission
from audiences.store.permission import DirectoryRight
from audiences.suppressions import Suppression, Why
from audiences.upkeep import contact_details, finding, topics
from audiences.upkeep.cells import parsed
from audiences.upkeep.contact_details import WantedContact

OWN = ("name", "function", "languages", "timezone")


async def add(
    session: AsyncSession,
    address: str,
    wanted: WantedContact,
    author: Author,
    *,
    key: bytes,
) -> Contact:
    """Add a contact; return it.

    Raises AudienceError if a contact has the address, the person was erased, or a value
    is not valid.
    """
    await permission.require(session, author.by, DirectoryRight.DIRECTORY)
    if not wanted.organisation:
        raise AudienceError("a new contact needs an organisation")
    given = addresses.parse(address)
    fingerprint = addresses.fingerprint(given.identity, key=key)
    contact = await contacts.holding(session, fingerprint, lock=True)
    if contact is not None and contact.address is not None:
        raise AudienceError(
            f"{given.text} is a contact already", code="contact.known", address=address
        )
    await refuse_erased(session, fingerprint, given.text)
    body = await finding.organisation(session, wanted.organisation)
    if contact is None:
        contact = Contact(
            id=await _number(session),
            address_key=fingerprint,
            organisation_id=body.id,
            updated_at=author.at,
        )
        session.add(contact)
    contact.address, contact.organisation_id = given.text, body.id
    await session.flush()
    await _edit(session, contact, replace(wanted, organisation=None), author, key)
    detail = {"organisation": [None, body.code]}
    changes.record(session, Changed.CONTACT, contact.id, "added", author, detail)
    return contact


async def _number(session: AsyncSession) -> int | None:
    """Return the number of a new contact on SQLite; None: PostgreSQL gives it.

    The number of a contact that was deleted is in its history, and not given again.
    """
    if not dialects.is_sqlite(session):
        return None
    given = await changes.highest(session, Changed.CONTACT)
    return await numbers.reserve(session, Contact, 1, given=given) + 1


async def refuse_erased(session: AsyncSession, fingerprint: bytes, shown: str) -> None:
    """Raise AudienceError if the person at an address was erased."""
    known = await session.get(Suppression, fingerprint)
    if known is not None and known.reason == Why.ERASED:
        raise AudienceError(
            f"the person at {shown} was erased on {known.since:%Y-%m-%d}; nothing is"
            " stored about them"
        )


async def edit(
    session: AsyncSession,
    address: str,
    wanted: WantedContact,
    author: Author,
    *,
    key: bytes,
    version: datetime | None = None,
) -> Mapping[str, Any]:
    """Change a contact; return each changed column with its value before and after.

    `version` is that of the contact which the user saw. Raises AudienceError if the
    contact was changed since, with both values, or if a value is not valid; nothing is
    changed then.
    """
    await permission.require(session, author.by, DirectoryRight.DIRECTORY)
    seen = await contacts.find(session, address, key=key)
    contact = await session.get_one(Contact, seen.id, with_for_update=True)
    if version is not None and contact.updated_at != version:
        sentence = await _changed_since(session, contact, wanted)
        raise AudienceError(sentence, code="changed.since")
    detail = await _edit(session, contact, wanted, author, key)
    if detail:
        changes.record(session, Changed.CONTACT, contact.id, "edited", author, detail)
    return detail


async def _changed_since(
    session: AsyncSession, contact: Contact, wanted: WantedContact
) -> str:
    """Return the sentence that names the present values and those wanted."""
    body = await session.get_one(Organisation, contact.organisation_id)
    now = {
        **{column: getattr(contact, column) for column in OWN},
        "organisation": body.code,
        "roles": (await site_roles.load(session)).text(contact.roles),
        **await contact_details.present(session, contact.id),
    }
    both = [
        f"{column} is {now[column] or 'empty'}, you want {value or 'it empty'}"
        for column in now
        if (value := getattr(wanted, column)) is not None
    ]
    last = (await changes.history(session, Changed.CONTACT, contact.id))[-1:]
    by = "".join(f" by {each.by}" for each in last)
    return (
        f"{contact.address} was changed{by} since you saw it; nothing was changed now:"
        f" {'; '.join(both) or 'look at it again'}"
    )


async def parsers(session: AsyncSession) -> dict[str, Parse]:
    """Return the parser of each column, as imports have them."""
    return cells.parsers(await vocabularies.load(session), repair=False)


async def _edit(
    session: AsyncSession,
    contact: Contact,
    wanted: WantedContact,
    author: Author,
    key: bytes,
) -> dict[str, Any]:
    parse = await parsers(session)
    detail: dict[str, Any] = {}
    for column in OWN:
        value = getattr(wanted, column)
        if value is not None and not (column == "function" and wanted.at):
            after = parsed(parse, column, value)
            before = getattr(contact, column)
            if after != before:
                setattr(contact, column, after)
                detail[column] = [before, after]
    if wanted.organisation:
        detail |= await _settle(session, contact, wanted.organisation)
    if wanted.roles is not None or wanted.at is not None:
        roles = parsed(parse, "roles", wanted.roles or "") or 0
        function = parsed(parse, "function", wanted.function or "")
        detail |= await _give_roles(session, contact, wanted, roles, function, author)
    if wanted.leave:
        detail |= await _leave(session, contact, wanted.leave)
    detail |= await contact_details.edit(session, contact, wanted, parse, key)
    detail |= await _topics(session, contact, wanted, author, parse)
    if detail:
        contact.updated_at = author.at
    await search_texts.refresh_contacts(session, Contact.id == contact.id)
    return detail


async def _settle(session: AsyncSession, contact: Contact, code: str) -> dict[str, Any]:
    """Make an organisation the primary one; the former one is left."""
    body = await finding.organisation(session, code)
    if body.id == contact.organisation_id:
        return {}
    before = await session.get_one(Organisation, contact.organisation_id)
    joined = await _membership(session, contact, body)
    if joined is not None:
        contact.roles, contact.function = joined.roles, joined.function
        await session.delete(joined)
    contact.organisation_id = body.id
    return {"organisation": [before.code, body.code]}


async def _give_roles(
    session: AsyncSession,
    contact: Contact,
    wanted: WantedContact,
    roles: int,
    function: str | None,
    author: Author,
) -> dict[str, Any]:
    """Give roles and a function at an organisation, which a contact may join."""
    place: Contact | Membership | None = contact
    label, number = "roles", contact.organisation_id
    if wanted.at:
        body = await finding.organisation(session, wanted.at)
        label, number = f"roles at {body.code}", body.id
        if number != contact.organisation_id:
            place = await _membership(session, contact, body)
    known = await site_roles.load(session)
    for each in known.retired(roles & ~(place.roles if place else 0)):
        raise AudienceError(
            f"the role {each.code} retired on {each.retired_at:%Y-%m-%d}; only contacts"
            " who have it keep it"
        )
    if place is None:
        joined = Membership(
            contact_id=contact.id,
            organisation_id=number,
            roles=roles,
            function=function,
            updated_at=author.at,
        )
        session.add(joined)
        detail: dict[str, Any] = {label: ["not there", list(known.codes(roles))]}
        if function:
            detail[f"function{label[5:]}"] = [None, function]
        return detail
    return _given(place, label, wanted, roles, function, author, known)


def _given(
    place: Contact | Membership,
    label: str,
    wanted: WantedContact,
    roles: int,
    function: str | None,
    author: Author,
    known: Roles,
) -> dict[str, Any]:
    """Give roles and a function that are wanted; return what changed."""
    detail: dict[str, Any] = {}
    if wanted.at and wanted.function is not None and place.function != function:
        detail[f"function{label[5:]}"] = [place.function, function]
        place.function = function
    if wanted.roles is not None and place.roles != roles:
        before, place.roles = place.roles, roles
        detail[label] = [list(known.codes(before)), list(known.codes(roles))]
    if detail:
        place.updated_at = author.at
    return detail


async def _leave(session: AsyncSession, contact: Contact, code: str) -> dict[str, Any]:
    body = await finding.organisation(session, code)
    joined = await _membership(session, contact, body)
    if body.id == contact.organisation_id:
        raise AudienceError(
            f"{body.code} is the primary organisation of {contact.address}; give it"
            " another one first"
        )
    if joined is None:
        raise AudienceError(f"{contact.address} is not at {body.code}")
    roles = list((await site_roles.load(session)).codes(joined.roles))
    await session.delete(joined)
    return {f"roles at {body.code}": [roles, "left"]}


async def _membership(
    session: AsyncSession, contact: Contact, body: Organisation
) -> Membership | None:
    found: Membership | None = await session.scalar(
        select(Membership).where(
            Membership.contact_id == contact.id, Membership.organisation_id == body.id
        )
    )
    return found


async def _topics(
    session: AsyncSession,
    contact: Contact,
    wanted: WantedContact,
    author: Author,
    parse: Mapping[str, Parse],
) -> dict[str, Any]:
    begun = parsed(parse, "topics", " ".join(wanted.topics)) or ""
    ended = parsed(parse, "topics", " ".join(wanted.ended)) or ""
    return {
        **await topics.begin(session, contact, begun.split(), wanted.basis, author),
        **await topics.end(session, contact, ended.split(), author),
    }
