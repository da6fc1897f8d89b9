"""Makes the message that one reader would get, by the code that sends."""

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import contacts
from audiences.contacts import Contact
from audiences.languages import Chain
from audiences.organisations import Country, Organisation
from audiences.segments import resolve
from audiences.segments.compiler import Context
from audiences.segments.conditions import of_readers
from mailer.campaigns import lookup
from mailer.campaigns.models import Campaign
from mailer.campaigns.review import approved_files
from mailer.campaigns.variants import codes, groups, letters
from mailer.composing.compose import Addressed, Composer
from mailer.errors import RefusedError
from mailer.links import NO_MESSAGE
from mailer.rendering.source import Letter
from mailer.sites.site import Site


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
    async with site.database.reading() as session:
        campaign = await lookup.get(session, campaign_id)
        site = await approved_files.as_approved(session, site, campaign)
        content = await letters.content_of(session, site, campaign)
        context = await lookup.context_of(session, campaign, now=now)
        contact = await contacts.find(session, address, key=site.address_key)
        known = await _read_contact(session, campaign, context, contact)
        content = await letters.with_entries(session, content, [known.variant])
    choice = groups.choose(campaign, content.written, known.chain)
    if choice is None:
        raise RefusedError(
            f"{address} reads no language in which this campaign may be sent"
        )
    key = letters.key(content, choice, known.variant)
    made = await letters.make(site, content, key, at=now)
    reader = Addressed(
        address=contact.address or "",
        name=contact.name,
        organisation=known.organisation.names.get(
            choice.language, known.organisation.name
        ),
    )
    return Preview(
        octets=Composer(made.skeleton).compose(
            # a preview has no row, so its links do not work
            reader,
            site.signer.message(NO_MESSAGE),
        ),
        letter=made.letter,
        excluded=known.excluded,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Seen:
    """What decides the letter of one contact."""

    organisation: Organisation
    chain: Chain
    variant: str
    excluded: str | None


async def _read_contact(
    session: AsyncSession, campaign: Campaign, context: Context, contact: Contact
) -> _Seen:
    """Read what decides the letter of one contact."""
    read = await resolve.read_by(session, campaign.audience, context, contact)
    code = codes.expression(campaign, context, read.via)
    row = await session.execute(
        of_readers(select(Organisation, Country.languages, code), read.via).where(
            Contact.id == contact.id, Organisation.id == read.organisation_id
        )
    )
    organisation, country_languages, variant = row.one()
    return _Seen(
        organisation=organisation,
        chain=Chain.from_stored(
            contact.languages, organisation.languages, country_languages
        ),
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
