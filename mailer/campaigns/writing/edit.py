"""Stores campaigns and changes of their content; a change voids the approval."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import topics
from audiences.errors import AudienceError, RuleError
from audiences.institution import ADDRESSEES
from audiences.naming.values import Values
from audiences.segments import compiler, named
from mailer.campaigns import acts, control, hours, lookup, permission, references
from mailer.campaigns.acts import Act
from mailer.campaigns.campaign_states import CampaignState, require_editable
from mailer.campaigns.models import Campaign, CampaignText
from mailer.campaigns.writing import files, folder, texts
from mailer.campaigns.writing.drafting import versions
from mailer.campaigns.writing.drafting.letter_settings import LetterSettings
from mailer.campaigns.writing.folder import Folder
from mailer.campaigns.writing.translation import progress
from mailer.errors import ContentError, RefusedError
from mailer.rendering import letter_types
from mailer.rendering.letter_types import Template
from mailer.rendering.source import Block, Translation
from mailer.rendering.template_files import TemplateFiles
from mailer.rendering.timing import occasions
from mailer.users.acts import Right


async def add(
    session: AsyncSession,
    written: Folder,
    *,
    templates: TemplateFiles,
    author: str,
    now: datetime,
    unfinished: bool = False,
) -> Campaign:
    """Store a new campaign as a draft; raise ContentError at a fault of its content.

    With `unfinished`, its texts may have faults: they are written on in the console.
    """
    campaign = Campaign(state=CampaignState.DRAFT, author=author, created_at=now)
    read = _unfinished if unfinished else texts.parse_all
    parsed = await _fill(
        session, campaign, written, templates=templates, now=now, read=read
    )
    session.add(campaign)
    await session.flush()
    await permission.require(session, campaign, Right.WRITE, by=author)
    await _add_texts(session, campaign, written)
    types = letter_types.block_types(templates)
    await progress.record(session, campaign, before={}, after=parsed, types=types)
    detail = await versions.keep(session, campaign, by=author, now=now)
    acts.note(session, campaign, Act.IMPORTED, by=author, now=now, detail=detail)
    return campaign


async def replace(
    session: AsyncSession,
    campaign: Campaign,
    written: Folder,
    *,
    templates: TemplateFiles,
    by: str,
    now: datetime,
    version: datetime | None = None,
) -> None:
    """Replace the content of a campaign that has not been released.

    Raises RefusedError if its state does not allow it or if it was changed after
    `version`, ContentError at a fault.
    """
    await lookup.lock(session, campaign)
    _require_version(campaign, version)
    require_editable(CampaignState(campaign.state), name=campaign.name)
    await permission.require(session, campaign, Right.WRITE, by=by)
    before = await texts.parsed_of(session, campaign, templates)
    parsed = await _fill(session, campaign, written, templates=templates, now=now)
    await permission.require(session, campaign, Right.WRITE, by=by)  # its new audience
    campaign.author = by
    await session.execute(
        delete(CampaignText).where(CampaignText.campaign_id == campaign.id)
    )
    await _add_texts(session, campaign, written)
    await progress.record(
        session,
        campaign,
        before=before,
        after=parsed,
        types=letter_types.block_types(templates),
    )
    detail = await versions.keep(session, campaign, by=by, now=now)
    await control.void(session, campaign, Act.EDITED, by=by, now=now, detail=detail)


def _require_version(campaign: Campaign, version: datetime | None) -> None:
    """Raise RefusedError if a campaign was changed after an editor read it."""
    if version is not None and campaign.updated_at != version:
        raise RefusedError(
            f"{campaign.name} was changed at {campaign.updated_at:%Y-%m-%d %H:%M:%S}"
            " UTC, after you read it; nothing is replaced, and your text stays in your"
            " folder",
            code="campaign.changed",
            campaign=campaign.id,
        )


async def _fill(
    session: AsyncSession,
    campaign: Campaign,
    written: Folder,
    *,
    templates: TemplateFiles,
    now: datetime,
    read: Callable[..., dict[str, Translation]] = texts.parse_all,
) -> dict[str, Translation]:
    """Set a campaign's columns from its folder; return its parsed texts by language."""
    before = _rules(campaign)
    template = letter_types.load(templates, written.template)
    parsed = read(written.texts, templates, template, folder_name=written.name)
    model = parsed[written.default_language].blocks
    campaign.name = written.name
    campaign.template = written.template
    former = campaign.topic
    campaign.topic = folder.topic_of(written, template)
    if campaign.topic is not None:
        known = topics.named if campaign.topic == former else topics.in_use
        await known(session, campaign.topic)
    campaign.day = written.day
    campaign.audience = folder.audience_of(written, template)
    campaign.default_language = written.default_language
    campaign.block_rules = written.block_rules
    settle(campaign, written, topic=campaign.topic, year=written.day.year)
    derive(campaign, model, written.block_firsts)
    await files.store(session, campaign, written.files)
    campaign.updated_at = now
    await _check_rules(session, campaign, before, now)
    return parsed


def _rules(campaign: Campaign) -> dict[str, str]:
    """Return where a rule of a campaign stands → the rule."""
    rules = {"audience": campaign.audience} if campaign.audience else {}
    for name, rule in (campaign.block_rules or {}).items():
        rules[f"blocks.{name}"] = rule
    for name, rule in (campaign.block_firsts or {}).items():
        rules[f"blocks.{name}, first"] = rule
    return rules


def _unfinished(
    written: Mapping[str, str],
    templates: TemplateFiles,
    template: Template,
    *,
    folder_name: str,
) -> dict[str, Translation]:
    """Return texts as far as they can be read."""
    read = texts.read_all(written, templates, template, folder_name=folder_name)
    return dict(read.translations)


def derive(
    campaign: Campaign, model: Sequence[Block], firsts: Mapping[str, str]
) -> None:
    """Set what follows from the blocks of the default language.

    `firsts` are the rules of who sees a block first that the author gave.
    """
    campaign.block_firsts = first_rules(model) | dict(firsts)
    campaign.hours = _hours(model, ZoneInfo(campaign.zone))
    campaign.shows_entry = any(block.type == "entry" for block in model)


def settle(
    campaign: Campaign,
    wanted: Folder | LetterSettings,
    *,
    topic: str | None,
    year: int,
) -> None:
    """Give a campaign its settings; `year` is that in which its reference counts."""
    references.set_reference(campaign, wanted.reference, year=year)
    campaign.topic = topic
    campaign.themes = list(wanted.themes)
    campaign.fallbacks = dict(wanted.fallbacks)
    campaign.per_block = list(wanted.per_block)
    hours.store(campaign, wanted.send)
    campaign.zone = wanted.zone
    campaign.event = wanted.event


def touch(campaign: Campaign, *, now: datetime) -> None:
    """Note that a locked campaign was changed, so that a page on it is out of date."""
    campaign.updated_at = now


def rename(campaign: Campaign, *, name: str, day: date, now: datetime) -> None:
    """Give a locked campaign its name and the date on the letter."""
    campaign.name, campaign.day, campaign.updated_at = name, day, now


async def set_audience(
    session: AsyncSession, campaign: Campaign, rule: str, *, now: datetime
) -> None:
    """Give a locked campaign its rule; raise ContentError if it cannot be used."""
    before = _rules(campaign)
    campaign.audience = " ".join(rule.split())
    campaign.updated_at = now
    await _check_rules(session, campaign, before, now)


def change_rules(
    campaign: Campaign, rules: Mapping[str, str], firsts: Mapping[str, str]
) -> None:
    """Give a locked campaign the rules of its blocks: who sees them, and first."""
    campaign.block_rules, campaign.block_firsts = dict(rules), dict(firsts)


def put_back(campaign: Campaign, values: Mapping[str, Any], *, now: datetime) -> None:
    """Give a locked campaign the values of a version; its reference stays."""
    for name, value in values.items():
        if name not in {"reference", "reference_pattern"}:
            given = date.fromisoformat(value) if name == "day" else value
            setattr(campaign, name, given)
    campaign.updated_at = now


async def _check_rules(
    session: AsyncSession, campaign: Campaign, before: dict[str, str], now: datetime
) -> None:
    """Raise ContentError at the first rule that cannot be compiled, or not used now.

    `before` are the campaign's former rules: their retired words stay valid.
    """
    context = await lookup.context_of(session, campaign, now=now, present=True)
    try:
        campaign.themes = [
            context.vocabulary.resolve(each, Values.THEME, rule=each, column=1)
            for each in campaign.themes
        ]
    except RuleError as fault:
        raise ContentError("campaign.toml, themes", fault.sentence) from None
    for key, rule in _rules(campaign).items():
        try:
            compiler.condition(rule, context)
            await named.require_known(session, [rule], context.vocabulary)
            named.require_in_use([rule], context.vocabulary, before=before.values())
        except AudienceError as fault:
            raise ContentError(f"campaign.toml, {key}", str(fault)) from None
    for blocks in (campaign.block_rules, campaign.block_firsts):
        try:
            compiler.conditions_of(blocks.values(), context)
        except AudienceError as fault:
            raise ContentError("campaign.toml, blocks", str(fault)) from None


def first_rules(blocks: Sequence[Block]) -> dict[str, str]:
    """Return recommendation → rule: its addressees see it before the others."""
    return {
        block.id: _rule_of(block.fields["addressees"])
        for block in blocks
        if block.type == "recommendation" and block.fields.get("addressees")
    }


def _rule_of(addressees: str) -> str:
    return " or ".join(ADDRESSEES[each].rule for each in addressees.split())


def _hours(blocks: Sequence[Block], zone: ZoneInfo) -> list[str]:
    """Return the times of items and agenda steps, as 2027-05-04T08:00 in UTC."""
    instants = {
        local.replace(tzinfo=zone).astimezone(UTC)
        for block in blocks
        for local, _ in occasions.local_times(block)
    }
    return [f"{each:%Y-%m-%dT%H:%M}" for each in sorted(instants)]


async def _add_texts(
    session: AsyncSession, campaign: Campaign, written: Folder
) -> None:
    session.add_all(
        CampaignText(campaign_id=campaign.id, language=language, text=text)
        for language, text in written.texts.items()
    )
