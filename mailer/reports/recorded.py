"""Reads the record: acts by their object, user and day, newest first."""

import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.record import chain
from audiences.record.models import RecordPersonal, RecordRow
from mailer.errors import NotFoundError

Document = dict[str, Any]
ERASED = "erased"  # stands for a personal part that is no longer there


def _query() -> Select[int, str, bytes, str]:
    return select(
        RecordRow.number, RecordRow.body, RecordRow.digest, RecordPersonal.body
    ).outerjoin(RecordPersonal, RecordPersonal.number == RecordRow.number)


async def listed(
    session: AsyncSession,
    *,
    about: str | None = None,
    user: str | None = None,
    since: datetime | None = None,
    most: int | None = None,
) -> AsyncIterator[Document]:
    """Yield the wanted rows of the record, newest first, as they are read."""
    query = _query().order_by(RecordRow.number.desc())
    if about is not None:
        query = query.where(RecordRow.about == about)
    if user is not None:
        query = query.where(RecordRow.by == user)
    if since is not None:
        query = query.where(RecordRow.at >= chain.instant(since))
    rows = await session.stream(query.limit(most))
    async for row in rows:
        yield _document(row)


async def shown(session: AsyncSession, number: int) -> Document:
    """Return one row with its digest; raise NotFoundError if there is none."""
    found = (await session.execute(_query().where(RecordRow.number == number))).first()
    if found is None:
        raise NotFoundError(
            f"the record has no row with the number {number}", code="record.unknown"
        )
    return _document(found) | {"digest": found[2].hex()}


def _document(row: Row[int, str, bytes, str]) -> Document:
    number, body, _, part = row
    try:
        entry = chain.read(body)
        personal = json.loads(part) if part else entry.seal and ERASED
    except ValueError:
        # shown as far as it can be; `audit verify` says what is wrong
        return {"number": number, "unreadable": body}
    return {
        "number": number,
        "at": entry.at,
        "by": entry.by,
        "origin": entry.origin,
        "account": entry.account,
        "about": entry.about,
        "act": entry.act,
        "detail": dict(entry.detail),
        "personal": personal,
    }
