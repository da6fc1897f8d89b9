"""Writing and changing campaigns; any change voids an approval."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import topics
from audiences.errors import AudienceError
from audiences.segments import compile as compiler
from mailer.campaigns import (
    approval,
    content,
    files,
    folder,
    kept,
    references,
    sending,
    translations,
    variants,
)
from mailer.campaigns.folder import Folder
from mailer.campaigns.models import Campaign, CampaignText
from mailer.campaigns.states import State
from mailer.errors import ContentError, RefusedError
from mailer.rendering import agenda
from mailer.rendering import template as templates
from mailer.rendering.source import Block, Translation
from mailer.rendering.template import Template

EDITABLE = {State.DRAFT, State.APPROVED, State.SCHEDULED}


async def add(
    session: AsyncSession, written: Folder, *, root: Path, author: str, now: datetime
) -> Campaign:
    """Store a new campaign, a draft."""
    campaign = Campaign(state=State.DRAFT, author=author, created_at=now)
    parsed = await _fill(session, campaign, written, root=root, now=now)
    session.add(campaign)
    await session.flush()
    await _texts(session, campaign, written)
    await translations.record(
        session,
        campaign,
        before={},
        after=parsed,
        types=templates.block_types(root),
    )
    kept.note(session, campaign, by=author, act="imported", now=now)
    return campaign


async def replace(
    session: AsyncSession,
    campaign: Campaign,
    written: Folder,
    *,
    root: Path,
    by: str,
    now: datetime,
) -> None:
    """Store new content for a campaign that has not been released."""
    await kept.lock(session, campaign)
    if State(campaign.state) not in EDITABLE:
        raise RefusedError(f"{campaign.name} is {campaign.state}; its words are final")
    before = await parsed_of(session, campaign, root)
    parsed = await _fill(session, campaign, written, root=root, now=now)
    campaign.author = by
    await session.execute(
        delete(CampaignText).where(CampaignText.campaign_id == campaign.id)
    )
    await _texts(session, campaign, written)
    await translations.record(
        session,
        campaign,
        before=before,
        after=parsed,
        types=templates.block_types(root),
    )
    await approval.void(session, campaign, now=now)
    kept.note(session, campaign, by=by, act="edited", now=now)


async def _fill(
    session: AsyncSession,
    campaign: Campaign,
    written: Folder,
    *,
    root: Path,
    now: datetime,
) -> dict[str, Translation]:
    template = templates.load(root, written.template)
    parsed = parse_all(written.texts, root, template, folder_name=written.name)
    model = parsed[written.default_language].blocks
    campaign.name = written.name
    campaign.template = written.template
    campaign.topic = folder.topic_of(written, template)
    if campaign.topic is not None:
        await topics.named(session, campaign.topic)
    references.note(campaign, written.reference, year=written.day.year)
    campaign.day = written.day
    campaign.audience = folder.audience_of(written, template)
    campaign.themes = written.themes
    campaign.default_language = written.default_language
    campaign.fallbacks = dict(written.fallbacks)
    campaign.per_block = written.per_block
    campaign.block_rules = written.block_rules
    sending.fill(campaign, written.send)
    campaign.block_firsts = _firsts(model) | written.block_firsts
    campaign.zone = written.zone
    campaign.hours = _hours(model, ZoneInfo(written.zone))
    campaign.shows_entry = any(block.type == "entry" for block in model)
    campaign.event = written.event
    await files.store(session, campaign, written.files)
    campaign.updated_at = now
    await _refuse_rules(session, campaign, now)
    return parsed


async def parsed_of(
    session: AsyncSession, campaign: Campaign, root: Path
) -> dict[str, Translation]:
    """Return what stands in the store, parsed; nothing where it is no longer sound."""
    try:
        template = templates.load(root, campaign.template)
        texts = await texts_of(session, campaign)
        return parse_all(texts, root, template, folder_name=campaign.name)
    except ContentError:
        return {}


async def _refuse_rules(
    session: AsyncSession, campaign: Campaign, now: datetime
) -> None:
    """Refuse rules that cannot be read, before anything is stored."""
    context = await kept.context_of(session, campaign, now=now)
    rules = {"audience": campaign.audience}
    rules |= {f"blocks.{name}": rule for name, rule in campaign.block_rules.items()}
    rules |= {
        f"blocks.{name}, first": rule for name, rule in campaign.block_firsts.items()
    }
    for key, rule in rules.items():
        try:
            compiler.condition(rule, context)
        except AudienceError as fault:
            raise ContentError(f"campaign.toml, {key}", str(fault)) from None


def _firsts(blocks: Sequence[Block]) -> dict[str, str]:
    """Return the recommendations, each first to those it is addressed to."""
    return {
        block.id: variants.first_rule(block.fields["addressees"])
        for block in blocks
        if block.type == "recommendation"
    }


def _hours(blocks: Sequence[Block], zone: ZoneInfo) -> list[str]:
    """Return the instants of items and of steps that have an hour, in UTC."""
    moments = {
        datetime.combine(date.fromisoformat(block.fields["date"]), hour)
        for block in blocks
        if "date" in block.fields
        for hour in _told(block)
    }
    instants = [each.replace(tzinfo=zone).astimezone(UTC) for each in moments]
    return [f"{each:%Y-%m-%dT%H:%M}" for each in sorted(instants)]


def _told(block: Block) -> list[time]:
    """Return the hours a block tells."""
    if block.type == "agenda":
        return [step.start for step in agenda.steps(block.text)]
    return [time.fromisoformat(block.fields["time"])] if "time" in block.fields else []


async def _texts(session: AsyncSession, campaign: Campaign, written: Folder) -> None:
    session.add_all(
        CampaignText(campaign_id=campaign.id, language=language, text=text)
        for language, text in written.texts.items()
    )


async def texts_of(session: AsyncSession, campaign: Campaign) -> dict[str, str]:
    """Return a campaign's content as written, by language."""
    rows = await session.execute(
        select(CampaignText.language, CampaignText.text)
        .where(CampaignText.campaign_id == campaign.id)
        .order_by(CampaignText.language)
    )
    return {language: text for language, text in rows}


def parse_all(
    texts: Mapping[str, str], root: Path, template: Template, *, folder_name: str
) -> dict[str, Translation]:
    """Parse every language of a campaign; raise ContentError at the first fault."""
    types = templates.block_types(root)
    parsed = {
        language: content.parse(
            text,
            language=language,
            types=types,
            allowed=template.blocks,
            where=f"{language}.md",
        )
        for language, text in texts.items()
    }
    if not parsed:
        raise ContentError(folder_name, "no language is written; add for example en.md")
    return parsed
