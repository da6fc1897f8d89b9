"""The hand-off to translators: a campaign's language goes out and comes back as PO."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import languages
from mailer.campaigns import acts, control, lookup
from mailer.campaigns.acts import Act
from mailer.campaigns.campaign_states import EDITABLE, CampaignState
from mailer.campaigns.models import Campaign, CampaignText
from mailer.campaigns.writing.texts import parse_all, texts_of
from mailer.campaigns.writing.translation import po, progress, units
from mailer.campaigns.writing.translation.po import ReturnedUnit
from mailer.campaigns.writing.translation.progress import TranslationProgress
from mailer.campaigns.writing.translation.units import TranslationUnit
from mailer.errors import RefusedError
from mailer.rendering import letter_types
from mailer.rendering.letter_types import BlockType
from mailer.rendering.source import Translation
from mailer.sites.site import Site


@dataclass(frozen=True, kw_only=True, slots=True)
class _Desk:
    """A campaign's texts laid out for translating."""

    campaign: Campaign
    types: dict[str, BlockType]
    parsed: dict[str, Translation]
    source: dict[str, TranslationUnit]
    known: progress.Sources

    def said(self, language: str) -> dict[str, str]:
        """Return what is translated into a language."""
        if language not in self.parsed:
            return {}
        return units.beside(self.source, self.parsed[language])

    def stale(self, language: str) -> set[str]:
        """Return the contexts of which the source changed."""
        known = self.known.get(language, {})
        return progress.stale(self.source, self.said(language), known)


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportedTranslation:
    """What an import did."""

    language: str
    changed: int  # entries that say something else now
    confirmed: int  # entries whose words still hold though their source changed
    fuzzy: int  # entries left as they were, because the file calls them fuzzy
    standing: TranslationProgress


async def _desk(session: AsyncSession, site: Site, campaign_id: int) -> _Desk:
    campaign = await lookup.get(session, campaign_id)
    types = letter_types.block_types(site.templates)
    texts = await texts_of(session, campaign)
    template = letter_types.load(site.templates, campaign.template)
    parsed = parse_all(texts, site.templates, template, folder_name=campaign.name)
    return _Desk(
        campaign=campaign,
        types=types,
        parsed=parsed,
        source=units.entries(parsed[campaign.default_language], types),
        known=await progress.sources_of(session, campaign),
    )


async def export(
    site: Site, campaign_id: int, language: str, *, now: datetime
) -> bytes:
    """Return a campaign as a PO file for the translator of one language."""
    language = languages.tag(language)
    async with site.database.reading() as session:
        desk = await _desk(session, site, campaign_id)
    _refuse_source(desk, language)
    known = desk.known.get(language, {})
    return po.write(
        language,
        desk.campaign.name,
        desk.source,
        said=desk.said(language),
        stale={context: known[context] for context in desk.stale(language)},
        now=now,
    )


async def take(
    site: Site, campaign_id: int, octets: bytes, *, name: str, by: str, now: datetime
) -> ImportedTranslation:
    """Take in what a translator wrote; an approval is void where anything changed."""
    async with site.database.writing() as session:
        await lookup.lock(session, await lookup.get(session, campaign_id))
        desk = await _desk(session, site, campaign_id)
        if CampaignState(desk.campaign.state) not in EDITABLE:
            raise RefusedError(
                f"{desk.campaign.name} is {desk.campaign.state}; its words are final"
            )
        language, found = po.read(octets, name, desk.source)
        _refuse_source(desk, language)
        said = _merged(desk.said(language), found)
        changed = _changes(desk.said(language), said)
        news = desk.stale(language) | changed
        sure = {
            each.context: each.source
            for each in found
            if _counts(each) and each.context in news
        }
        confirmed = set(sure) - changed
        if changed or confirmed:
            await _store(session, site, desk, language, said if changed else None, sure)
            detail = {"language": language, "entries": len(changed)}
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
            fuzzy=sum(each.fuzzy for each in found),
            standing=progress.standing(desk.source, said, known),
        )


def _refuse_source(desk: _Desk, language: str) -> None:
    if language == desk.campaign.default_language:
        raise RefusedError(f"{desk.campaign.name} is written in {language} itself")


def _counts(each: ReturnedUnit) -> bool:
    return bool(each.text) and not each.fuzzy


def _merged(present: dict[str, str], found: list[ReturnedUnit]) -> dict[str, str]:
    """Return what is said after an import; fuzzy and empty entries change nothing."""
    return present | {each.context: each.text for each in found if _counts(each)}


def _changes(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {context for context in after if before.get(context) != after[context]}


async def _store(
    session: AsyncSession,
    site: Site,
    desk: _Desk,
    language: str,
    said: dict[str, str] | None,
    sure: dict[str, str],
) -> None:
    """Write a translation where its words changed, and what it is true to."""
    campaign, parsed = desk.campaign, dict(desk.parsed)
    if said is not None:
        model = desk.parsed[campaign.default_language]
        text = units.compose(model, desk.parsed.get(language), said, desk.types)
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
        confirmed={language: sure},
    )
