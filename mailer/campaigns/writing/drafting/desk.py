"""The texts of a draft while one act changes them; stores what the act leaves.

The campaign is locked from the first read to the end of the transaction, so two saves
at once follow each other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import languages
from mailer.campaigns import acts, control, lookup, permission
from mailer.campaigns.acts import Act
from mailer.campaigns.campaign_states import CampaignState, require_editable
from mailer.campaigns.models import Campaign, CampaignText
from mailer.campaigns.writing import edit, parsing, texts
from mailer.campaigns.writing.drafting import pieces, same_facts, versions
from mailer.campaigns.writing.drafting.pieces import Draft
from mailer.campaigns.writing.translation import progress
from mailer.errors import RefusedError
from mailer.rendering import letter_types
from mailer.rendering.letter_types import BlockType, Template
from mailer.rendering.template_files import TemplateFiles
from mailer.users.acts import Right


@dataclass(frozen=True, kw_only=True)
class DraftDesk:
    """A locked draft: its texts as they are written, and the types of its blocks."""

    campaign: Campaign
    templates: TemplateFiles
    template: Template
    types: Mapping[str, BlockType]  # those the letter may have
    drafts: Mapping[str, Draft]  # by language; the default one is among them

    @property
    def model(self) -> Draft:
        """Return the text in the default language, which has the order of blocks."""
        return self.drafts[self.campaign.default_language]

    def draft(self, language: str) -> Draft:
        """Return the text in a language; a new one has no block yet."""
        empty = Draft(front=pieces.front("", ""), pieces=())
        return self.drafts.get(language, empty)


async def read(
    session: AsyncSession, campaign: Campaign, templates: TemplateFiles
) -> DraftDesk:
    """Return the texts of a campaign, in any state, to be looked at."""
    template = letter_types.load(templates, campaign.template)
    known = letter_types.block_types(templates)
    types = {name: known[name] for name in template.blocks if name in known}
    written = await texts.texts_of(session, campaign)
    return DraftDesk(
        campaign=campaign,
        templates=templates,
        template=template,
        types=types,
        drafts={tag: pieces.split(text, types) for tag, text in written.items()},
    )


async def take(
    session: AsyncSession,
    campaign_id: int,
    templates: TemplateFiles,
    *,
    by: str,
    language: str | None = None,
) -> DraftDesk:
    """Lock a draft and return its texts.

    Raises RefusedError if it is no draft, or the user may not write in the language;
    None is the letter as a whole.
    """
    campaign = await lookup.get(session, campaign_id)
    await lookup.lock(session, campaign)
    await require_right(session, campaign, language, by=by)
    require_draft(campaign)
    return await read(session, campaign, templates)


async def require_right(
    session: AsyncSession, campaign: Campaign, language: str | None, *, by: str
) -> None:
    """Raise RefusedError unless a user may write in a language of a campaign."""
    try:
        await permission.require(session, campaign, Right.WRITE, by=by)
    except RefusedError:
        if language in {None, campaign.default_language}:
            raise
        tag = languages.tag(str(language))
        await permission.require(
            session, campaign, Right.TRANSLATE, by=by, language=tag
        )


def require_draft(campaign: Campaign) -> None:
    """Raise RefusedError unless a campaign is a draft."""
    require_editable(CampaignState(campaign.state), name=campaign.name)
    if campaign.state != CampaignState.DRAFT:
        raise RefusedError(
            f"{campaign.name} is {campaign.state}; take it back before you change it",
            code="campaign.not_a_draft",
        )


async def take_back(
    session: AsyncSession, campaign_id: int, *, by: str, now: datetime
) -> None:
    """Make a campaign that is not released a draft: approval and time are lost."""
    campaign = await lookup.get(session, campaign_id)
    await lookup.lock(session, campaign)
    await permission.require(session, campaign, Right.WRITE, by=by)
    require_editable(CampaignState(campaign.state), name=campaign.name)
    if campaign.state != CampaignState.DRAFT:
        detail = {"because": "taken back to be changed"}
        await control.void(session, campaign, Act.EDITED, by=by, now=now, detail=detail)


async def store(
    session: AsyncSession,
    desk: DraftDesk,
    changed: Mapping[str, Draft],
    *,
    by: str,
    now: datetime,
    apart: bool = False,
    firsts: Mapping[str, str] | None = None,
) -> None:
    """Store the changed texts of a draft, and what follows from them.

    With `apart` it is a version of its own. `firsts` are the rules of who sees a block
    first that the author gave; None: they stay.
    """
    campaign, default = desk.campaign, desk.campaign.default_language
    before = await texts.parsed_of(session, campaign, desk.templates)
    given = given_firsts(campaign, before) if firsts is None else firsts
    drafts = {**desk.drafts, **changed}
    added = same_facts.with_wordless(drafts[default], drafts, desk.types)
    for language, draft in {**changed, **added}.items():
        await _write(session, campaign, language, pieces.join(draft))
    after = await texts.parsed_of(session, campaign, desk.templates)
    edit.derive(campaign, after[default].blocks, given)
    await progress.record(
        session,
        campaign,
        before=before,
        after=after,
        types=letter_types.block_types(desk.templates),
    )
    act = Act.EDITED if default in changed else Act.TRANSLATED
    await record(session, campaign, act, by=by, now=now, apart=apart)


async def remove(
    session: AsyncSession, desk: DraftDesk, language: str, *, by: str, now: datetime
) -> None:
    """Remove a translation of a draft; an earlier version brings it back.

    Raises RefusedError for the language it is written in, and for one it is not in.
    """
    campaign = desk.campaign
    if language == campaign.default_language or language not in desk.drafts:
        raise RefusedError(f"{language} is no translation of this letter")
    before = await texts.parsed_of(session, campaign, desk.templates)
    await _delete(session, campaign, language)
    await progress.record(
        session,
        campaign,
        before=before,
        after={tag: each for tag, each in before.items() if tag != language},
        types=letter_types.block_types(desk.templates),
    )
    await record(session, campaign, Act.TRANSLATED, by=by, now=now, apart=True)


async def record(
    session: AsyncSession,
    campaign: Campaign,
    act: Act,
    *,
    by: str,
    now: datetime,
    apart: bool = False,
) -> None:
    """Keep a version of a draft, and note the act unless the version goes on."""
    detail: Mapping[str, Any] | None
    if apart:
        detail = await versions.keep(session, campaign, by=by, now=now)
    else:
        detail = await versions.keep_on(session, campaign, by=by, now=now)
    edit.touch(campaign, now=now)
    if detail is not None:
        acts.note(session, campaign, act, by=by, now=now, detail=detail)


def given_firsts(campaign: Campaign, parsed: Mapping[str, Any]) -> dict[str, str]:
    """Return the rules of who sees a block first that the author gave."""
    if campaign.default_language not in parsed:
        return dict(campaign.block_firsts)
    derived = edit.first_rules(parsed[campaign.default_language].blocks)
    stored = campaign.block_firsts
    return {name: rule for name, rule in stored.items() if derived.get(name) != rule}


async def _write(
    session: AsyncSession, campaign: Campaign, language: str, text: str
) -> None:
    """Replace a text; raise ContentError if it is too long."""
    parsing.numbered_lines(text, language)
    await _delete(session, campaign, language)
    await session.execute(
        insert(CampaignText).values(
            campaign_id=campaign.id, language=language, text=text
        )
    )


async def _delete(session: AsyncSession, campaign: Campaign, language: str) -> None:
    await session.execute(
        delete(CampaignText).where(
            CampaignText.campaign_id == campaign.id, CampaignText.language == language
        )
    )
