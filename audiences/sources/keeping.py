"""Adds, finds and removes sources; decides who has left a list."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, delete, exists, func, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from audiences.errors import AudienceError, UnknownNameError
from audiences.intake.tables import ROWS
from audiences.record import writing
from audiences.sources.models import ListMember, ListSource
from audiences.store import permission
from audiences.store.permission import DirectoryRight


async def add(session: AsyncSession, source: ListSource) -> None:
    """Keep a source; raise AudienceError if its name is taken."""
    await permission.require(session, source.added_by, DirectoryRight.DIRECTORY)
    taken = select(ListSource.id).where(ListSource.name == source.name)
    if await session.scalar(taken) is not None:
        raise AudienceError(f"there is a source named {source.name}; choose another")
    session.add(source)
    said = {"place": source.place, "cadence": source.cadence}
    about, at = f"source {source.name}", source.added_at
    writing.note(session, "added", about, by=source.added_by, at=at, detail=said)


async def listed(session: AsyncSession) -> Sequence[ListSource]:
    """Return all sources by name."""
    return (await session.scalars(select(ListSource).order_by(ListSource.name))).all()


async def named(session: AsyncSession, name: str) -> ListSource:
    """Return the source of a name; raise UnknownNameError if there is none."""
    found = await session.scalar(select(ListSource).where(ListSource.name == name))
    if found is None:
        raise UnknownNameError(
            f"no source is named {name[:80]!r}", code="source.unknown"
        )
    return found


async def remove(session: AsyncSession, name: str, *, by: str, now: datetime) -> None:
    """Forget a source; its contacts stay. Raises UnknownNameError."""
    await permission.require(session, by, DirectoryRight.DIRECTORY)
    source = await named(session, name)
    await session.execute(delete(ListMember).where(ListMember.source_id == source.id))
    await session.execute(delete(ListSource).where(ListSource.id == source.id))
    writing.note(session, "removed", f"source {name}", by=by, at=now)


async def due(session: AsyncSession, now: datetime) -> Sequence[ListSource]:
    """Return the sources that are to be read now."""
    query = select(ListSource).where(ListSource.due_at <= now).order_by(ListSource.id)
    return (await session.scalars(query)).all()


async def claim(
    session: AsyncSession, source: ListSource, following: datetime | None
) -> bool:
    """Set the next reading of a due source; False if another process took this one."""
    done = await session.execute(
        update(ListSource)
        .where(ListSource.id == source.id, ListSource.due_at == source.due_at)
        .values(due_at=following)
        .returning(ListSource.id)
        .execution_options(synchronize_session=False)
    )
    return done.first() is not None


def _departed(source_id: int) -> Select[int, str | None]:
    """Select the members who are not among the staged rows of an import."""
    staged = exists().where(ROWS.c.address_key == Contact.address_key)
    return (
        select(Contact.id, Contact.address)
        .join(ListMember, ListMember.contact_id == Contact.id)
        .where(ListMember.source_id == source_id, ~staged)
    )


async def departed(
    session: AsyncSession, source_id: int, *, most: int
) -> tuple[int, list[str]]:
    """Return how many members the staged list lacks, and the first addresses."""
    query = _departed(source_id)
    count = await session.scalar(select(func.count()).select_from(query.subquery()))
    first = await session.execute(query.order_by(Contact.id).limit(most))
    return count or 0, [address or "" for _, address in first]


async def take_members(session: AsyncSession, source_id: int) -> None:
    """Add the contacts of the staged rows to the members of a source."""
    known = exists().where(
        ListMember.source_id == source_id, ListMember.contact_id == Contact.id
    )
    staged = select(ROWS.c.address_key).where(ROWS.c.address_key.is_not(None))
    await session.execute(
        insert(ListMember).from_select(
            ["source_id", "contact_id"],
            select(literal(source_id), Contact.id).where(
                Contact.address_key.in_(staged), ~known
            ),
        )
    )


async def keep_departed(session: AsyncSession, source_id: int) -> None:
    """Forget that the members who left were on the list; they stay contacts."""
    gone = select(_departed(source_id).subquery().c.id)
    await session.execute(
        delete(ListMember)
        .where(ListMember.source_id == source_id, ListMember.contact_id.in_(gone))
        .execution_options(synchronize_session=False)
    )
