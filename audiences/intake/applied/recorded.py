"""Records an import: one row for all that it changed."""

import hashlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from audiences.intake.models import Import, Replaced
from audiences.record import writing

AT_ONCE = 2_000  # rows


async def note(session: AsyncSession, done: Import) -> None:
    """Record an import that was applied, with the digest of the rows it changed."""
    counts = {
        "rows": done.rows,
        "added": done.added,
        "changed": done.changed,
        "unchanged": done.unchanged,
    }
    writing.note(
        session,
        "imported",
        f"import {done.id}",
        by=done.by,
        at=done.at,
        detail={"file": done.file, **counts, "digest": await digest(session, done.id)},
    )


def undone(session: AsyncSession, done: Import, counts: Mapping[str, Any]) -> None:
    """Record that an import was undone, and what changed by that."""
    if done.undone_at is not None:
        by, at = done.undone_by or "", done.undone_at
        about = f"import {done.id}"
        writing.note(session, "undone", about, by=by, at=at, detail=counts)


async def digest(session: AsyncSession, import_id: int) -> str:
    """Return the SHA-256 of which rows an import added and replaced.

    Added contacts count by their fingerprints, replaced rows by their numbers: what
    they said is personal.
    """
    found = hashlib.sha256()
    added = await session.stream(
        select(Contact.id, Contact.address_key)
        .where(Contact.import_id == import_id)
        .order_by(Contact.id)
    )
    async for rows in added.partitions(AT_ONCE):
        lines = [b"added %d %b\n" % (number, key or b"") for number, key in rows]
        found.update(b"".join(lines))
    replaced = await session.stream(
        select(Replaced.kind, Replaced.row_id)
        .where(Replaced.import_id == import_id)
        .order_by(Replaced.kind, Replaced.row_id)
    )
    async for others in replaced.partitions(AT_ONCE):
        lines = [f"replaced {kind} {number}\n".encode() for kind, number in others]
        found.update(b"".join(lines))
    return found.hexdigest()
