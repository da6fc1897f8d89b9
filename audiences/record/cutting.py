"""Cuts the beginning of the record off, and records that it was done.

The rows that stay are chained to the last one that went, so they verify as before.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from audiences.record import writing
from audiences.record.models import (
    RecordCut,
    RecordPerson,
    RecordPersonal,
    RecordRow,
)
from audiences.record.writing import ChainEnd

ACT, ABOUT = "cut", "record"


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordStart:
    """The first row of the record: its number, and its instant as the row has it."""

    number: int
    at: str


async def first(session: AsyncSession) -> RecordStart | None:
    """Return where the record begins; None if nothing is recorded."""
    rows = await session.execute(
        select(RecordRow.number, RecordRow.at).order_by(RecordRow.number).limit(1)
    )
    found = rows.first()
    return None if found is None else RecordStart(number=found.number, at=found.at)


async def is_row(session: AsyncSession, end: ChainEnd) -> bool:
    """Whether a row of the record has this number and this digest."""
    digest = await session.scalar(
        select(RecordRow.digest).where(RecordRow.number == end.number)
    )
    return digest == end.digest


async def cut(
    session: AsyncSession, through: ChainEnd, *, by: str, days: float, at: datetime
) -> int:
    """Delete the rows up to one, and what they say of persons; return how many.

    `days` is how long rows are kept by the settings. The row `through` must be there.
    """
    await writing.lock_end(session)
    rows = select(func.count(), func.min(RecordRow.at), func.max(RecordRow.at)).where(
        RecordRow.number <= through.number
    )
    count, since, until = (await session.execute(rows)).one()
    await session.execute(
        insert(RecordCut).values(through=through.number, digest=through.digest)
    )
    parts = delete(RecordPersonal).where(RecordPersonal.number <= through.number)
    await session.execute(parts)
    await session.execute(delete(RecordRow).where(RecordRow.number <= through.number))
    await _delete_keys(session)
    end = {"through": through.number, "digest": through.digest.hex()}
    told = {"rows": count, "since": since, "until": until, "days": days}
    writing.note(session, ACT, ABOUT, by=by, at=at, detail=end | told)
    return int(count)


async def _delete_keys(session: AsyncSession) -> None:
    """Delete the keys that seal nothing any more, but of who holds other keys."""
    other = aliased(RecordPerson)
    seals = select(RecordPersonal.number).where(
        RecordPersonal.person == RecordPerson.name
    )
    holds = select(other.name).where(
        other.holder == RecordPerson.name, other.name != RecordPerson.name
    )
    await session.execute(
        delete(RecordPerson)
        .where(~seals.exists(), ~holds.exists())
        .execution_options(synchronize_session=False)
    )
