"""Turns claimed rows into parcels: letters from the store, values put in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns.models import Letter
from mailer.delivery.compose import Reader, compose
from mailer.delivery.transaction import Parcel
from mailer.errors import MailerError
from mailer.outbox.claim import Claimed
from mailer.rendering import skeleton as skeletons
from mailer.rendering.skeleton import Skeleton
from mailer.site import Site

KEPT = 500  # letters held in memory


@dataclass(kw_only=True)
class Letters:
    """The skeletons of letters, read once each."""

    kept: dict[int, Skeleton] = field(default_factory=dict)

    async def read(self, session: AsyncSession, claimed: Sequence[Claimed]) -> None:
        """Read the letters of these rows that are not here yet."""
        missing = {each.letter_id for each in claimed} - set(self.kept)
        if not missing:
            return
        if len(self.kept) + len(missing) > KEPT:
            self.kept.clear()
            missing = {each.letter_id for each in claimed}
        rows = await session.execute(
            select(Letter.id, Letter.skeleton).where(Letter.id.in_(missing))
        )
        self.kept |= {number: skeletons.unpack(packed) for number, packed in rows}


def parcel(site: Site, letters: Mapping[int, Skeleton], row: Claimed) -> Parcel:
    """Compose one message; raise MailerError where it cannot be."""
    skeleton = letters.get(row.letter_id)
    if skeleton is None:
        raise MailerError("its letter is not in the store")
    if not row.address:
        raise MailerError("its reader has no address any more")
    signed = site.signer.message(row.id)
    reader = Reader(address=row.address, name=row.name, organisation=row.organisation)
    return Parcel(
        message_id=row.id,
        campaign_id=row.campaign_id,
        attempts=row.attempts,
        return_path=f"{signed.return_path}@{site.settings.mail.return_domain}",
        address=row.address,
        octets=compose(skeleton, reader, signed),
    )
