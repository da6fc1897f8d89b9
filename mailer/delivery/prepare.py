"""Composes messages from claimed rows and the stored letters."""

from collections.abc import Sequence
from typing import NamedTuple

import idna
import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns.models import StoredLetter
from mailer.composing import dkim, skeletons
from mailer.composing.compose import Composer
from mailer.delivery.smtp.outgoing import OutgoingMessage
from mailer.errors import MailerError
from mailer.outbox.claim import Claimed
from mailer.sites.site import Site
from mailer.store import identity
from mailer.store.identity import Identity

log = structlog.get_logger()
MAX_LETTERS = 500  # in memory


class Prepared(NamedTuple):
    """A claimed row, and the composer of its letter."""

    row: Claimed
    # None if the letter is not in the store; a text says why it is unusable
    composer: Composer | str | None


class Preparer:
    """Composes the messages of a site; it keeps the letters it has read."""

    def __init__(self, site: Site) -> None:
        self._sign = site.signer.message
        self._identity: Identity | None = None  # as first read
        self._return_domain = site.settings.mail.return_domain
        self._signer = dkim.signer_of(site.settings, site.root)
        self._composers: dict[int, Composer | str] = {}  # by letter

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
                self._composers[number] = self._composer(number, packed)
        prepared = [
            Prepared(row, self._composers.get(row.letter_id)) for row in claimed
        ]
        while len(self._composers) > MAX_LETTERS:
            del self._composers[next(iter(self._composers))]
        return prepared

    def _composer(self, number: int, packed: bytes) -> Composer | str:
        """Return the composer of a stored letter, or why the letter is unusable."""
        try:
            skeleton = skeletons.unpack(packed)
            signer = self._signer.prepare(skeleton) if self._signer else None
            return Composer(skeleton, signer)
        except Exception as fault:  # noqa: BLE001 (one letter must not end the worker)
            kind = type(fault).__name__
            log.warning("letter.unusable", letter=number, kind=kind)
            return f"its letter cannot be read ({kind})"

    def compose(self, prepared: Prepared, *, marked_at: float) -> OutgoingMessage:
        """Return one message; raise MailerError if it cannot be composed.

        `marked_at` is in seconds, by `clock.uptime`.
        """
        row, composer = prepared.row, prepared.composer
        if composer is None or self._identity is None:
            raise MailerError("its letter is not in the store")
        if isinstance(composer, str):
            raise MailerError(composer)
        if not row.address:
            raise MailerError("its reader no longer has an address")
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
