"""What a dry run shows: the values that would be replaced, and what would be made."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from audiences.intake.applied import replaced
from audiences.intake.planning import ABOUT_CONTACT, CONTACT, ORGANISATION
from audiences.intake.tables import BODIES, ROWS
from audiences.organisations import Organisation, Relation
from audiences.people import site_roles
from audiences.people.site_roles import Roles

LINKED = ("fields", *map(str, (Relation.ACTS_IN, Relation.SERVES)))  # sets of codes
MAX_SHOWN = 1_000  # rows whose differences are listed


@dataclass(frozen=True, slots=True)
class Change:
    """One value of a contact or organisation, before and after."""

    row: int
    whose: str  # an address, or the code of an organisation
    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class NewOrganisation:
    """An organisation that the directory does not have yet."""

    row: int
    code: str
    name: str | None


async def changes(session: AsyncSession) -> list[Change]:
    """Return the values of known contacts and organisations that would change."""
    known = await site_roles.load(session)
    found = [
        change
        for row in await _contacts(session)
        for change in _changed(row, tuple(CONTACT), known)
    ]
    bodies = await _organisations(session)
    found += [
        change for row in bodies for change in _changed(row, tuple(ORGANISATION), known)
    ]
    found += await _linked(session, bodies)
    return sorted(found, key=lambda each: each.row)


async def made(session: AsyncSession) -> list[NewOrganisation]:
    """Return the first organisations that would be made."""
    rows = await session.execute(
        select(BODIES.c.row, BODIES.c.code, BODIES.c.organisation_name)
        .where(BODIES.c.leads, BODIES.c.organisation_id.is_(None))
        .order_by(BODIES.c.row)
        .limit(MAX_SHOWN)
    )
    return [NewOrganisation(*row) for row in rows]


async def _contacts(session: AsyncSession) -> list[RowMapping]:
    differs = or_(
        *(
            and_(
                ROWS.c[name].is_not(None), ROWS.c[name].is_distinct_from(CONTACT[name])
            )
            for name in ABOUT_CONTACT
        ),
        and_(~ROWS.c.further, ROWS.c.roles.is_distinct_from(Contact.roles)),
    )
    rows = await session.execute(
        select(
            ROWS.c.row,
            Contact.address.label("whose"),
            *(ROWS.c[name].label(f"after_{name}") for name in CONTACT),
            *(column.label(f"before_{name}") for name, column in CONTACT.items()),
        )
        .join(Contact, Contact.id == ROWS.c.contact_id)
        .where(ROWS.c.changes, ROWS.c.first.is_(None), ~ROWS.c.further, differs)
        .order_by(ROWS.c.number)
        .limit(MAX_SHOWN)
    )
    return list(rows.mappings())


async def _organisations(session: AsyncSession) -> list[RowMapping]:
    rows = await session.execute(
        select(
            BODIES.c.row,
            BODIES.c.organisation_id,
            Organisation.code.label("whose"),
            *(BODIES.c[name].label(name) for name in LINKED),
            *(BODIES.c[name].label(f"after_{name}") for name in ORGANISATION),
            *(column.label(f"before_{name}") for name, column in ORGANISATION.items()),
        )
        .join(Organisation, Organisation.id == BODIES.c.organisation_id)
        .where(BODIES.c.changes, BODIES.c.leads)
        .order_by(BODIES.c.row)
        .limit(MAX_SHOWN)
    )
    return list(rows.mappings())


def _changed(row: RowMapping, names: tuple[str, ...], known: Roles) -> list[Change]:
    found = []
    for name in names:
        before, after = row[f"before_{name}"], row[f"after_{name}"]
        if after is not None and after != before:
            whose = row["whose"] or ""
            found.append(
                Change(
                    row["row"],
                    whose,
                    name,
                    _text(name, before, known),
                    _text(name, after, known),
                )
            )
    return found


async def _linked(session: AsyncSession, bodies: list[RowMapping]) -> list[Change]:
    """Return the fields and countries that rows on organisations replace."""
    ids = [row["organisation_id"] for row in bodies]
    held = await replaced.links(session, ids)
    found = []
    for row in bodies:
        for name in LINKED:
            before = " ".join(sorted(held[row["organisation_id"]][name]))
            after = " ".join(sorted((row[name] or "").split()))
            if row[name] is not None and after != before:
                found.append(Change(row["row"], row["whose"], name, before, after))
    return found


def _text(name: str, value: Any, known: Roles) -> str:
    """Return a stored value as people write it."""
    if name == "roles":
        return known.text(value or 0)
    if isinstance(value, dict):
        return "; ".join(f"{key}: {text}" for key, text in sorted(value.items()))
    return str(value or "")
