"""The unit's tasks about contacts who are lost, or have a mailbox again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from audiences.contacts import Contact
from audiences.organisations import Organisation
from audiences.people import site_roles
from audiences.people.details import split_telephones
from audiences.people.lost_contacts import LostContact
from audiences.record import writing
from audiences.store.permission import DirectoryRight
from audiences.upkeep import lending
from mailer.errors import NotFoundError, RefusedError
from mailer.users import guard


class TaskKind(StrEnum):
    """What a task is about."""

    LOST = "contact lost"
    BACK = "contact back"


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """One contact at one organisation."""

    id: int
    kind: TaskKind
    at: datetime  # when the mailbox was found gone, or taking letters again
    address: str | None
    name: str | None
    organisation: str  # its code
    organisation_name: str
    successor: str | None  # the address of who follows, or followed
    draft: int | None  # the campaign that asks or tells
    done_at: datetime | None
    done_by: str | None
    note: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownPerson:
    """Somebody else at the organisation who can be written to."""

    address: str
    name: str | None
    roles: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class HowToAsk:
    """How an organisation can be asked for another contact."""

    people: tuple[KnownPerson, ...]
    telephones: tuple[str, ...]
    postal_address: str | None
    website: str | None


async def listed(
    session: AsyncSession, *, every: bool = False, after: int = 0, limit: int = 200
) -> Sequence[Task]:
    """Return open tasks, with `every` also those that are done, oldest first."""
    follower = aliased(Contact)
    query = (
        select(LostContact, Contact, Organisation, follower.address)
        .join(Contact, Contact.id == LostContact.contact_id)
        .join(Organisation, Organisation.id == LostContact.organisation_id)
        .outerjoin(follower, follower.id == LostContact.successor_id)
        .where(LostContact.id > after)
        .order_by(LostContact.id)
        .limit(limit)
    )
    if not every:
        query = query.where(LostContact.done_at.is_(None))
    return [_task(*row) for row in await session.execute(query)]


def _task(
    lost: LostContact, contact: Contact, body: Organisation, successor: str | None
) -> Task:
    return Task(
        id=lost.id,
        kind=TaskKind.BACK if lost.returned_at else TaskKind.LOST,
        at=lost.returned_at or lost.at,
        address=contact.address,
        name=contact.name,
        organisation=body.code,
        organisation_name=body.name,
        successor=successor,
        draft=lost.draft,
        done_at=lost.done_at,
        done_by=lost.done_by,
        note=lost.note,
    )


async def show(session: AsyncSession, number: int) -> tuple[Task, HowToAsk]:
    """Return a task, and how to ask; raise NotFoundError for an unknown number."""
    found = await listed(session, every=True, after=number - 1, limit=1)
    if not found or found[0].id != number:
        raise NotFoundError(f"no task has the number {number}", code="task.unknown")
    lost = await session.get_one(LostContact, number)
    body = await session.get_one(Organisation, lost.organisation_id)
    query = lending.reachable(lost.organisation_id, without=lost.contact_id)
    people = [
        (await session.get_one(Contact, contact_id), roles)
        for contact_id, roles in await session.execute(query.limit(50))
    ]
    known = await site_roles.load(session)
    return found[0], HowToAsk(
        people=tuple(
            KnownPerson(
                address=each.address or "", name=each.name, roles=known.codes(roles)
            )
            for each, roles in people
        ),
        telephones=tuple(split_telephones(body.telephones)),
        postal_address=body.postal_address,
        website=body.website,
    )


async def finish(
    session: AsyncSession, number: int, *, note: str, by: str, now: datetime
) -> None:
    """Record that the unit is done with a task; raise RefusedError if it was."""
    await guard.require(session, by, DirectoryRight.DIRECTORY)
    lost = await session.get(LostContact, number, with_for_update=True)
    if lost is None:
        raise NotFoundError(f"no task has the number {number}", code="task.unknown")
    if lost.done_at is not None:
        raise RefusedError(f"task {number} was done by {lost.done_by}")
    lost.done_at, lost.done_by, lost.note = now, by, note or None
    writing.note(session, "done", f"task {number}", by=by, at=now)
