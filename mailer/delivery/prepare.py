"""Turns claimed rows into messages: letters from the store, values put in."""

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

KEPT = 500  # letters held in memory


class Prepared(NamedTuple):
    """A claimed row, and the letter it is to be made out from."""

    row: Claimed
    composer: Composer | None  # None where its letter is not in the store


class Preparer:
    """Makes messages of a site's rows; letters are read once each."""

    def __init__(self, site: Site) -> None:
        self._sign = site.signer.message
        self._return_domain = site.settings.mail.return_domain
        self._signer = dkim.signer_of(site.settings, site.root)
        self._kept: dict[int, Composer] = {}

    async def prepare(
        self, session: AsyncSession, claimed: Sequence[Claimed]
    ) -> list[Prepared]:
        """Read the letters of these rows that are not here yet."""
        missing = {each.letter_id for each in claimed} - set(self._kept)
        if missing:
            letters = await session.execute(
                select(StoredLetter.id, StoredLetter.skeleton).where(
                    StoredLetter.id.in_(missing)
                )
            )
            for number, packed in letters:
                self._kept[number] = self._composer(skeletons.unpack(packed))
        prepared = [Prepared(row, self._kept.get(row.letter_id)) for row in claimed]
        while len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]
        return prepared

    def _composer(self, skeleton: Skeleton) -> Composer:
        signer = self._signer.prepare(skeleton) if self._signer else None
        return Composer(skeleton, signer)

    def compose(self, prepared: Prepared, *, marked_at: float) -> OutgoingMessage:
        """Compose one message; raise MailerError where it cannot be."""
        row, composer = prepared.row, prepared.composer
        if composer is None:
            raise MailerError("its letter is not in the store")
        if not row.address:
            raise MailerError("its reader has no address any more")
        signed = self._sign(row.id)
        address = row.address
        if not address.isascii():
            address = on_the_wire(address)
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


def on_the_wire(address: str) -> str:
    """Return an address as SMTP takes it: a domain of any script as its A-labels.

    Only a mailbox of other letters than ASCII's needs SMTPUTF8 (RFC 6531).
    """
    local, _, domain = address.rpartition("@")
    if not local.isascii():
        return address
    try:
        return f"{local}@{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError as fault:
        raise MailerError(f"its domain is none: {fault}") from None
