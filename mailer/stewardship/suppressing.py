"""Suppresses an address for the unit, and lifts suppressions again.

A suppression is kept in the file of opt-outs first, so that a restored store has it. An
address is found by its fingerprint: with another key than the store's, a suppression
would match no reader, so it is refused.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from audiences import addresses, suppressions
from audiences.store.permission import DirectoryRight
from audiences.suppressions import Why
from mailer.readers import optouts
from mailer.sites.site import Site
from mailer.store import identity, key_check
from mailer.users import guard

# Who may ask for it: the reader, or the unit decides. The others have their own verbs.
ASKERS = (Why.ASKED, Why.OPERATOR)


async def suppress(
    site: Site, address: str, *, reason: Why, by: str, detail: str, now: datetime
) -> bool:
    """Suppress an address, also one that no contact has; return whether it is new.

    `reason` is one of ASKERS. Raises AddressRefusedError for what is no address,
    ConfigError if the address key is not the one of the store, NotRecordedError if the
    file cannot be written.
    """
    key = await fingerprint(site, address)
    async with site.database.writing() as session:
        return await add(
            session, site, key, reason=reason, by=by, detail=detail, now=now
        )


async def add(
    session: AsyncSession,
    site: Site,
    key: bytes,
    *,
    reason: Why,
    by: str,
    detail: str,
    now: datetime,
) -> bool:
    """Suppress an address by its fingerprint; return whether it is new.

    `reason` is one of ASKERS.
    """
    await guard.require(session, by, DirectoryRight.DIRECTORY)
    line = optouts.of_suppression(key, at=now, reason=reason)
    optouts.append(site.root, [line])
    return await suppressions.suppress(
        session, key, reason, now=now, detail=detail, by=by
    )


async def lift(
    site: Site, keys: Sequence[bytes], *, by: str, detail: str, now: datetime
) -> None:
    """Lift suppressions; raise UnknownNameError if an address is not suppressed."""
    async with site.database.writing() as session:
        await guard.require(session, by, DirectoryRight.LIFT)
        for key in keys:
            await suppressions.lift(session, key, now=now, detail=detail, by=by)


async def fingerprint(site: Site, address: str) -> bytes:
    """Return the fingerprint of an address; raise as `suppress` does."""
    found = addresses.parse(address).identity
    async with site.database.writing() as session:
        known = await identity.read(session)
        await key_check.require(session, known, site.address_key)
    return addresses.fingerprint(found, key=site.address_key)
