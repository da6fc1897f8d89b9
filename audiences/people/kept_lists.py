"""Kept lists: contacts that were chosen once, by name, for rules with kept(NAME).

A list goes with its contacts when their addresses or names change, and with the one
that stays when two are merged. Only this module writes its table.
"""

from sqlalchemy import ForeignKey, Select, String, func, insert, literal, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from audiences.contacts import Contact
from audiences.store.base import KEY_ONLY, Base


class KeptContact(Base):
    """A contact of a kept list."""

    __tablename__ = "kept_contact"
    __table_args__ = (KEY_ONLY,)

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    contact_id: Mapped[int] = mapped_column(
        ForeignKey(Contact.id, ondelete="CASCADE"), primary_key=True, index=True
    )


async def keep(session: AsyncSession, name: str, chosen: Select[int]) -> int:
    """Keep the contacts that a query chooses under a new name; return how many."""
    columns = chosen.distinct().subquery()
    (number,) = columns.c
    await session.execute(
        insert(KeptContact).from_select(
            ["name", "contact_id"], select(literal(name, String(80)), number)
        )
    )
    counted = select(func.count()).where(KeptContact.name == name)
    return await session.scalar(counted) or 0


async def names(session: AsyncSession) -> list[str]:
    """Return the names of the kept lists."""
    return sorted(await session.scalars(select(KeptContact.name).distinct()))


async def follow(session: AsyncSession, source: int, target: int) -> None:
    """Put a contact on the lists of another one."""
    lists = select(KeptContact.name).where(KeptContact.contact_id == source)
    for name in await session.scalars(lists):
        await session.merge(KeptContact(name=name, contact_id=target))
