"""Signs off translations: a translator finds a language right that another wrote.

A letter type names the languages that need it, in its line `sign_off`. A sign-off holds
for the text and the text it translates; an edit of either ends it.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import languages
from mailer.campaigns import acts, lookup, permission
from mailer.campaigns.acts import Act
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign
from mailer.campaigns.version_models import SignOff
from mailer.campaigns.writing import texts
from mailer.errors import RefusedError
from mailer.rendering import letter_types
from mailer.rendering.template_files import TemplateFiles
from mailer.users.acts import Right

_OPEN = (CampaignState.DRAFT, CampaignState.IN_REVIEW)
LANGUAGE = "language"  # in the detail of an act


async def sign_off(
    session: AsyncSession,
    campaign: Campaign,
    language: str,
    *,
    by: str,
    now: datetime,
    seen: datetime | None = None,
) -> None:
    """Sign a translation of a draft off.

    `seen` is when the campaign that was read was changed last. Raises RefusedError for
    a language that is not written or not translated, for a user who wrote any of it or
    lacks the role, and for a campaign that is no draft or was changed after `seen`.
    """
    tag = languages.tag(language)
    await lookup.lock(session, campaign)
    if seen is not None:
        lookup.require_seen(campaign, seen)
    await require_able(session, campaign, tag, by=by)
    written = await texts.texts_of(session, campaign)
    found = _digest(campaign, written, tag)
    await session.merge(
        SignOff(campaign_id=campaign.id, language=tag, by=by, at=now, digest=found)
    )
    detail = {LANGUAGE: tag}
    acts.witness(session, campaign.id, Act.SIGNED_OFF, by=by, now=now, detail=detail)


async def require_able(
    session: AsyncSession, campaign: Campaign, tag: str, *, by: str
) -> None:
    """Raise RefusedError unless a user may sign a translation off as it is now."""
    await permission.require(session, campaign, Right.SIGN_OFF, by=by, language=tag)
    if campaign.state not in _OPEN:
        raise RefusedError(
            f"{campaign.name} is {campaign.state}; a translation is signed off before"
            " the approval"
        )
    _require_translation(campaign, await texts.texts_of(session, campaign), tag)
    if by in await writers(session, campaign, tag):
        raise RefusedError(
            f"{by} wrote the {tag} of {campaign.name}; another translator must sign it"
            " off"
        )


def _require_translation(
    campaign: Campaign, written: Mapping[str, str], language: str
) -> None:
    others = sorted({*written} - {campaign.default_language})
    if language not in others:
        raise RefusedError(
            f"{campaign.name} is not translated into {language}; its translations:"
            f" {', '.join(others) or 'none'}"
        )


def _digest(campaign: Campaign, written: Mapping[str, str], language: str) -> str:
    """Return the digest of a text and of the text that it translates."""
    both = (written.get(campaign.default_language, ""), written[language])
    return hashlib.sha256("\0".join(both).encode()).hexdigest()


async def writers(
    session: AsyncSession, campaign: Campaign, language: str
) -> Collection[str]:
    """Return the users who wrote any words of a language."""
    found = {campaign.author}
    for each in await lookup.events_of(session, campaign):
        other = each.detail.get(LANGUAGE, language) != language
        if Act(each.act).changes_content and not other:
            found.add(each.by)
    return found


async def signed(session: AsyncSession, campaign: Campaign) -> Mapping[str, SignOff]:
    """Return the sign-offs that hold, by language."""
    written = await texts.texts_of(session, campaign)
    rows = await session.scalars(
        select(SignOff).where(SignOff.campaign_id == campaign.id)
    )
    return {
        each.language: each
        for each in rows
        if each.language in written
        and each.digest == _digest(campaign, written, each.language)
    }


async def missing(
    session: AsyncSession, campaign: Campaign, templates: TemplateFiles
) -> Sequence[str]:
    """Return the translations that still need a sign-off."""
    wanted = letter_types.load(templates, campaign.template).sign_off
    if not wanted:
        return []
    done = await signed(session, campaign)
    return [
        each
        for each in await texts.texts_of(session, campaign)
        if each != campaign.default_language
        and (each in wanted or languages.EVERY in wanted)
        and each not in done
    ]


async def require(
    session: AsyncSession, campaign: Campaign, templates: TemplateFiles
) -> None:
    """Raise RefusedError while a translation needs a sign-off."""
    wanting = await missing(session, campaign, templates)
    if wanting:
        raise RefusedError(
            f"{campaign.name} cannot be approved yet: the translations into"
            f" {', '.join(wanting)} are not signed off by a translator who did not"
            " write them",
            code="campaign.not_signed_off",
            campaign=campaign.id,
            language=wanting[0],
        )
