"""Makes the messages that readers would get, by the code that sends."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email import message_from_bytes, policy
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import contacts
from audiences.contacts import Contact
from audiences.languages import Chain, Choice
from audiences.organisations import Country, Organisation
from audiences.segments import resolve
from audiences.segments.compiler import Context
from audiences.segments.conditions import of_readers
from mailer.campaigns import lookup
from mailer.campaigns.models import Campaign
from mailer.campaigns.review import approved_files
from mailer.campaigns.variants import codes, groups, letters
from mailer.campaigns.variants.letters import Content, LetterKey
from mailer.campaigns.writing.drafting import gaps
from mailer.composing.compose import Addressed, Composer
from mailer.errors import RefusedError
from mailer.links import NO_MESSAGE
from mailer.rendering import letter_types
from mailer.rendering.source import Letter
from mailer.sites.site import Site


@dataclass(frozen=True, kw_only=True, slots=True)
class Persona:
    """A contact as a campaign reads it: all that decides the letter."""

    contact: Contact
    organisation: Organisation
    choice: Choice | None  # None: the contact reads no language of the campaign
    variant: str
    excluded: str | None  # why the contact would not get it; None: would

    def addressed(self, address: str, language: str) -> Addressed:
        """Return the values of this contact, at an address, in a language."""
        name = self.organisation.names.get(language, self.organisation.name)
        return Addressed(address=address, name=self.contact.name, organisation=name)


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """A campaign with personas, ready to make their letters."""

    site: Site  # with the templates of the approval
    content: Content
    personas: Sequence[Persona]

    def key(self, persona: Persona) -> LetterKey:
        """Return the key of a persona's letter.

        Raises RefusedError if the contact reads no language of the campaign.
        """
        if persona.choice is None:
            raise RefusedError(
                f"{persona.contact.address} reads no language in which this campaign"
                " may be sent"
            )
        return letters.key(self.content, persona.choice, persona.variant)


# picks the contacts whose letters are made
Pick = Callable[[AsyncSession, Content, Context], Awaitable[Sequence[Contact]]]


def with_address(site: Site, address: str) -> Pick:
    """Return how the one contact with this address is picked."""

    async def pick(
        session: AsyncSession, _content: Content, _context: Context
    ) -> Sequence[Contact]:
        return [await contacts.find(session, address, key=site.address_key)]

    return pick


def in_country(code: str) -> Pick:
    """Return how a reader with its seat in a country is picked, or who acts there.

    It raises RefusedError if there is none.
    """

    async def pick(
        session: AsyncSession, content: Content, context: Context
    ) -> Sequence[Contact]:
        campaign = content.campaign
        why = resolve.reason(context.topic)
        for fact in (f"country = {code}", f"acts_in has {code}"):
            rule = f"({campaign.audience}) and {fact}"
            found = resolve.audience(rule, context, Contact.id).where(why.is_(None))
            number = await session.scalar(found.order_by(Contact.id).limit(1))
            contact = await session.get(Contact, number) if number else None
            if contact is not None:
                return [contact]
        raise RefusedError(f"{campaign.name} has no reader in the country {code}")

    return pick


async def desk(
    site: Site, campaign_id: int, pick: Pick, *, now: datetime, unfinished: bool = False
) -> Desk:
    """Read a campaign, and the contacts whose letters are to be made.

    With `unfinished`, what the texts lack are marked gaps; else it is a ContentError.
    """
    async with site.database.reading() as session:
        campaign = await lookup.get(session, campaign_id)
        site = await approved_files.as_approved(session, site, campaign)
        content = await letters.content_of(
            session, site, campaign, unfinished=unfinished
        )
        if unfinished:
            types = letter_types.block_types(site.templates)
            shown = gaps.filled(content.translations, types)
            content = replace(content, translations=shown)
        context = await lookup.context_of(session, campaign, now=now)
        personas = [
            await _persona(session, content, context, contact)
            for contact in await pick(session, content, context)
        ]
        variants = [each.variant for each in personas]
        content = await letters.with_entries(session, content, variants)
    return Desk(site=site, content=content, personas=personas)


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """One reader's message, and the letter it was made from."""

    octets: bytes
    letter: Letter
    excluded: str | None  # why the reader would not get it; None if they would


async def preview(
    site: Site, campaign_id: int, address: str, *, now: datetime
) -> Preview:
    """Return the message of a contact, also if the contact is left out.

    Raises RefusedError if the contact reads no language of the campaign.
    """
    opened = await desk(site, campaign_id, with_address(site, address), now=now)
    return await make(opened, opened.personas[0], now=now)


async def make(opened: Desk, persona: Persona, *, now: datetime) -> Preview:
    """Return the message of a persona; its links do not work, as it has no row."""
    key = opened.key(persona)
    made = await letters.make(opened.site, opened.content, key, at=now)
    reader = persona.addressed(persona.contact.address or "", key.language)
    return Preview(
        octets=Composer(made.skeleton).compose(
            reader, opened.site.signer.message(NO_MESSAGE)
        ),
        letter=made.letter,
        excluded=persona.excluded,
    )


async def _persona(
    session: AsyncSession, content: Content, context: Context, contact: Contact
) -> Persona:
    """Read what decides the letter of one contact."""
    campaign: Campaign = content.campaign
    read = await resolve.read_by(session, campaign.audience, context, contact)
    code = codes.expression(campaign, context, read.via)
    row = await session.execute(
        of_readers(select(Organisation, Country.languages, code), read.via).where(
            Contact.id == contact.id, Organisation.id == read.organisation_id
        )
    )
    organisation, country_languages, variant = row.one()
    chain = Chain.from_stored(
        contact.languages, organisation.languages, country_languages
    )
    return Persona(
        contact=contact,
        organisation=organisation,
        choice=groups.choose(campaign, content.written, chain),
        variant=variant,
        excluded=read.left_out if read.picked else "not_picked",
    )


def part(made: Preview, form: str) -> bytes:
    """Return the octets of a message: all of it (`eml`), its HTML or its plain text."""
    if form == "eml":
        return made.octets
    message = message_from_bytes(made.octets, policy=policy.SMTP)
    wanted: Literal["html", "plain"] = "html" if form == "html" else "plain"
    body = message.get_body((wanted,))
    return str(body.get_content() if body else "").encode()
