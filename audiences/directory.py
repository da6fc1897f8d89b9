"""The directory: entries of organisations, their confirmations and proposals.

An organisation can confirm its entry, which takes effect at once, or propose changes,
which wait for a decision by the unit. A message has at most one proposal that waits;
one that was decided is never changed.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from audiences import institution
from audiences.entry import Decision, Entry
from audiences.errors import UnknownNameError
from audiences.languages import Names, split_codes
from audiences.organisations import (
    Country,
    Kind,
    Organisation,
    OrganisationCountry,
    OrganisationField,
    Relation,
    Theme,
    folded,
)
from audiences.people import correspondents, site_roles
from audiences.people.details import split_telephones
from audiences.record import writing
from audiences.store import permission
from audiences.store.base import Base
from audiences.store.dialects import insert
from audiences.store.permission import DirectoryRight


class Confirmation(Base):
    """An organisation confirmed its entry. Rows are only added."""

    __tablename__ = "entry_confirmation"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey(Organisation.id, ondelete="CASCADE"), index=True
    )
    digest: Mapped[str] = mapped_column(String(24))  # of the entry that was shown
    source: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]


class Proposal(Base):
    """Changes that an organisation proposes to its entry."""

    __tablename__ = "entry_proposal"
    __table_args__ = (
        Index(
            "uq_entry_proposal_waiting",
            "organisation_id",
            "source",
            unique=True,
            sqlite_where=text("decision is null"),
            postgresql_where=text("decision is null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey(Organisation.id, ondelete="CASCADE")
    )
    source: Mapped[str] = mapped_column(String(60))  # the message it answers
    language: Mapped[str] = mapped_column(String(20))  # of the lines
    held: Mapped[dict[str, str]]  # changed lines, as the organisation saw them
    proposed: Mapped[dict[str, str]]  # changed lines, as they should be
    at: Mapped[datetime]
    decision: Mapped[str | None] = mapped_column(String(10))
    settled_by: Mapped[str | None] = mapped_column(String(60))
    settled_at: Mapped[datetime | None]
    decided: Mapped[dict[str, str]] = mapped_column(
        default=dict, server_default="{}"
    )  # line → decision


async def entries(
    session: AsyncSession, organisations: Collection[int]
) -> dict[int, Entry]:
    """Return the current entries of organisations, by their numbers."""
    known = await country_names(session)
    fields = await _fields(session, organisations)
    countries = await _countries(session, organisations, known)
    roles = await site_roles.load(session)
    role_names = {each.code: each.names for each in roles if each.names}
    people = await correspondents.of(session, organisations, roles)
    rows = await session.scalars(
        select(Organisation).where(Organisation.id.in_(organisations))
    )
    return {
        each.id: Entry(
            name=each.name,
            names=each.names,
            acronym=each.acronym,
            status=each.status,
            level=each.level,
            seat=known.get(each.country) if each.country else None,
            telephones=split_telephones(each.telephones),
            postal_address=each.postal_address,
            website=each.website,
            acts_in=tuple(countries[each.id]),
            fields=tuple(fields[each.id]),
            languages=split_codes(each.languages),
            correspondents=tuple(people[each.id]),
            confirmed=each.confirmed_at.date() if each.confirmed_at else None,
            role_names=role_names,
        )
        for each in rows
    }


async def country_names(session: AsyncSession) -> dict[str, Names]:
    """Return the names of all countries by their codes."""
    rows = await session.execute(select(Country.code, Country.names))
    return {code: names for code, names in rows}


async def body_names(session: AsyncSession, codes: Collection[str]) -> dict[str, Names]:
    """Return the names of some organisations by their codes, in any case of letters."""
    keys = [folded(each) for each in codes]
    rows = await session.execute(
        select(Organisation.code, Organisation.names).where(
            Organisation.code_key.in_(keys)
        )
    )
    return {code: names for code, names in rows}


async def names_by_number(
    session: AsyncSession, numbers: Collection[int]
) -> dict[int, Names]:
    """Return the names of some organisations by their numbers."""
    columns = (Organisation.id, Organisation.names)
    rows = await session.execute(select(*columns).where(Organisation.id.in_(numbers)))
    return {number: names for number, names in rows}


async def subject_names(session: AsyncSession) -> dict[str, Names]:
    """Return the names of all fields of work, by code.

    A field is a theme, a field of the institution, or else a sector.
    """
    themes = await session.execute(select(Theme.code, Theme.labels))
    sectors = await session.execute(
        select(Organisation.code, Organisation.names).where(
            Organisation.kind == Kind.SECTOR
        )
    )
    stored = {code: names for rows in (themes, sectors) for code, names in rows}
    return {**stored, **institution.FIELDS}


async def _fields(
    session: AsyncSession, organisations: Collection[int]
) -> Mapping[int, list[Names]]:
    labels = await subject_names(session)
    names: dict[int, list[Names]] = defaultdict(list)
    rows = await session.execute(
        select(OrganisationField.organisation_id, OrganisationField.field)
        .where(OrganisationField.organisation_id.in_(organisations))
        .order_by(OrganisationField.field)
    )
    for number, field in rows:
        names[number].append(labels.get(field) or {"en": field})
    return names


async def _countries(
    session: AsyncSession, organisations: Collection[int], known: Mapping[str, Names]
) -> Mapping[int, list[Names]]:
    names: dict[int, list[Names]] = defaultdict(list)
    rows = await session.execute(
        select(OrganisationCountry.organisation_id, OrganisationCountry.country)
        .where(
            OrganisationCountry.organisation_id.in_(organisations),
            OrganisationCountry.relation == Relation.ACTS_IN,
        )
        .order_by(OrganisationCountry.country)
    )
    for number, country in rows:
        names[number].append(known[country])
    return names


async def confirm(
    session: AsyncSession,
    organisation: int,
    *,
    digest: str,
    source: str,
    now: datetime,
) -> None:
    """Record that an organisation confirmed its entry, and when.

    The same answer to the same message, repeated, changes nothing.
    """
    # the row of the organisation is locked, so that of several at once the first counts
    await session.execute(
        select(Organisation.id).where(Organisation.id == organisation).with_for_update()
    )
    known = await session.scalar(
        select(Confirmation.id).where(
            Confirmation.organisation_id == organisation,
            Confirmation.digest == digest,
            Confirmation.source == source,
        )
    )
    if known is not None:
        return
    session.add(
        Confirmation(organisation_id=organisation, digest=digest, source=source, at=now)
    )
    await session.execute(
        update(Organisation)
        .where(Organisation.id == organisation)
        .values(confirmed_at=now, updated_at=now)
    )


async def propose(
    session: AsyncSession,
    organisation: int,
    *,
    held: Mapping[str, str],
    proposed: Mapping[str, str],
    language: str,
    source: str,
    now: datetime,
) -> None:
    """Store a proposal; it replaces one that answers the same message and waits."""
    values = {
        "held": dict(held),
        "proposed": dict(proposed),
        "language": language,
        "at": now,
        "decided": {},
    }
    await session.execute(
        insert(session, Proposal)
        .values(organisation_id=organisation, source=source, **values)
        .on_conflict_do_update(
            index_elements=["organisation_id", "source"],
            index_where=text("decision is null"),
            set_=values,
        )
    )


async def proposals(
    session: AsyncSession, *, waiting: bool
) -> Sequence[tuple[Proposal, str]]:
    """Return proposals with the name of their organisation, oldest first.

    With `waiting`, only those without a decision.
    """
    query = (
        select(Proposal, Organisation.name)
        .join(Organisation, Organisation.id == Proposal.organisation_id)
        .order_by(Proposal.at, Proposal.id)
    )
    if waiting:
        query = query.where(Proposal.decision.is_(None))
    return [(proposal, name) for proposal, name in await session.execute(query)]


async def decide(
    session: AsyncSession, number: int, decision: Decision, *, by: str, now: datetime
) -> None:
    """Record the decision on a proposal.

    Raises UnknownNameError when no proposal with this number waits for a decision.
    """
    await permission.require(session, by, DirectoryRight.DIRECTORY)
    decided = await session.execute(
        update(Proposal)
        .where(Proposal.id == number, Proposal.decision.is_(None))
        .values(decision=decision, settled_by=by, settled_at=now)
        .returning(Proposal.id)
    )
    if decided.first() is None:
        raise UnknownNameError(
            f"no proposal with the number {number} waits for a decision",
            code="proposal.unknown",
        )
    writing.note(session, decision, f"proposal {number}", by=by, at=now)
