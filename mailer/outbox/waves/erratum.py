"""Begins errata: drafts to exactly those who got the letter of another campaign.

Their contacts are kept as a list, so that they stay the same when addresses change. The
draft says which letter it corrects; what its author has to write stands as {words}.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, distinct, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.people import kept_lists
from mailer.campaigns import lookup, permission
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign
from mailer.campaigns.writing import edit, texts
from mailer.campaigns.writing.folder import Folder
from mailer.campaigns.writing.starting import WORDS
from mailer.errors import RefusedError
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import Message
from mailer.rendering import letter_types
from mailer.rendering.source import Translation
from mailer.sites.site import Site
from mailer.users.acts import Right

_OVER = (CampaignState.FINISHED, CampaignState.CANCELLED)
_GOT = (MessageState.ACCEPTED, MessageState.COMPLAINED)
_MAY_HAVE = (MessageState.UNCERTAIN, MessageState.HELD)


@dataclass(frozen=True, kw_only=True, slots=True)
class Erratum:
    """The draft of an erratum, and to whom it goes."""

    id: int
    name: str
    corrects: int
    readers: int  # on its list
    uncertain: int  # who may have got the letter
    includes_uncertain: bool  # whether these are on the list


async def draft(
    session: AsyncSession,
    site: Site,
    campaign_id: int,
    *,
    uncertain: bool,
    by: str,
    now: datetime,
) -> Erratum:
    """Add a draft to those who got a campaign's letter.

    With `uncertain`, also to those who may have got it. It is written in the languages
    of the letter. Raises RefusedError while the letter is sent, if it reached no
    reader, and if the user may not write to its audience.
    """
    campaign = await _over(session, campaign_id, by)
    doubtful = await _number_doubtful(session, campaign.id)
    known = await kept_lists.names(session)
    start = f"campaign-{campaign.id}"
    name = f"{start}-{sum(each.startswith(f'{start}-') for each in known) + 1}"
    states = (*_GOT, *_MAY_HAVE) if uncertain else _GOT
    readers = await kept_lists.keep(session, name, _contacts(campaign.id, states))
    if not readers:
        raise RefusedError(f"{campaign.name} reached no reader; nothing is to correct")
    written = await _folder(session, site, campaign, rule=f"kept({name})", now=now)
    added: Campaign = await edit.add(
        session, written, templates=site.templates, author=by, now=now
    )
    added.corrects = campaign.id
    return Erratum(
        id=added.id,
        name=added.name,
        corrects=campaign.id,
        readers=readers,
        uncertain=doubtful,
        includes_uncertain=uncertain,
    )


def is_over(campaign: Campaign) -> bool:
    """Whether a campaign's letter may be corrected: it is not sent any more."""
    return not campaign.on_demand and campaign.state in _OVER


async def begun(session: AsyncSession, campaign_id: int) -> Sequence[Campaign]:
    """Return the errata of a campaign, the first one first."""
    rows = await session.scalars(
        select(Campaign).where(Campaign.corrects == campaign_id).order_by(Campaign.id)
    )
    return rows.all()


async def reached(session: AsyncSession, campaign_id: int) -> tuple[int, int]:
    """Return how many contacts got a campaign's letter, and how many may have it."""
    got = select(func.count(distinct(Message.contact_id))).where(
        Message.campaign_id == campaign_id, Message.state.in_(_GOT)
    )
    doubtful = await _number_doubtful(session, campaign_id)
    return await session.scalar(got) or 0, doubtful


async def _over(session: AsyncSession, campaign_id: int, by: str) -> Campaign:
    """Return a campaign, locked; raise RefusedError if its letter is still sent.

    Raises RefusedError if the user may not write to its audience, too.
    """
    campaign = await lookup.get(session, campaign_id)
    await permission.require(session, campaign, Right.WRITE, by=by)
    await lookup.lock(session, campaign)
    if not is_over(campaign):
        raise RefusedError(
            f"{campaign.name} is {campaign.state}; an erratum is for a letter that is"
            " finished or cancelled"
        )
    return campaign


def _contacts(campaign_id: int, states: tuple[MessageState, ...]) -> Select[int]:
    return select(Message.contact_id).where(
        Message.campaign_id == campaign_id, Message.state.in_(states)
    )


async def _number_doubtful(session: AsyncSession, campaign_id: int) -> int:
    """Return how many contacts may have the letter, and have it in no other way."""
    counted = select(func.count(distinct(Message.contact_id))).where(
        Message.campaign_id == campaign_id,
        Message.state.in_(_MAY_HAVE),
        Message.contact_id.not_in(_contacts(campaign_id, _GOT)),
    )
    return await session.scalar(counted) or 0


async def _folder(
    session: AsyncSession, site: Site, campaign: Campaign, *, rule: str, now: datetime
) -> Folder:
    """Return the content of an erratum, as a folder would have it."""
    day = now.astimezone(site.zone).date()
    template = letter_types.load(site.templates, campaign.template)
    parsed = texts.parse_all(
        await texts.texts_of(session, campaign),
        site.templates,
        template,
        folder_name=campaign.name,
    )
    return Folder(
        name=f"Erratum to {campaign.name}",
        template=campaign.template,
        topic=None if template.topic or template.service else campaign.topic,
        reference=campaign.reference_pattern or "",
        day=day,
        author=None,
        audience=rule,
        themes=[],
        default_language=campaign.default_language,
        fallbacks={key: list(value) for key, value in campaign.fallbacks.items()},
        per_block=[],
        block_rules={},
        block_firsts={},
        zone=campaign.zone,
        texts=_texts(site, parsed, campaign.reference, campaign.day),
    )


def _texts(
    site: Site, parsed: Mapping[str, Translation], reference: str, day: date
) -> dict[str, str]:
    """Return the text of an erratum in each language of the letter."""
    found = {}
    for language, translation in parsed.items():
        catalogue = site.catalogue(language)
        subject = translation.subject
        says = catalogue.text(
            "This letter corrects our letter “%(subject)s” of %(day)s.",
            subject=subject,
            day=catalogue.day(day),
        )
        if reference:
            says += " " + catalogue.text("Ref.: %(reference)s", reference=reference)
        front = catalogue.text("Correction: %(subject)s", subject=subject)
        found[language] = (
            f"---\nsubject: {front}\npreheader: {WORDS}\n---\n# opening\n\n{says}\n\n"
            f"{WORDS}\n\n# signature\n\n{site.sender_name(language)}\n\n"
            f"{site.settings.sender.reply_to}\n"
        )
    return found
