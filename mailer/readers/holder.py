"""The holder of a link: the contact that the link's message was sent to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from audiences.languages import split_codes
from audiences.organisations import Organisation
from audiences.subscriptions import Evidence, How
from mailer.campaigns.models import Campaign
from mailer.errors import TokenError
from mailer.links import LinkSigner, Purpose, path
from mailer.outbox.models import Message


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

    @property
    def source(self) -> str:
        """Return the source of their answers: the message that has the link."""
        return f"message {self.message_number}"

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
    number = signer.number(token, purpose)
    row = (
        await session.execute(
            select(Message, Contact, Organisation, Campaign)
            .join(Contact, Contact.id == Message.contact_id)
            .join(Organisation, Organisation.id == Contact.organisation_id)
            .join(Campaign, Campaign.id == Message.campaign_id)
            .where(Message.id == number)
        )
    ).one_or_none()
    if row is None:
        raise TokenError("this link is not one of ours, or no longer valid")
    message, contact, organisation, campaign = row
    language = next(iter(split_codes(contact.languages)), None) or message.language
    return Holder(
        message_number=number,
        contact_id=contact.id,
        organisation_id=organisation.id,
        masked=masked(contact.address or ""),
        names={**organisation.names, "": organisation.name},
        language=language,
        topic=campaign.topic,
        shows_entry=campaign.shows_entry,
        sent_at=message.marked_at or message.due_at,
        preferences=path(Purpose.PREFERENCES, signer.message(number).preferences),
    )


def masked(address: str) -> str:
    """Return an address with its local part hidden except the first letter."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}•••@{domain}"
