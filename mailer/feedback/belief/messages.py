"""Finds in the store the messages that returned mails are about."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact, fingerprint_of, holding
from audiences.errors import AddressRefusedError
from audiences.store import batches, dialects
from mailer.links import Stamp
from mailer.outbox.models import Message
from mailer.sites.site import Site
from mailer.store import identity
from mailer.store.identity import Identity

MAX_LETTERS = 500  # the newest ones of a reader, among which an answer is sought
UNKNOWN = "the store has no message of that number"
OTHER_READER = "its message was for another address"
NEVER_SENT = "its message was never sent"


@dataclass(frozen=True, kw_only=True, slots=True)
class SentMessage:
    """A message that a mail is about."""

    number: int
    campaign_id: int
    contact_id: int
    address_key: bytes
    address: str | None  # of its reader, now
    marked_at: datetime | None


class Messages:
    """The messages of some stamps, as they are in the store."""

    def __init__(self, known: Identity, rows: Mapping[int, SentMessage]) -> None:
        self._known = known
        self._rows = rows

    def of(self, stamp: Stamp) -> SentMessage | str:
        """Return the message of a stamp, or why it is not believed."""
        row = self._rows.get(stamp.number)
        if row is None or not self._known.has_message_of(stamp):
            return UNKNOWN
        if not row.address_key.startswith(stamp.reader):
            return OTHER_READER
        return row if row.marked_at is not None else NEVER_SENT


async def read(session: AsyncSession, stamps: Iterable[Stamp]) -> Messages:
    """Return the messages of stamps."""
    numbers = sorted({each.number for each in stamps})
    condition = batches.among(Message.id, "ids", sqlite=dialects.is_sqlite(session))
    rows = await session.execute(
        select(
            Message.id,
            Message.campaign_id,
            Message.contact_id,
            Message.address_key,
            Contact.address,
            Message.marked_at,
        )
        .join(Contact, Contact.id == Message.contact_id)
        .where(condition),
        {"ids": batches.bind_numbers(session, numbers)},
    )
    found = {
        row[0]: SentMessage(
            number=row[0],
            campaign_id=row[1],
            contact_id=row[2],
            address_key=row[3],
            address=row[4],
            marked_at=row[5],
        )
        for row in rows
    }
    return Messages(await identity.read(session), found)


async def named(
    session: AsyncSession, site: Site, address: str, names: Collection[str]
) -> int | None:
    """Return the number of the reader's message that one of some Message-IDs names.

    The part left of the @ is enough. A Message-ID does not tell its message; so those
    of the reader's letters are made again and compared. None if the address is no
    reader's, or no letter fits.
    """
    wanted = {each.strip("<> ").partition("@")[0] for each in names} - {""}
    contact_id = await reader(session, site, address)
    if contact_id is None or not wanted:
        return None
    rows = await session.execute(
        select(Message.id, Message.address_key)
        .where(Message.contact_id == contact_id, Message.marked_at.is_not(None))
        .order_by(Message.id.desc())
        .limit(MAX_LETTERS)
    )
    known = await identity.read(session)
    for number, address_key in rows:
        for stamp in known.stamps(number, address_key):
            if wanted & set(site.signer.message_ids(stamp)):
                found: int = number
                return found
    return None


async def reader(session: AsyncSession, site: Site, address: str) -> int | None:
    """Return the contact with an address; None if it is no contact's."""
    try:
        key = fingerprint_of(address, key=site.address_key)
    except AddressRefusedError:
        return None
    contact = await holding(session, key)
    return contact.id if contact is not None else None
