"""What each translated entry was translated from, and so which went stale.

Written with every change of a campaign's texts: an entry that was newly said is true
to the source of that moment; one that stayed as it was keeps the source it had.
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
    """How far a translation is."""

    done: int
    stale: int  # its source changed since
    missing: int

    @property
    def total(self) -> int:
        """Return how many entries there are to translate."""
        return self.done + self.stale + self.missing


async def sources_of(session: AsyncSession, campaign: Campaign) -> Sources:
    """Return what each entry was translated from, by language."""
    rows = await session.execute(
        select(
            TranslatedUnit.language, TranslatedUnit.context, TranslatedUnit.source
        ).where(TranslatedUnit.campaign_id == campaign.id)
    )
    found: Sources = {}
    for language, context, source in rows:
        found.setdefault(language, {})[context] = source
    return found


async def record(
    session: AsyncSession,
    campaign: Campaign,
    *,
    before: Mapping[str, Translation],
    after: Mapping[str, Translation],
    types: Mapping[str, BlockType],
    confirmed: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    """Note what each entry is translated from; `confirmed` knows it of some."""
    default = campaign.default_language
    now = units.entries(after[default], types)
    known = await sources_of(session, campaign)
    rows = []
    for language, translation in after.items():
        if language == default:
            continue
        old = units.beside(now, before[language]) if language in before else {}
        sure = (confirmed or {}).get(language, {})
        for context, text in units.beside(now, translation).items():
            source = now[context].text
            if old.get(context) == text:
                source = known.get(language, {}).get(context, source)
            rows.append(
                {
                    "campaign_id": campaign.id,
                    "language": language,
                    "context": context,
                    "source": sure.get(context, source),
                }
            )
    await session.execute(
        delete(TranslatedUnit).where(TranslatedUnit.campaign_id == campaign.id)
    )
    if rows:
        await session.execute(insert(TranslatedUnit), rows)


def standing(
    source: Mapping[str, TranslationUnit],
    said: Mapping[str, str],
    known: Mapping[str, str],
) -> TranslationProgress:
    """Count the entries of one language."""
    old = stale(source, said, known)
    return TranslationProgress(
        done=len(said) - len(old), stale=len(old), missing=len(source) - len(said)
    )


def stale(
    source: Mapping[str, TranslationUnit],
    said: Mapping[str, str],
    known: Mapping[str, str],
) -> set[str]:
    """Return the contexts whose source is no longer what was translated."""
    return {
        context
        for context in said
        if known.get(context, source[context].text) != source[context].text
    }
