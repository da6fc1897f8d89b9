"""Topics: what one can subscribe to, with names readers understand."""

from sqlalchemy import String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from audiences import languages
from audiences.errors import UnknownNameError
from audiences.store.base import Base


class Topic(Base):
    """Something a reader may subscribe to."""

    __tablename__ = "topic"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    names: Mapped[dict[str, str]]  # by language, as readers see them
    rhythms: Mapped[dict[str, str]]  # by language: how often it comes
    position: Mapped[int]  # order on the preference page

    def name(self, language: str) -> str:
        """Return the name readers of a language see; English where it has none."""
        return languages.named(self.names, language, self.code)

    def rhythm(self, language: str) -> str:
        """Say in the reader's language how often this topic comes."""
        return languages.named(self.rhythms, language)


async def listed(session: AsyncSession) -> list[Topic]:
    """Return all topics in the order readers see them."""
    rows = await session.scalars(select(Topic).order_by(Topic.position, Topic.code))
    return list(rows)


async def named(session: AsyncSession, code: str) -> Topic:
    """Return a topic by its code."""
    topic = await session.get(Topic, code)
    if topic is None:
        raise UnknownNameError(f"no topic is called {code!r}", code="topic.unknown")
    return topic
