"""Saving a rule under a name: the one writer of saved segments."""

import re
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.errors import AudienceError, UnknownNameError
from audiences.segments import compiler, vocabularies
from audiences.segments.saved import SavedSegment

_NAME = re.compile(r"[a-z][a-z0-9-]{1,59}")


class SegmentError(AudienceError):
    """The segment cannot be saved or removed."""


async def save(
    session: AsyncSession, name: str, rule: str, *, by: str, now: datetime
) -> int:
    """Check and store the next version of a named rule; return its number."""
    if _NAME.fullmatch(name) is None:
        raise SegmentError(
            f"{name!r} cannot name a segment; use small letters, digits and hyphens"
        )
    words = await vocabularies.load(session)
    words = replace(words, segments={**words.segments, name: rule})
    compiler.condition(
        name, compiler.Context(vocabulary=words, today=now.date(), themes=_any(words))
    )
    return await _keep(session, name, rule, by=by, now=now)


async def remove(session: AsyncSession, name: str, *, by: str, now: datetime) -> None:
    """Remove a named rule no other rule refers to; its versions stay on record."""
    words = await vocabularies.load(session)
    if name not in words.segments:
        raise UnknownNameError(f"no segment is called {name!r}")
    left = {each: rule for each, rule in words.segments.items() if each != name}
    context = compiler.Context(
        vocabulary=replace(words, segments=left), today=now.date(), themes=_any(words)
    )
    for other in left:
        try:
            compiler.condition(other, context)
        except AudienceError:
            raise SegmentError(f"{name} is used by the segment {other}") from None
    await _keep(session, name, "", by=by, now=now)


def _any(words: vocabularies.Vocabulary) -> tuple[str, ...]:
    """Return a theme, so that rules that speak of a campaign's themes compile."""
    return tuple(words.themes)[:1]


async def _keep(
    session: AsyncSession, name: str, rule: str, *, by: str, now: datetime
) -> int:
    last = await session.scalar(
        select(func.max(SavedSegment.version)).where(SavedSegment.name == name)
    )
    version = (last or 0) + 1
    session.add(
        SavedSegment(name=name, version=version, rule=rule, saved_at=now, saved_by=by)
    )
    return version
