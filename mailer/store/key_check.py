"""Whether the address key of a site is the one its store was made with."""

import hashlib
import hmac

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.errors import ConfigError
from mailer.store.identity import StoreIdentity


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
