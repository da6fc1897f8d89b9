"""Records the source that each unit was translated from, to find stale units.

It is recorded with every change of a campaign's texts: a unit with new words gets the
present source, an unchanged unit keeps its source.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns.models import Campaign, TranslatedUnit
from mailer.campaigns.writing.translation import units
from mailer.campaigns.writing.translation.units import TranslationUnit
from mailer.rendering.letter_types import BlockType
from mailer.rendering.source import Translation

Sources = dict[str, dict[str, str]]  # language → context → source text


@dataclass(frozen=True, kw_only=True, slots=True)
class TranslationProgress:
    """How many units of a language are translated."""

    done: int
    stale: int  # translated, but the source has changed
    missing: int

    @property
    def total(self) -> int:
        """Return how many units the source has."""
        return self.done + self.stale + self.missing


async def sources_of(session: AsyncSession, campaign: Campaign) -> Sources:
    """Return the source that each unit was translated from."""
    rows = await session.execute(
        select(
            TranslatedUnit.language, TranslatedUnit.context, TranslatedUnit.source
        ).where(TranslatedUnit.campaign_id == campaign.id)
    )
    sources: Sources = {}
    for language, context, source in rows:
        sources.setdefault(language, {})[context] = source
    return sources


async def record(
    session: AsyncSession,
    campaign: Campaign,
    *,
    before: Mapping[str, Translation],
    after: Mapping[str, Translation],
    types: Mapping[str, BlockType],
    confirmed: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    """Record the source of each unit of the texts `after`.

    `confirmed` has, by language and context, sources that a translator has confirmed.
    """
    default = campaign.default_language
    present = units.source_units(after[default], types)
    known = await sources_of(session, campaign)
    rows = []
    for language, translation in after.items():
        if language == default:
            continue
        old = units.align(present, before[language]) if language in before else {}
        given = (confirmed or {}).get(language, {})
        for context, text in units.align(present, translation).items():
            source = present[context].text
            if old.get(context) == text:
                source = known.get(language, {}).get(context, source)
            rows.append(
                {
                    "campaign_id": campaign.id,
                    "language": language,
                    "context": context,
                    "source": given.get(context, source),
                }
            )
    await session.execute(
        delete(TranslatedUnit).where(TranslatedUnit.campaign_id == campaign.id)
    )
    if rows:
        await session.execute(insert(TranslatedUnit), rows)


def count(
    source: Mapping[str, TranslationUnit],
    translated: Mapping[str, str],
    known: Mapping[str, str],
) -> TranslationProgress:
    """Count the units of one language; `known` is context → translated source."""
    old = stale(source, translated, known)
    return TranslationProgress(
        done=len(translated) - len(old),
        stale=len(old),
        missing=len(source) - len(translated),
    )


def stale(
    source: Mapping[str, TranslationUnit],
    translated: Mapping[str, str],
    known: Mapping[str, str],
) -> set[str]:
    """Return the contexts of translated units whose source has changed."""
    return {
        context
        for context in translated
        if known.get(context, source[context].text) != source[context].text
    }
