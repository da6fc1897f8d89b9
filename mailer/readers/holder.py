"""The holder of a link: the contact that the link's message was sent to.

A store that was restored does not have the messages of the lost time; their numbers
are given again. So a link names its reader too. If its message is lost, its holder is
the contact with that address; the topic of the letter is then unknown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from audiences.languages import split_codes
from audiences.organisations import Organisation
from audiences.people import former_keys
from audiences.subscriptions import Evidence, How
from mailer.campaigns.models import Campaign
from mailer.errors import TokenError
from mailer.links import LinkSigner, Purpose, Stamp, path
from mailer.outbox.models import FOR_ORGANISATION, Message
from mailer.store import identity

LARGEST_KEY = b"\xff" * 16  # of a fingerprint


@dataclass(frozen=True, kw_only=True, slots=True)
class Holder:
    """The contact of a message, with what a page may show of them."""

    message_number: int
    contact_id: int
    organisation_id: int
    masked: str
    names: Mapping[str, str]  # of the organisation, by language; "": official
    language: str | None  # chosen by them, or that of the letter
    topic: str | None
    shows_entry: bool  # whether their letter shows its entry
    sent_at: datetime | None
    preferences: str  # path of their preferences page
    lost: bool = False  # the store has lost the message of the link

    @property
    def source(self) -> str:
        """Return the source of their answers: the message that has the link."""
        lost = " of the lost time" if self.lost else ""
        return f"message {self.message_number}{lost}"

    def evidence(self, how: How, now: datetime) -> Evidence:
        """Return the evidence of a change of their consent."""
        return Evidence(at=now, how=how, source=self.source)

    def sent_within(self, time: timedelta, *, now: datetime) -> bool:
        """Whether the letter was sent at most `time` ago."""
        return self.sent_at is not None and now <= self.sent_at + time

    def organisation(self, language: str) -> str:
        """Return the organisation's name in a language, else its official name."""
        return self.names.get(language) or self.names[""]


async def holder_of(
    session: AsyncSession, signer: LinkSigner, token: str, purpose: Purpose
) -> Holder:
    """Return the holder of a link; raise TokenError if the link is not valid."""
    stamp = signer.stamp(token, purpose)
    own_page = path(Purpose.PREFERENCES, signer.message(stamp).preferences)
    known = await identity.read(session)
    row = await _of_message(session, stamp) if known.has_message_of(stamp) else None
    if row is None:
        return await _of_lost_message(session, stamp, own_page)
    message, contact, organisation, campaign = row
    language = next(iter(split_codes(contact.languages)), None) or message.language
    return Holder(
        message_number=message.id,
        contact_id=contact.id,
        organisation_id=organisation.id,
        masked=masked(contact.address or ""),
        names={**organisation.names, "": organisation.name},
        language=language,
        topic=campaign.topic,
        shows_entry=campaign.shows_entry,
        sent_at=message.marked_at or message.due_at,
        preferences=own_page,
    )


async def _of_message(
    session: AsyncSession, stamp: Stamp
) -> tuple[Message, Contact, Organisation, Campaign] | None:
    """Return the message of a stamp and its reader; None if it is another's."""
    row = (
        await session.execute(
            select(Message, Contact, Organisation, Campaign)
            .join(Contact, Contact.id == Message.contact_id)
            .join(Organisation, Organisation.id == FOR_ORGANISATION)
            .join(Campaign, Campaign.id == Message.campaign_id)
            .where(Message.id == stamp.number)
        )
    ).one_or_none()
    if row is None or not row[0].address_key.startswith(stamp.reader):
        return None
    return row[0], row[1], row[2], row[3]


async def _of_lost_message(
    session: AsyncSession, stamp: Stamp, own_page: str
) -> Holder:
    """Return the reader of a message that the store has lost.

    Raises TokenError if the link does not name a reader, or no contact has the address.
    """
    if not stamp.reader.strip(b"\0"):
        raise TokenError("this link is not one of ours, or no longer valid")
    last = stamp.reader + LARGEST_KEY[len(stamp.reader) :]
    former = await former_keys.contact_of(session, stamp.reader, last)
    rows = await session.execute(
        select(Contact, Organisation)
        .join(Organisation, Organisation.id == Contact.organisation_id)
        .where(
            or_(Contact.address_key.between(stamp.reader, last), Contact.id == former)
        )
    )
    found = rows.all()
    if len(found) != 1:
        raise TokenError("this link is not one of ours, or no longer valid")
    contact, organisation = found[0]
    return Holder(
        message_number=stamp.number,
        contact_id=contact.id,
        organisation_id=organisation.id,
        masked=masked(contact.address or ""),
        names={**organisation.names, "": organisation.name},
        language=next(iter(split_codes(contact.languages)), None),
        topic=None,
        shows_entry=False,
        sent_at=None,
        preferences=own_page,
        lost=True,
    )


def masked(address: str) -> str:
    """Return an address with its local part hidden except the first letter."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}•••@{domain}"
