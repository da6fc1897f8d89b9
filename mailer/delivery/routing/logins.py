"""Logins that a relay refused: remembered in the store, so that none is tried twice.

Providers lock accounts after a few wrong passwords. So while no connection to a relay
is open, one worker tries the login and the others wait for the result. A refused login
waits for another password. The store has a keyed digest, never the password.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import delete, update

from audiences.store.dialects import insert
from mailer.delivery.smtp import connect
from mailer.delivery.smtp.connect import Channel, LoginRefusedError
from mailer.outbox.models import LoginAttempt
from mailer.outcomes.redaction import without_addresses
from mailer.settings.relays import RelaySettings
from mailer.sites.site import Site
from mailer.store.database import Database

LOOKS = 0.2  # seconds between looks for the result of another login
GIVEN_UP = timedelta(seconds=10)  # after which a login without a result is tried again
MAX_REPLY = 500  # characters of a reply that are stored


class Logins:
    """The logins of one relay."""

    def __init__(
        self,
        site: Site,
        name: str,
        relay: RelaySettings,
        *,
        now: Callable[[], datetime],
    ) -> None:
        self._database: Database = site.database
        self._name, self._relay, self._now = name, relay, now
        self._key, self._root = site.address_key[:64], site.root
        self._hello = relay.hello or site.settings.mail.domain

    async def connect(
        self, *, is_open: Callable[[], bool] = lambda: False, **options: Any
    ) -> Channel:
        """Connect to the relay under the site's name, as `open` does.

        `options` are those of smtp.connect.
        """
        open_channel = partial(
            connect.connect,
            self._relay,
            root=self._root,
            hello=self._hello,
            **options,
        )
        return await self.open(open_channel, is_open=is_open)

    async def open(
        self,
        open_channel: Callable[[], Awaitable[Channel]],
        *,
        is_open: Callable[[], bool] = lambda: False,
    ) -> Channel:
        """Return a connection; try the login alone unless another one `is_open`.

        Raises LoginRefusedError, without a connection, if the relay has refused this
        password before; otherwise what `open_channel` raises.
        """
        if not self._relay.user:
            return await open_channel()
        digest = _digest(self._relay, self._root, self._key)
        while not await self._database.retry(partial(self._reserve, digest)):
            await asyncio.sleep(LOOKS)
            if is_open():
                return await open_channel()
        try:
            channel = await open_channel()
        except LoginRefusedError as fault:
            await self._database.retry(partial(self._refused, digest, str(fault)))
            raise
        except BaseException:
            await self._database.retry(partial(self._forget, digest))
            raise
        await self._database.retry(self.forget)
        return channel

    async def _reserve(self, digest: bytes) -> bool:
        """Return whether this worker is to try the login.

        Raises LoginRefusedError if it was refused before.
        """
        now = self._now()
        values = {"relay": self._name, "digest": digest, "at": now}
        async with self._database.writing() as session:
            added = await session.execute(
                insert(session, LoginAttempt)
                .values(**values)
                .on_conflict_do_nothing()
                .returning(LoginAttempt.at)
            )
            if added.first() is not None:
                return True
            found = await session.get(LoginAttempt, (self._name, digest))
            if found is None:
                return False
            if found.reply is not None:
                raise LoginRefusedError(
                    f"{found.reply} (on {found.at:%Y-%m-%d %H:%M} UTC; it is not tried"
                    " again with this password)"
                )
            taken_over = await session.execute(
                update(LoginAttempt)
                .where(
                    LoginAttempt.relay == self._name,
                    LoginAttempt.digest == digest,
                    LoginAttempt.at <= now - GIVEN_UP,
                )
                .values(at=now)
                .returning(LoginAttempt.at)
            )
            return taken_over.first() is not None

    async def _refused(self, digest: bytes, reply: str) -> None:
        async with self._database.writing() as session:
            await session.execute(
                update(LoginAttempt)
                .where(LoginAttempt.relay == self._name, LoginAttempt.digest == digest)
                .values(at=self._now(), reply=without_addresses(reply)[:MAX_REPLY])
            )

    async def _forget(self, digest: bytes) -> None:
        async with self._database.writing() as session:
            await session.execute(
                delete(LoginAttempt).where(
                    LoginAttempt.relay == self._name, LoginAttempt.digest == digest
                )
            )

    async def forget(self) -> None:
        """Forget all logins at this relay: one has worked, or a person wants to try."""
        async with self._database.writing() as session:
            await session.execute(
                delete(LoginAttempt).where(LoginAttempt.relay == self._name)
            )


def _digest(relay: RelaySettings, root: Path, key: bytes) -> bytes:
    """Return the keyed digest of a relay's address, user and password."""
    password = connect.password_of(relay, root)
    text = "\0".join((relay.host, str(relay.port), relay.user, password))
    return hashlib.blake2b(text.encode(), key=key, digest_size=32).digest()
