"""The directory: entries as they are held, and what organisations answer about them.

An organisation may confirm its entry, which counts at once, or propose changes, which
wait until a person of the unit has read them. Of one letter at most one proposal waits.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from audiences.contacts import Contact, role_names
from audiences.entry import Correspondent, Entry
from audiences.errors import UnknownNameError
from audiences.languages import Names, words
from audiences.organisations import (
    Country,
    Kind,
    Organisation,
    OrganisationCountry,
    OrganisationField,
    Relation,
    Theme,
)
from audiences.store.base import Base
from audiences.store.dialects import insert


class Decision(StrEnum):
    """What the unit made of a proposal."""

    APPLIED = "applied"  # the entry now says it
    DECLINED = "declined"  # the entry stays


class Confirmation(Base):
    """An organisation said that its entry is right; rows are only ever added."""

    __tablename__ = "entry_confirmation"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey(Organisation.id, ondelete="CASCADE"), index=True
    )
    digest: Mapped[str] = mapped_column(String(24))  # of the entry that was shown
    source: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]


class Proposal(Base):
    """Changes an organisation asks for: each line's new words."""

    __tablename__ = "entry_proposal"
    __table_args__ = (UniqueConstraint("organisation_id", "source"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey(Organisation.id, ondelete="CASCADE")
    )
    source: Mapped[str] = mapped_column(String(60))  # the message it answers
    language: Mapped[str] = mapped_column(String(20))  # it is written in
    held: Mapped[dict[str, str]]  # each line as it was shown
    proposed: Mapped[dict[str, str]]
    at: Mapped[datetime]
    decision: Mapped[str | None] = mapped_column(String(10))
    settled_by: Mapped[str | None] = mapped_column(String(60))
    settled_at: Mapped[datetime | None]


async def entries(
    session: AsyncSession, organisations: Collection[int]
) -> dict[int, Entry]:
    """Return the entries of organisations as they are held now."""
    states = await country_names(session)
    fields = await _fields(session, organisations)
    countries = await _countries(session, organisations, states)
    people = await _people(session, organisations)
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
            seat=states.get(each.country) if each.country else None,
            acts_in=tuple(countries[each.id]),
            fields=tuple(fields[each.id]),
            languages=words(each.languages),
            correspondents=tuple(people[each.id]),
            confirmed=each.confirmed_at.date() if each.confirmed_at else None,
        )
        for each in rows
    }


async def country_names(session: AsyncSession) -> dict[str, Names]:
    """Return the names of all countries by their codes."""
    rows = await session.execute(select(Country.code, Country.names))
    return {code: names for code, names in rows}


async def subject_names(session: AsyncSession) -> dict[str, Names]:
    """Return the names of themes and sectors, which are fields of work, by code."""
    themes = await session.execute(select(Theme.code, Theme.labels))
    sectors = await session.execute(
        select(Organisation.code, Organisation.names).where(
            Organisation.kind == Kind.SECTOR
        )
    )
    return {code: names for rows in (themes, sectors) for code, names in rows}


async def _fields(
    session: AsyncSession, organisations: Collection[int]
) -> Mapping[int, list[Names]]:
    labels = await subject_names(session)
    found: dict[int, list[Names]] = defaultdict(list)
    held = await session.execute(
        select(OrganisationField.organisation_id, OrganisationField.field)
        .where(OrganisationField.organisation_id.in_(organisations))
        .order_by(OrganisationField.field)
    )
    for number, field in held:
        found[number].append(labels.get(field) or {"en": field})
    return found


async def _countries(
    session: AsyncSession, organisations: Collection[int], states: Mapping[str, Names]
) -> Mapping[int, list[Names]]:
    found: dict[int, list[Names]] = defaultdict(list)
    held = await session.execute(
        select(OrganisationCountry.organisation_id, OrganisationCountry.country)
        .where(
            OrganisationCountry.organisation_id.in_(organisations),
            OrganisationCountry.relation == Relation.ACTS_IN,
        )
        .order_by(OrganisationCountry.country)
    )
    for number, country in held:
        found[number].append(states[country])
    return found


async def _people(
    session: AsyncSession, organisations: Collection[int]
) -> Mapping[int, list[Correspondent]]:
    found: dict[int, list[Correspondent]] = defaultdict(list)
    held = await session.scalars(
        select(Contact)
        .where(Contact.organisation_id.in_(organisations), Contact.address.is_not(None))
        .order_by(Contact.id)
    )
    for each in held:
        found[each.organisation_id].append(
            Correspondent(
                name=each.name,
                address=each.address or "",
                roles=role_names(each.roles),
            )
        )
    return found


async def confirm(
    session: AsyncSession,
    organisation: int,
    *,
    digest: str,
    source: str,
    now: datetime,
) -> None:
    """Note that an entry is right, and when that was said."""
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
    """Keep a proposal until it is read; the last of a letter stands for its others."""
    values = {
        "held": dict(held),
        "proposed": dict(proposed),
        "language": language,
        "at": now,
        "decision": None,
        "settled_by": None,
        "settled_at": None,
    }
    await session.execute(
        insert(session, Proposal)
        .values(organisation_id=organisation, source=source, **values)
        .on_conflict_do_update(
            index_elements=["organisation_id", "source"], set_=values
        )
    )


async def proposals(
    session: AsyncSession, *, waiting: bool
) -> Sequence[tuple[Proposal, str]]:
    """Return proposals with their organisation's name, the oldest first."""
    asked = (
        select(Proposal, Organisation.name)
        .join(Organisation, Organisation.id == Proposal.organisation_id)
        .order_by(Proposal.at, Proposal.id)
    )
    if waiting:
        asked = asked.where(Proposal.decision.is_(None))
    return [(proposal, name) for proposal, name in await session.execute(asked)]


async def settle(
    session: AsyncSession, number: int, decision: Decision, *, by: str, now: datetime
) -> None:
    """Note what was made of a proposal that waits."""
    settled = await session.execute(
        update(Proposal)
        .where(Proposal.id == number, Proposal.decision.is_(None))
        .values(decision=decision, settled_by=by, settled_at=now)
        .returning(Proposal.id)
    )
    if settled.first() is None:
        raise UnknownNameError(
            f"no proposal of the number {number} waits", code="proposal.unknown"
        )
