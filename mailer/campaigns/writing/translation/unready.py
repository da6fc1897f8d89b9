"""Which languages of a campaign are missing or stale, and who has to sign one off."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns.models import Campaign
from mailer.campaigns.writing import texts
from mailer.campaigns.writing.translation import progress, units
from mailer.rendering import letter_types
from mailer.rendering.template_files import TemplateFiles


async def untranslated(
    session: AsyncSession,
    templates: TemplateFiles,
    campaign: Campaign,
    languages: Collection[str],
) -> set[str]:
    """Return those of the languages, and of the texts, that are missing or stale."""
    default = campaign.default_language
    parsed = await texts.parsed_of(session, campaign, templates)
    wanted = {*languages, *parsed} - {default}
    if default not in parsed:
        return wanted
    known = await progress.sources_of(session, campaign)
    source = units.source_units(parsed[default], letter_types.block_types(templates))
    done = set()
    for language in wanted & set(parsed):
        aligned = units.align(source, parsed[language])
        counted = progress.count(source, aligned, known.get(language, {}))
        if counted.done == counted.total:
            done.add(language)
    return wanted - done
