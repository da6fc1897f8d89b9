"""Takes over what other systems know: who opted out, and which mailboxes are gone.

Each becomes a suppression, which needs no contact and stays when one is deleted. An
address is suppressed as bounced once: lifted by a person, it is not by a later list.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import suppressions
from audiences.contacts import Contact
from audiences.intake.values.checked import AS_STOPPED, ToSuppress
from audiences.suppressions import Suppression, SuppressionEvent, Why

OWN = "left_out"  # the column of our exports that says why no letter is written
OWN_STOP = f"{OWN}: stopped"  # by the reader, who may have done so here
CHUNK = 500  # addresses of one statement


async def count_new(session: AsyncSession, stops: Iterable[ToSuppress]) -> int:
    """Return how many addresses would be suppressed."""
    return len(await _new(session, list(stops)))


async def apply(
    session: AsyncSession, stops: Iterable[ToSuppress], *, import_id: int, now: datetime
) -> int:
    """Suppress the addresses; return how many were not before."""
    new = await _new(session, list(stops))
    for each in new:
        await suppressions.suppress(
            session,
            each.address_key,
            each.reason,
            now=now,
            detail=f"{source(import_id)}: {each.said}",
        )
    return len(new)


def source(import_id: int) -> str:
    """Return how the detail of a suppression names its import."""
    return f"import {import_id}"


def of_whole_list(import_id: int) -> str:
    """Return the detail of suppressions of a list that was taken as stopped."""
    return f"{source(import_id)}: {AS_STOPPED}"


async def _new(session: AsyncSession, stops: list[ToSuppress]) -> list[ToSuppress]:
    """Return the stops of addresses that are not suppressed and not bounced before."""
    new: list[ToSuppress] = []
    for begin in range(0, len(stops), CHUNK):
        chunk = stops[begin : begin + CHUNK]
        keys = [each.address_key for each in chunk]
        known = select(Suppression.address_key).where(Suppression.address_key.in_(keys))
        suppressed = set(await session.scalars(known))
        bounced = set(
            await session.scalars(
                select(SuppressionEvent.address_key).where(
                    SuppressionEvent.address_key.in_(keys),
                    SuppressionEvent.reason == Why.BOUNCED,
                )
            )
        )
        ended = select(Contact.address_key).where(
            Contact.address_key.in_(keys), Contact.stopped_at.is_not(None)
        )
        stopped = set(await session.scalars(ended))  # an own export says no more
        new += [
            each
            for each in chunk
            if each.address_key not in suppressed
            and not (each.said == OWN_STOP and each.address_key in stopped)
            and not (each.reason == Why.BOUNCED and each.address_key in bounced)
        ]
    return new
