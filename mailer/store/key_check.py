"""Whether the address key of a site is the one its store was made with."""

import hashlib
import hmac

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import addresses
from audiences.contacts import Contact
from mailer.errors import ConfigError
from mailer.store.identity import Identity, StoreIdentity

SAMPLE = 20  # contacts whose fingerprints tell whether the key is the store's


def check_of(address_key: bytes) -> bytes:
    """Return the check value of an address key, from which it cannot be computed."""
    return hmac.digest(address_key, b"check of this key", hashlib.sha256)[:16]


async def keep_check(session: AsyncSession, address_key: bytes) -> None:
    """Record which address key the fingerprints in the store are made with."""
    await session.execute(
        update(StoreIdentity).values(address_check=check_of(address_key))
    )


def refuse_other_key(known: bytes | None, address_key: bytes) -> None:
    """Raise ConfigError if the store's fingerprints are made with another key."""
    if known is not None and known != check_of(address_key):
        raise ConfigError(
            "keys.address_file: the key is not the one that this store was made with,"
            " so suppressions would not be recognised",
            code="key.other",
        )


async def require(session: AsyncSession, known: Identity, address_key: bytes) -> None:
    """Raise ConfigError if the fingerprints in the store were made with another key.

    A store without a check value gets one, unless all fingerprints of a sample differ.
    """
    if known.address_check is None:
        found = await session.execute(
            select(Contact.address, Contact.address_key)
            .where(Contact.address.is_not(None))
            .limit(SAMPLE)
        )
        fits = [
            addresses.fingerprint(addresses.identity_of(address), key=address_key)
            == key
            for address, key in found
            if address is not None
        ]
        if fits and not any(fits):
            refuse_other_key(b"another", address_key)
        await keep_check(session, address_key)
    else:
        refuse_other_key(known.address_check, address_key)
