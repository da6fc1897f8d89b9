"""Letters of ours to one user: a link to sign in, a request for an approval, a code."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from mailer.composing import skeletons
from mailer.composing.compose import Addressed
from mailer.composing.header import HeaderFields
from mailer.delivery.direct import sending
from mailer.delivery.direct.sending import Outcome
from mailer.rendering import renderer
from mailer.rendering.language.catalogues import Catalogue
from mailer.rendering.source import Block, Source
from mailer.sites.site import Site
from mailer.users.models import User

TEMPLATE = "confirmation"  # an opening and a button


@dataclass(frozen=True, kw_only=True, slots=True)
class UserNotice:
    """What a letter to a user says; without a link it has no button."""

    subject: str
    preheader: str
    text: str  # Markdown; values of people are escaped by whom they are put in
    label: str = ""
    link: str = ""


def catalogue_of(site: Site, user: User) -> Catalogue:
    """Return the texts of the letters to a user: their language, else the site's."""
    offered = user.language in site.catalogues
    return site.catalogue(
        user.language if user.language and offered else site.settings.languages.default
    )


async def send(site: Site, user: User, notice: UserNotice, *, now: datetime) -> Outcome:
    """Send a letter to a user's address; return what became of it.

    Raises RefusedError if the user has no address that may be written to, or while
    nothing may leave the site.
    """
    async with site.database.reading() as session:
        (address,) = await sending.require_recipients(
            session, site, [user.address or ""]
        )
    source = _source(site, catalogue_of(site, user), notice, now)
    letter = await asyncio.to_thread(renderer.kept.render, source, site.templates)
    skeleton = skeletons.compile_letter(letter, _header_fields(site, source, now))
    reader = Addressed(
        address=address, name=user.shown, organisation=source.sender_name
    )
    composed = sending.message(site, skeleton, reader)
    (outcome,) = await sending.send(
        site, [composed], address=address, template=TEMPLATE
    )
    return outcome


def _source(
    site: Site, catalogue: Catalogue, notice: UserNotice, now: datetime
) -> Source:
    blocks = [Block(id="said", type="opening", title="", fields={}, text=notice.text)]
    if notice.link:
        button = {"label": notice.label, "link": notice.link}
        blocks.append(Block(id="do", type="button", title="", fields=button, text=""))
    return Source(
        template=TEMPLATE,
        catalogue=catalogue,
        wanted=None,
        subject=notice.subject,
        preheader=notice.preheader,
        blocks=tuple(blocks),
        reference="",
        day=now.date(),
        sender_name=site.sender_name(catalogue.language),
        postal=site.postal(catalogue.language),
        topic_name=None,
        service="request",
        site_url=site.settings.site.url,
    )


def _header_fields(site: Site, source: Source, now: datetime) -> HeaderFields:
    settings = site.settings
    return HeaderFields(
        sender_name=source.sender_name,
        sender=settings.sender.address,
        reply_to=settings.sender.reply_to,
        domain=settings.mail.domain,
        list_label=None,
        list_name="",
        site_url=settings.site.url,
        at=now,
        campaign="user",
    )
