"""Counts rows up to a number: a table may have more than is worth a scan."""

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession


async def up_to(session: AsyncSession, rows: Select[Any], most: int) -> int:
    """Return how many rows a query has; `most` where there are more."""
    some = rows.limit(most).subquery()
    return await session.scalar(select(func.count()).select_from(some)) or 0
