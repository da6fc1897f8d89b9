"""Checks the texts of a campaign, and says how far each can be read and is translated.

A text that is not finished has its faults listed. What can be read of it is checked and
rendered too, so that one check finds all there is to mend.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns.review import occasions
from mailer.campaigns.review.texts import agreement
from mailer.campaigns.variants.letters import Content
from mailer.campaigns.writing.translation import incomplete, progress, units
from mailer.campaigns.writing.translation.progress import TranslationProgress
from mailer.errors import ContentError
from mailer.rendering import letter_types
from mailer.rendering.checks import problem, rules
from mailer.rendering.checks.problem import Problem, Severity
from mailer.rendering.source import Block, Translation
from mailer.sites.site import Site


def check(site: Site, content: Content, *, now: datetime) -> Iterator[Problem]:
    """Check the texts: each of them, that the languages agree, and the dates.

    An unfinished text is not compared with the others.
    """
    campaign = content.campaign
    for language, faults in content.faults.items():
        for each in faults:
            yield problem.error(language, each.where, each.sentence)
    model = content.translations[campaign.default_language]
    if model.language not in content.faults:
        yield from agreement.check(
            {
                language: each
                for language, each in content.translations.items()
                if language not in content.faults
            },
            campaign.default_language,
            ruled=[*campaign.block_rules, *campaign.block_firsts],
            per_block=campaign.per_block,
        )
        yield from rules.check_left_out(model)
        goes = max(now, campaign.at or now)
        yield from occasions.check(model, zone=campaign.zone, goes=goes)
    host = urlsplit(site.settings.site.url).hostname or ""
    for language, translation in readable(content).translations.items():
        found = rules.check_text(
            translation, host=host, invites=campaign.event is not None
        )
        whole = translation.where if language in content.faults else ""
        yield from (each for each in found if each.where != whole)


def readable(content: Content) -> Content:
    """Return the content without the blocks at fault, and without empty texts."""
    read = {
        language: _without(translation, content.faults.get(language, ()))
        for language, translation in content.translations.items()
    }
    return replace(content, translations=read)


def _without(translation: Translation, faults: Sequence[ContentError]) -> Translation:
    """Return a text without the blocks that have a fault in one of their lines."""
    bad = [_block_at(translation, each.where) for each in faults]
    left = tuple(each for each in translation.blocks if each not in bad)
    return replace(translation, blocks=left)


def _block_at(translation: Translation, where: str) -> Block | None:
    """Return the block that has a place such as “fr.md, line 8”; None if none has."""
    name, _, number = where.rpartition(", line ")
    if name != translation.where:
        return None
    begun = [each for each in translation.blocks if each.number <= int(number)]
    return begun[-1] if begun else None


def unsaid(
    content: Content, found: Sequence[Problem], earlier: Sequence[Problem]
) -> list[Problem]:
    """Return the problems of letters that do not come from those of their texts.

    One comes from another that has its sentence, or is an error in the block of which
    it is one as a whole.
    """
    at_fault = {
        (each.language, block.where)
        for each in earlier
        if each.level is Severity.ERROR and each.language in content.translations
        if (block := _block_at(content.translations[each.language], each.where))
    }
    return [
        each
        for each in found
        if (each.language, each.where) not in at_fault
        and not any(
            other.language == each.language and other.what.endswith(each.what)
            for other in earlier
        )
    ]


async def translated(
    session: AsyncSession, site: Site, content: Content
) -> tuple[dict[str, TranslationProgress], list[Problem]]:
    """Return how much is translated, by language, and what each translation lacks."""
    known = await progress.sources_of(session, content.campaign)
    default = content.campaign.default_language
    types = letter_types.block_types(site.templates)
    original = content.translations[default]
    source = units.source_units(original, types)
    counts, lacking = {}, list(_without_catalogue(site, content))
    for language, translation in content.translations.items():
        if language == default:
            continue
        sources = known.get(language, {})
        aligned = units.align(source, translation)
        counts[language] = progress.count(source, aligned, sources)
        lacking += incomplete.check(translation, original, source, sources)
    return counts, lacking


def _without_catalogue(site: Site, content: Content) -> Iterator[Problem]:
    """Warn of each language without a catalogue."""
    for language, translation in content.translations.items():
        if language not in site.catalogues:
            what = f"dates, footer and notices are not translated into {language}"
            remedy = "add a catalogue to templates/locale"
            yield problem.warning(language, translation.where, f"{what}; {remedy}")
