"""Who holds a link: from the token of a message to its contact, and no more."""

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
    """The contact a message went to, as far as a page may know them."""

    message_number: int
    contact_id: int
    organisation_id: int
    masked: str
    names: Mapping[str, str]  # of its organisation, by language; "" is the official one
    language: str | None  # their own choice, or the language of the letter
    topic: str | None
    shows_entry: bool  # its letter shows the entry of its organisation
    sent_at: datetime | None
    preferences: str  # path of their preference centre

    @property
    def source(self) -> str:
        """Return where an answer of theirs came from: the letter with the link."""
        return f"message {self.message_number}"

    def evidence(self, how: How, now: datetime) -> Evidence:
        """Return how a change of their consent came about."""
        return Evidence(at=now, how=how, source=self.source)

    def sent_within(self, time: timedelta, *, now: datetime) -> bool:
        """Whether the letter was sent no longer ago."""
        return self.sent_at is not None and now <= self.sent_at + time

    def organisation(self, language: str) -> str:
        """Return the organisation's name as a page of a language shows it."""
        return self.names.get(language) or self.names[""]


async def holder_of(
    session: AsyncSession, signer: LinkSigner, token: str, purpose: Purpose
) -> Holder:
    """Return the reader a link was made for; raise TokenError for any other link."""
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
    """Show enough of an address for its owner, not enough for others."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}•••@{domain}"
