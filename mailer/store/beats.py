"""A counter that workers raise, so that an older copy of the store is noticed."""

from sqlalchemy import BigInteger, Integer, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from audiences.store.base import Base

_NUMBER = BigInteger().with_variant(Integer, "sqlite")


class StoreBeat(Base):
    """The one row of the counter.

    It has a table of its own, because claims lock the row of the identity.
    """

    __tablename__ = "store_beat"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    beat: Mapped[int] = mapped_column(_NUMBER)


async def beat(session: AsyncSession) -> int:
    """Raise the counter of the store; return it."""
    raised = await session.scalar(
        update(StoreBeat).values(beat=StoreBeat.beat + 1).returning(StoreBeat.beat)
    )
    return raised or 0
