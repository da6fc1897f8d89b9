"""Exports a language of a campaign as a PO file, and imports it from one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import languages
from mailer.campaigns import acts, control, lookup
from mailer.campaigns.acts import Act
from mailer.campaigns.campaign_states import CampaignState, require_editable
from mailer.campaigns.models import Campaign, CampaignText
from mailer.campaigns.writing.drafting import versions
from mailer.campaigns.writing.drafting.desk import require_right
from mailer.campaigns.writing.texts import parse_all, read_all, texts_of
from mailer.campaigns.writing.translation import (
    incomplete,
    po,
    po_file,
    progress,
    units,
)
from mailer.campaigns.writing.translation.po import ReturnedUnit
from mailer.campaigns.writing.translation.progress import TranslationProgress
from mailer.campaigns.writing.translation.units import TranslationUnit
from mailer.errors import ContentError, RefusedError, together
from mailer.rendering import letter_types
from mailer.rendering.letter_types import BlockType
from mailer.rendering.source import Translation
from mailer.sites.site import Site


@dataclass(frozen=True, kw_only=True, slots=True)
class _Desk:
    """A campaign's texts, ready for translating."""

    campaign: Campaign
    types: dict[str, BlockType]
    parsed: dict[str, Translation]
    source: dict[str, TranslationUnit]
    known: progress.Sources
    faults: Mapping[str, Sequence[ContentError]]  # by language, of an unfinished text

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
    remarks: Sequence[str]  # on what is still to do, each with its line


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnedChange:
    """New words for a unit: what it has now, and what it would have."""

    context: str
    source: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnedTranslation:
    """What the import of a returned file would do; nothing is stored yet."""

    language: str
    changes: Sequence[ReturnedChange]
    confirmed: int  # with the same words, for a changed source
    fuzzy: int
    seen: datetime  # when the campaign was changed last


async def _desk(session: AsyncSession, site: Site, campaign_id: int) -> _Desk:
    """Read the texts of a campaign, also unfinished ones."""
    campaign = await lookup.get(session, campaign_id)
    types = letter_types.block_types(site.templates)
    texts = await texts_of(session, campaign)
    template = letter_types.load(site.templates, campaign.template)
    read = read_all(texts, site.templates, template, folder_name=campaign.name)
    parsed = dict(read.translations)
    return _Desk(
        campaign=campaign,
        types=types,
        parsed=parsed,
        source=units.source_units(parsed[campaign.default_language], types),
        known=await progress.sources_of(session, campaign),
        faults=read.faults,
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


async def look(
    site: Site, campaign_id: int, octets: bytes, *, name: str, by: str
) -> ReturnedTranslation:
    """Return what import_po would do with a file; it raises what that raises."""
    catalog = po_file.catalogue(octets, name)
    async with site.database.reading() as session:
        desk = await _desk(session, site, campaign_id)
        found = await _compared(session, desk, catalog, name, by)
    before = desk.translated(found.language)
    return ReturnedTranslation(
        language=found.language,
        changes=[
            ReturnedChange(
                context=context,
                source=unit.text,
                before=before.get(context, ""),
                after=found.translated[context],
            )
            for context, unit in desk.source.items()
            if context in found.changed
        ],
        confirmed=len(set(found.sources) - found.changed),
        fuzzy=found.fuzzy,
        seen=desk.campaign.updated_at,
    )


async def import_po(
    site: Site,
    campaign_id: int,
    octets: bytes,
    *,
    name: str,
    by: str,
    now: datetime,
    seen: datetime | None = None,
) -> ImportedTranslation:
    """Import a translated PO file; where words changed, an approval is void.

    `name` is the file's name, for errors. Raises ContentError at the file's faults, and
    RefusedError if the campaign's content cannot be changed, or was since `seen`.
    """
    catalog = po_file.catalogue(octets, name)  # takes long, and blocks no writer
    async with site.database.writing() as session:
        await lookup.lock(session, await lookup.get(session, campaign_id))
        desk = await _desk(session, site, campaign_id)
        campaign = desk.campaign
        lookup.require_seen(campaign, seen or campaign.updated_at)
        found = await _compared(session, desk, catalog, name, by)
        if found.changed or found.sources:
            await _store(session, site, desk, found)
            await _record(session, campaign, found, by=by, now=now)
        known = (await progress.sources_of(session, campaign)).get(found.language, {})
        remarks = incomplete.remarks(
            name, found.lines, desk.source, found.translated, known
        )
        return ImportedTranslation(
            language=found.language,
            changed=len(found.changed),
            confirmed=len(set(found.sources) - found.changed),
            fuzzy=found.fuzzy,
            progress=progress.count(desk.source, found.translated, known),
            remarks=list(remarks),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Compared:
    """A returned file, compared with what the campaign has."""

    language: str
    translated: Mapping[str, str]  # after the import, by context
    changed: set[str]  # contexts with new words
    sources: Mapping[str, str]  # of what is changed or confirmed, by context
    fuzzy: int
    lines: Mapping[str, int]  # of the file's entries, by context


async def _compared(
    session: AsyncSession, desk: _Desk, catalog: Any, name: str, by: str
) -> _Compared:
    """Compare a returned file; raise what the import raises."""
    campaign = desk.campaign
    require_editable(CampaignState(campaign.state), name=campaign.name)
    language, returned = po.read(catalog, name, desk.source)
    _refuse_source(desk, language)
    await require_right(session, campaign, language, by=by)
    for each in (campaign.default_language, language):
        if each in desk.faults:  # what cannot be read would be lost
            raise together(list(desk.faults[each]))
    before, final = desk.translated(language), list(filter(_is_final, returned))
    translated = before | {each.context: each.text for each in final}
    changed = {each for each in translated if before.get(each) != translated[each]}
    contexts = desk.stale(language) | changed
    return _Compared(
        language=language,
        translated=translated,
        changed=changed,
        sources={
            each.context: each.source for each in final if each.context in contexts
        },
        fuzzy=sum(each.fuzzy for each in returned),
        lines={each.context: each.line for each in returned},
    )


def _refuse_source(desk: _Desk, language: str) -> None:
    if language == desk.campaign.default_language:
        raise RefusedError(
            f"{desk.campaign.name} is written in {language}; choose another language"
        )


async def _record(
    session: AsyncSession,
    campaign: Campaign,
    found: _Compared,
    *,
    by: str,
    now: datetime,
) -> None:
    detail: dict[str, object] = {
        "language": found.language,
        "entries": len(found.changed),
    }
    detail |= await versions.keep(session, campaign, by=by, now=now)
    act = Act.TRANSLATED
    if found.changed:
        await control.void(session, campaign, act, by=by, now=now, detail=detail)
    else:
        acts.note(session, campaign, act, by=by, now=now, detail=detail)


def _is_final(each: ReturnedUnit) -> bool:
    return bool(each.text) and not each.fuzzy


async def _store(
    session: AsyncSession, site: Site, desk: _Desk, found: _Compared
) -> None:
    """Store the units of a translation, if words changed, and their sources."""
    campaign, parsed, language = desk.campaign, dict(desk.parsed), found.language
    if found.changed:
        model = desk.parsed[campaign.default_language]
        present = desk.parsed.get(language)
        text = units.to_markdown(model, present, found.translated, desk.types)
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
        confirmed={language: found.sources},
    )
