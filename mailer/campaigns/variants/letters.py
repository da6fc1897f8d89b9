"""Renders a campaign's letters from its stored texts."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from audiences import directory, languages, topics
from audiences.entry import Entry
from audiences.languages import Choice
from mailer.campaigns.lookup import segments_of
from mailer.campaigns.models import Campaign
from mailer.campaigns.variants import codes, encoding, reasons, wording
from mailer.campaigns.variants.codes import Others
from mailer.campaigns.variants.groups import Group
from mailer.campaigns.variants.reasons import Reason
from mailer.campaigns.variants.wording import Known
from mailer.campaigns.writing import event, files
from mailer.campaigns.writing.files import Attached
from mailer.campaigns.writing.texts import read_all, texts_of
from mailer.composing.skeletons import Skeleton
from mailer.errors import ContentError, together
from mailer.rendering import letter_types, renderer
from mailer.rendering.language.catalogues import Catalogue
from mailer.rendering.letter_types import Template
from mailer.rendering.source import Block, Letter, Source, Translation
from mailer.sites.site import Site

OTHERS = {
    "action": "Other actions",
    "item": "Other dates",
    "publication": "Other publications",
    "recommendation": "Other recommendations",
}


@dataclass(frozen=True, kw_only=True)
class Content:
    """A parsed campaign, with all that rendering needs from the store."""

    campaign: Campaign
    template: Template
    texts: Mapping[str, str]  # as written, by language
    translations: Mapping[str, Translation]
    topic_names: Mapping[str, str]
    sequence: int = 0  # SEQUENCE of its event
    reasons: Sequence[Reason] = ()
    names: Known = field(default_factory=dict)  # of what the reasons name
    files: tuple[Attached, ...] = ()
    entries: Mapping[int, Entry] = field(default_factory=dict)  # by organisation
    faults: Mapping[str, tuple[ContentError, ...]] = field(default_factory=dict)

    @property
    def blocks(self) -> dict[str, str]:
        """Return the blocks and their types, in the order of the letter."""
        model = self.translations[self.campaign.default_language]
        return {block.id: block.type for block in model.blocks}

    @property
    def written(self) -> list[str]:
        """Return the languages the campaign is written in."""
        return list(self.translations)


async def content_of(
    session: AsyncSession,
    site: Site,
    campaign: Campaign,
    *,
    present: bool = False,
    unfinished: bool = False,
) -> Content:
    """Read and parse a campaign's content; raise ContentError at a fault of it.

    `present` is that of lookup.segments_of. With `unfinished`, the content has the
    faults of its texts, by language.
    """
    template = letter_types.load(site.templates, campaign.template)
    texts = await texts_of(session, campaign)
    names: Mapping[str, str] = {}
    if campaign.topic is not None:
        names = (await topics.named(session, campaign.topic)).names
    segments = await segments_of(session, campaign, present=present)
    known = reasons.reasons(campaign, segments)
    read = read_all(texts, site.templates, template, folder_name=campaign.name)
    if read.faults and not unfinished:
        raise together([each for faults in read.faults.values() for each in faults])
    return Content(
        campaign=campaign,
        reasons=known,
        names=await wording.names(session, known),
        template=template,
        texts=texts,
        translations=read.translations,
        faults=read.faults,
        topic_names=names,
        sequence=await event.next_sequence(session, campaign),
        files=await files.files_of(session, campaign) + files.logo_of(site.templates),
    )


async def with_entries(
    session: AsyncSession, content: Content, variants: Iterable[str]
) -> Content:
    """Add the present directory entries that readers with these codes see."""
    campaign = content.campaign
    if not campaign.shows_entry:
        return content
    numbers = {int(codes.decode(campaign, each).organisation) for each in variants}
    return replace(content, entries=await directory.entries(session, numbers))


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class LetterKey:
    """Identifies a letter of a campaign: readers with one key get one letter."""

    language: str
    wanted: str  # differs from `language` in a fallback
    variant: str


def key(content: Content, choice: Choice, variant: str) -> LetterKey:
    """Return the key of the letter for readers with this language and code."""
    campaign = content.campaign
    traits, hours = codes.decode(campaign, variant), codes.instants(campaign.hours)
    traits = codes.canonical(traits, content.blocks, hours)
    return LetterKey(
        language=choice.language,
        wanted=choice.wanted,
        variant=codes.encode(campaign, traits),
    )


def plain(content: Content, language: str) -> LetterKey:
    """Return the key of a letter in a language, with the traits that all start with."""
    variant = codes.encode(content.campaign, codes.Traits())
    return LetterKey(language=language, wanted=language, variant=variant)


def needed(content: Content, groups: Sequence[Group]) -> list[LetterKey]:
    """Return the keys of the letters that groups of readers need, each once."""
    return sorted(
        {key(content, each.choice, each.variant) for each in groups if each.choice}
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """A rendered letter, and its skeleton with the header."""

    letter: Letter
    skeleton: Skeleton


def as_written(source: Source) -> Source:
    """Return the source of a letter unchanged."""
    return source


async def make(
    site: Site,
    content: Content,
    key: LetterKey,
    *,
    at: datetime,
    adapt: Callable[[Source], Source] = as_written,
) -> Made:
    """Render and encode one letter, released at `at`; raise ContentError at a fault.

    `adapt` changes what a test is rendered from.
    """
    source = adapt(_source(site, content, key))
    letter = await asyncio.to_thread(renderer.kept.render, source, site.templates)
    skeleton = encoding.encode(
        site,
        content.campaign,
        letter,
        source,
        files=content.files,
        sequence=content.sequence,
        at=at,
    )
    return Made(letter=letter, skeleton=skeleton)


def _source(site: Site, content: Content, key: LetterKey) -> Source:
    campaign = content.campaign
    language = key.language
    translation = content.translations[language]
    read_in = block_languages(content, language, key.wanted)
    return Source(
        template=campaign.template,
        catalogue=site.catalogue(language),
        wanted=site.catalogue(key.wanted) if key.wanted != language else None,
        subject=translation.subject,
        preheader=translation.preheader,
        blocks=tuple(_blocks(site, content, key, read_in)),
        block_catalogues={
            block: site.catalogue(each)
            for block, each in read_in.items()
            if each != language
        },
        reference=campaign.reference,
        day=campaign.day,
        zone=campaign.zone,
        offsets=_offsets(campaign, key.variant),
        sender_name=site.sender_name(language),
        postal=site.postal(language),
        topic_name=None if campaign.topic is None else topic_name(content, language),
        service=content.template.service,
        reason=_reason(content, key, site.catalogue(language)),
        entry=_entry(content, key),
        site_url=site.settings.site.url,
    )


def _entry(content: Content, key: LetterKey) -> Entry | None:
    number = codes.decode(content.campaign, key.variant).organisation
    return content.entries.get(int(number)) if number else None


def block_languages(content: Content, language: str, wanted: str) -> dict[str, str]:
    """Return each block's language: the letter's, or a fallback if that is allowed."""
    campaign = content.campaign
    written = {
        each: {block.id for block in translation.blocks}
        for each, translation in content.translations.items()
    }
    chain = [language]
    if languages.may_lack_blocks(campaign.per_block, language):
        chain += campaign.fallbacks.get(wanted, ())
        chain += campaign.fallbacks.get(language, ())
        chain.append(campaign.default_language)
    return {
        block: each
        for block in content.blocks
        for each in reversed(chain)
        if block in written.get(each, ())
    }


def _reason(content: Content, key: LetterKey, catalogue: Catalogue) -> tuple[str, ...]:
    """Return in words why these readers were picked; () if no reason is known."""
    number = codes.decode(content.campaign, key.variant).reason
    if not content.reasons or (not number and len(content.reasons) > 1):
        return ()
    reason = content.reasons[int(number or 0)]
    return wording.words(reason, content.names, catalogue)


def _offsets(campaign: Campaign, variant: str) -> Mapping[str, str]:
    """Return the reader's UTC offset at each hour of the letter, by the hour."""
    offsets = codes.decode(campaign, variant).zone.split(",")
    return dict(zip(campaign.hours, filter(None, offsets), strict=False))


def topic_name(content: Content, language: str) -> str:
    """Return the name of the campaign's topic in a language."""
    topic = str(content.campaign.topic)
    return languages.name_in(content.topic_names, language, topic)


def _blocks(
    site: Site, content: Content, key: LetterKey, read_in: Mapping[str, str]
) -> Iterator[Block]:
    """Yield the blocks of a letter in their order, each in its language."""
    blocks = {
        (language, block.id): block
        for language, translation in content.translations.items()
        for block in translation.blocks
    }
    traits = codes.decode(content.campaign, key.variant)
    for each in codes.order(traits, content.blocks):
        if isinstance(each, Others):
            yield _heading(each, site.catalogue(key.language))
        elif each in read_in:
            yield blocks[read_in[each], each]


def _heading(others: Others, catalogue: Catalogue) -> Block:
    return Block(
        id=f"others.{others.type}",
        type="heading",
        title=catalogue.text(OTHERS.get(others.type, "Also in this letter")),
        fields={"of": others.type},
        text="",
    )
