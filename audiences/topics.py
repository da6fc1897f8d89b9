"""Topics that readers can subscribe to."""

from datetime import datetime

from sqlalchemy import String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from audiences import languages
from audiences.errors import AudienceError, UnknownNameError
from audiences.store.base import Base


class Topic(Base):
    """A topic that readers can subscribe to."""

    __tablename__ = "topic"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    names: Mapped[dict[str, str]]  # by language, as readers see them
    rhythms: Mapped[dict[str, str]]  # by language: how often letters come
    position: Mapped[int]  # order on the preference page
    retired_at: Mapped[datetime | None]  # since then it is offered to no reader

    def name(self, language: str) -> str:
        """Return the name in a language, or in English, or else the code."""
        return languages.name_in(self.names, language, self.code)

    def rhythm(self, language: str) -> str:
        """Return how often letters of this topic come, in a language or in English."""
        return languages.name_in(self.rhythms, language)


async def listed(session: AsyncSession) -> list[Topic]:
    """Return all topics in the order in which readers see them."""
    rows = await session.scalars(select(Topic).order_by(Topic.position, Topic.code))
    return list(rows)


async def in_use(session: AsyncSession, code: str) -> Topic:
    """Return a topic for new use; raise AudienceError if it retired, or as `named`."""
    topic = await named(session, code)
    if topic.retired_at is not None:
        raise AudienceError(f"the topic {code} retired on {topic.retired_at:%Y-%m-%d}")
    return topic


async def named(session: AsyncSession, code: str) -> Topic:
    """Return the topic with this code; raise UnknownNameError when there is none."""
    topic = await session.get(Topic, code)
    if topic is None:
        raise UnknownNameError(f"no topic is called {code!r}", code="topic.unknown")
    return topic
