"""Saves the settings of a draft: reference, topic, themes, hours, event, fallbacks."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import topics
from audiences.organisations import Theme
from mailer.campaigns.acts import Act
from mailer.campaigns.writing import edit, texts
from mailer.campaigns.writing.drafting import desk, letter_settings, saving
from mailer.campaigns.writing.drafting.desk import DraftDesk
from mailer.campaigns.writing.drafting.letter_settings import LetterSettings
from mailer.campaigns.writing.drafting.standing import SaveStamp
from mailer.errors import ContentError

SETTINGS = ".settings"


async def save(
    session: AsyncSession,
    taken: DraftDesk,
    table: Mapping[str, Any],
    stamp: SaveStamp,
    *,
    by: str,
    now: datetime,
) -> LetterSettings:
    """Save the settings of a locked draft, which `table` has as campaign.toml does.

    Raises ContentError at a fault, ChangedMeanwhileError if others changed them.
    """
    campaign = taken.campaign
    await desk.require_right(session, campaign, None, by=by)
    before = letter_settings.of(campaign)
    wanted = letter_settings.read(table, name=campaign.name)
    topic = await _topic(session, taken, wanted)
    await _require_themes(session, wanted, before)
    place = ("", SETTINGS)
    if await saving.is_taken(
        session, campaign, place, before.text, wanted.text, stamp, by=by, now=now
    ):
        year = campaign.reference_year or campaign.day.year  # that of its number
        edit.settle(campaign, wanted, topic=topic, year=year)
        parsed = await texts.parsed_of(session, campaign, taken.templates)
        if campaign.default_language in parsed:
            firsts = desk.given_firsts(campaign, parsed)
            edit.derive(campaign, parsed[campaign.default_language].blocks, firsts)
        edit.touch(campaign, now=now)
        await desk.record(session, campaign, Act.EDITED, by=by, now=now)
    return wanted


async def _topic(
    session: AsyncSession, taken: DraftDesk, wanted: LetterSettings
) -> str | None:
    """Return the topic of a letter; raise ContentError if it lacks one."""
    campaign, template = taken.campaign, taken.template
    if template.service:
        return None
    topic = wanted.topic or template.topic
    if topic is None:
        raise ContentError("settings, topic", "topic is missing; choose one")
    known = topics.named if topic == campaign.topic else topics.in_use
    await known(session, topic)
    return topic


async def _require_themes(
    session: AsyncSession, wanted: LetterSettings, before: LetterSettings
) -> None:
    """Raise ContentError for a theme that does not exist, or retired before its use."""
    for code in wanted.themes:
        theme = await session.get(Theme, code[:40])
        retired = theme is not None and theme.retired_at is not None
        if theme is None or (retired and code not in before.themes):
            near = await session.scalars(
                select(Theme.code).where(Theme.retired_at.is_(None)).limit(3)
            )
            raise ContentError(
                "settings, themes",
                f"no theme in use is called {code[:40]!r}; expected codes such as"
                f" {', '.join(near)}",
            )
