"""Suppresses addresses for the unit, and lifts suppressions."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from audiences import suppressions
from audiences.store.permission import DirectoryRight
from audiences.suppressions import Why
from mailer.readers import optouts
from mailer.sites.site import Site
from mailer.users import guard


async def add(
    session: AsyncSession,
    site: Site,
    key: bytes,
    *,
    by: str,
    detail: str,
    now: datetime,
) -> bool:
    """Suppress an address by its fingerprint; return whether it was not before.

    It is written to the file of opt-outs first: a restored store needs it.
    """
    await guard.require(session, by, DirectoryRight.DIRECTORY)
    optouts.append(
        site.root, [optouts.of_suppression(key, at=now, reason=Why.OPERATOR)]
    )
    return await suppressions.suppress(
        session, key, Why.OPERATOR, now=now, detail=detail
    )


async def lift(
    session: AsyncSession, keys: Iterable[bytes], *, by: str, detail: str, now: datetime
) -> None:
    """Let addresses be written to again.

    Raises UnknownNameError for one that is not suppressed.
    """
    await guard.require(session, by, DirectoryRight.LIFT)
    for key in keys:
        await suppressions.lift(session, key, now=now, detail=detail)
