"""Composes messages from claimed rows and the stored letters."""

from collections.abc import Sequence
from typing import NamedTuple

import idna
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns.models import StoredLetter
from mailer.composing import dkim, skeletons
from mailer.composing.compose import Composer
from mailer.composing.skeletons import Skeleton
from mailer.delivery.smtp.outgoing import OutgoingMessage
from mailer.errors import MailerError
from mailer.outbox.claim import Claimed
from mailer.sites.site import Site
from mailer.store import identity
from mailer.store.identity import Identity

MAX_LETTERS = 500  # in memory


class Prepared(NamedTuple):
    """A claimed row, and the composer of its letter."""

    row: Claimed
    composer: Composer | None  # None if the letter is not in the store


class Preparer:
    """Composes the messages of a site; it keeps the letters it has read."""

    def __init__(self, site: Site) -> None:
        self._sign = site.signer.message
        self._identity: Identity | None = None  # as first read
        self._return_domain = site.settings.mail.return_domain
        self._signer = dkim.signer_of(site.settings, site.root)
        self._composers: dict[int, Composer] = {}  # by letter

    async def prepare(
        self, session: AsyncSession, claimed: Sequence[Claimed]
    ) -> list[Prepared]:
        """Return the rows with their composers; read letters that are not in memory."""
        if self._identity is None:
            self._identity = await identity.read(session)
        missing = {each.letter_id for each in claimed} - set(self._composers)
        if missing:
            letters = await session.execute(
                select(StoredLetter.id, StoredLetter.skeleton).where(
                    StoredLetter.id.in_(missing)
                )
            )
            for number, packed in letters:
                self._composers[number] = self._composer(skeletons.unpack(packed))
        prepared = [
            Prepared(row, self._composers.get(row.letter_id)) for row in claimed
        ]
        while len(self._composers) > MAX_LETTERS:
            del self._composers[next(iter(self._composers))]
        return prepared

    def _composer(self, skeleton: Skeleton) -> Composer:
        signer = self._signer.prepare(skeleton) if self._signer else None
        return Composer(skeleton, signer)

    def compose(self, prepared: Prepared, *, marked_at: float) -> OutgoingMessage:
        """Return one message; raise MailerError if it cannot be composed.

        `marked_at` is in seconds, by `clock.uptime`.
        """
        row, composer = prepared.row, prepared.composer
        if composer is None or self._identity is None:
            raise MailerError("its letter is not in the store")
        if not row.address:
            raise MailerError("its reader has no address any more")
        reader = bytes.fromhex(row.reader)
        signed = self._sign(self._identity.stamp(row.id, reader))
        address = row.address
        if not address.isascii():
            address = smtp_address(address)
            row = row._replace(address=address)
        return OutgoingMessage(
            row.id,
            row.campaign_id,
            row.attempts,
            f"{signed.return_path}@{self._return_domain}",
            address,
            signed.message_id,
            composer.compose(row, signed),
            marked_at,
        )


def smtp_address(address: str) -> str:
    """Return an address for SMTP, with a non-ASCII domain as A-labels (RFC 5890).

    An address with a non-ASCII mailbox is returned as it is: it needs SMTPUTF8 (RFC
    6531). Raises MailerError if the domain is not valid.
    """
    local, _, domain = address.rpartition("@")
    if not local.isascii():
        return address
    try:
        return f"{local}@{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError as fault:
        raise MailerError(f"the domain of its address is not valid: {fault}") from None
