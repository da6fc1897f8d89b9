"""Encodes a rendered letter as a skeleton: header, invitation, pictures, files."""

from dataclasses import replace
from datetime import datetime

from mailer.campaigns.models import Campaign
from mailer.campaigns.writing import embedding, event
from mailer.campaigns.writing.files import Attached
from mailer.composing import header, invitation, skeletons
from mailer.composing.header import HeaderFields
from mailer.composing.parts import Calendar, Extras
from mailer.composing.skeletons import Skeleton
from mailer.rendering.source import Letter, Source
from mailer.sites.site import Site


def encode(
    site: Site,
    campaign: Campaign,
    letter: Letter,
    source: Source,
    *,
    files: tuple[Attached, ...],
    sequence: int,
    at: datetime,
) -> Skeleton:
    """Return the skeleton of a letter with its files; `sequence` is of its event."""
    settings = site.settings
    html, images, attached = embedding.embed(letter, files, domain=settings.mail.domain)
    calendar = _calendar(site, campaign, source, sequence, at)
    return skeletons.compile_letter(
        replace(letter, html=html),
        HeaderFields(
            sender_name=source.sender_name,
            sender=settings.sender.address,
            reply_to=settings.sender.reply_to,
            domain=settings.mail.domain,
            list_label=campaign.topic.lower() if campaign.topic else None,
            list_name=source.topic_name or "",
            site_url=settings.site.url,
            at=at,
            campaign=f"c{campaign.id}",
            repeated=header.repeated(settings.feedback.hooks),
            leave_mailbox=settings.mail.leave_mailbox,
        ),
        Extras(calendar=calendar, images=images, files=attached),
    )


def _calendar(
    site: Site, campaign: Campaign, source: Source, sequence: int, at: datetime
) -> Calendar | None:
    """Return the invitation of a letter; None if its campaign has no event."""
    if campaign.event is None:
        return None
    return invitation.write(
        event.invitation(
            campaign.event,
            sequence=sequence,
            domain=site.settings.mail.domain,
            catalogue=source.catalogue,
            summary=source.subject,
            description=source.preheader,
            organiser=site.settings.sender.address,
            organiser_name=source.sender_name,
            now=at,
        )
    )
