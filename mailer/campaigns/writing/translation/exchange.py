"""Exports a language of a campaign as a PO file, and imports it from one."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import languages
from mailer.campaigns import acts, control, lookup, permission
from mailer.campaigns.acts import Act
from mailer.campaigns.campaign_states import CampaignState, require_editable
from mailer.campaigns.models import Campaign, CampaignText
from mailer.campaigns.writing.drafting import versions
from mailer.campaigns.writing.texts import parse_all, texts_of
from mailer.campaigns.writing.translation import po, po_file, progress, units
from mailer.campaigns.writing.translation.po import ReturnedUnit
from mailer.campaigns.writing.translation.progress import TranslationProgress
from mailer.campaigns.writing.translation.units import TranslationUnit
from mailer.errors import RefusedError
from mailer.rendering import letter_types
from mailer.rendering.letter_types import BlockType
from mailer.rendering.source import Translation
from mailer.sites.site import Site
from mailer.users.acts import Right


@dataclass(frozen=True, kw_only=True, slots=True)
class _Desk:
    """A campaign's texts, ready for translating."""

    campaign: Campaign
    types: dict[str, BlockType]
    parsed: dict[str, Translation]
    source: dict[str, TranslationUnit]
    known: progress.Sources

    def translated(self, language: str) -> dict[str, str]:
        """Return the translated units of a language, by context."""
        if language not in self.parsed:
            return {}
        return units.align(self.source, self.parsed[language])

    def stale(self, language: str) -> set[str]:
        """Return the contexts of the units whose source has changed."""
        known = self.known.get(language, {})
        return progress.stale(self.source, self.translated(language), known)


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportedTranslation:
    """The result of the import of a translation; its numbers are entries."""

    language: str
    changed: int  # with new words
    confirmed: int  # with the same words, for a changed source
    fuzzy: int  # not imported, because they are fuzzy
    progress: TranslationProgress


async def _desk(session: AsyncSession, site: Site, campaign_id: int) -> _Desk:
    """Read and parse the texts of a campaign."""
    campaign = await lookup.get(session, campaign_id)
    types = letter_types.block_types(site.templates)
    texts = await texts_of(session, campaign)
    template = letter_types.load(site.templates, campaign.template)
    parsed = parse_all(texts, site.templates, template, folder_name=campaign.name)
    return _Desk(
        campaign=campaign,
        types=types,
        parsed=parsed,
        source=units.source_units(parsed[campaign.default_language], types),
        known=await progress.sources_of(session, campaign),
    )


async def export_po(
    site: Site, campaign_id: int, language: str, *, now: datetime
) -> bytes:
    """Return a campaign as a PO file for the translator of one language.

    Raises RefusedError if the campaign is written in that language.
    """
    language = languages.tag(language)
    async with site.database.reading() as session:
        desk = await _desk(session, site, campaign_id)
    _refuse_source(desk, language)
    known = desk.known.get(language, {})
    return po.write(
        language,
        desk.campaign.name,
        desk.source,
        translated=desk.translated(language),
        stale={context: known[context] for context in desk.stale(language)},
        now=now,
    )


async def import_po(
    site: Site, campaign_id: int, octets: bytes, *, name: str, by: str, now: datetime
) -> ImportedTranslation:
    """Import a translated PO file; where words changed, an approval is void.

    `name` is the file's name, for errors. Raises ContentError at the file's faults, and
    RefusedError if the campaign's content cannot be changed.
    """
    catalog = po_file.catalogue(octets, name)  # takes long, and blocks no writer
    async with site.database.writing() as session:
        await lookup.lock(session, await lookup.get(session, campaign_id))
        desk = await _desk(session, site, campaign_id)
        require_editable(CampaignState(desk.campaign.state), name=desk.campaign.name)
        language, returned = po.read(catalog, name, desk.source)
        await _require(session, desk, language, by)
        translated = _merged(desk.translated(language), returned)
        changed = _changes(desk.translated(language), translated)
        sources = _sources(returned, desk.stale(language) | changed)
        confirmed = set(sources) - changed
        if changed or confirmed:
            words = translated if changed else None
            await _store(session, site, desk, language, words, sources)
            detail: dict[str, object] = {"language": language, "entries": len(changed)}
            detail |= await versions.keep(session, desk.campaign, by=by, now=now)
            act = Act.TRANSLATED
            if changed:
                await control.void(
                    session, desk.campaign, act, by=by, now=now, detail=detail
                )
            else:
                acts.note(session, desk.campaign, act, by=by, now=now, detail=detail)
        known = (await progress.sources_of(session, desk.campaign)).get(language, {})
        return ImportedTranslation(
            language=language,
            changed=len(changed),
            confirmed=len(confirmed),
            fuzzy=sum(each.fuzzy for each in returned),
            progress=progress.count(desk.source, translated, known),
        )


async def _require(session: AsyncSession, desk: _Desk, language: str, by: str) -> None:
    """Raise RefusedError unless a user may translate into a language."""
    _refuse_source(desk, language)
    await permission.require(
        session, desk.campaign, Right.TRANSLATE, by=by, language=language
    )


def _refuse_source(desk: _Desk, language: str) -> None:
    if language == desk.campaign.default_language:
        raise RefusedError(
            f"{desk.campaign.name} is written in {language}; choose another language"
        )


def _is_final(each: ReturnedUnit) -> bool:
    return bool(each.text) and not each.fuzzy


def _merged(present: dict[str, str], returned: list[ReturnedUnit]) -> dict[str, str]:
    """Return the units after an import; fuzzy and empty entries change nothing."""
    return present | {each.context: each.text for each in returned if _is_final(each)}


def _sources(returned: list[ReturnedUnit], contexts: set[str]) -> dict[str, str]:
    """Return context → source of the final entries with one of these contexts."""
    return {
        each.context: each.source
        for each in returned
        if _is_final(each) and each.context in contexts
    }


def _changes(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {context for context in after if before.get(context) != after[context]}


async def _store(
    session: AsyncSession,
    site: Site,
    desk: _Desk,
    language: str,
    translated: dict[str, str] | None,
    sources: dict[str, str],
) -> None:
    """Store the units of a translation, None if no words changed, and their sources."""
    campaign, parsed = desk.campaign, dict(desk.parsed)
    if translated is not None:
        model = desk.parsed[campaign.default_language]
        present = desk.parsed.get(language)
        text = units.to_markdown(model, present, translated, desk.types)
        template = letter_types.load(site.templates, campaign.template)
        parsed |= parse_all(
            {language: text}, site.templates, template, folder_name=campaign.name
        )
        await session.execute(
            delete(CampaignText).where(
                CampaignText.campaign_id == campaign.id,
                CampaignText.language == language,
            )
        )
        await session.execute(
            insert(CampaignText).values(
                campaign_id=campaign.id, language=language, text=text
            )
        )
    await progress.record(
        session,
        campaign,
        before=desk.parsed,
        after=parsed,
        types=desk.types,
        confirmed={language: sources},
    )
