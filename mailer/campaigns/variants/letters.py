"""Renders a campaign's letters: from its stored texts to letter and skeleton."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from audiences import directory, languages, topics
from audiences.entry import Entry
from audiences.languages import Choice
from audiences.segments.saved import SavedSegment, latest
from mailer.campaigns.models import Campaign
from mailer.campaigns.variants import codes, reasons, wording
from mailer.campaigns.variants.codes import Others
from mailer.campaigns.variants.groups import Group
from mailer.campaigns.variants.reasons import Reason
from mailer.campaigns.variants.wording import Known
from mailer.campaigns.writing import event, files
from mailer.campaigns.writing.files import Attached
from mailer.campaigns.writing.texts import parse_all, texts_of
from mailer.composing import invitation, skeletons
from mailer.composing.header import HeaderFields
from mailer.composing.parts import Calendar, Extras
from mailer.composing.skeletons import Skeleton
from mailer.rendering import letter_types
from mailer.rendering.language.catalogues import Catalogue
from mailer.rendering.letter_types import Template
from mailer.rendering.render import render
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
    """A campaign parsed: all that rendering needs of the store."""

    campaign: Campaign
    template: Template
    texts: Mapping[str, str]  # as written, by language
    translations: Mapping[str, Translation]
    topic_names: Mapping[str, str]
    sequence: int = 0  # of the event it invites to
    reasons: Sequence[Reason] = ()
    names: Known = field(default_factory=dict)  # that reasons are told with
    files: tuple[Attached, ...] = ()
    entries: Mapping[int, Entry] = field(default_factory=dict)  # by organisation

    @property
    def blocks(self) -> dict[str, str]:
        """Return the blocks and their types, in the order of the letter."""
        model = self.translations[self.campaign.default_language]
        return {block.id: block.type for block in model.blocks}

    @property
    def written(self) -> list[str]:
        """Return the languages the campaign is written in."""
        return list(self.translations)


async def content_of(session: AsyncSession, site: Site, campaign: Campaign) -> Content:
    """Read and parse a campaign's content."""
    template = letter_types.load(site.templates, campaign.template)
    texts = await texts_of(session, campaign)
    names: Mapping[str, str] = {}
    if campaign.topic is not None:
        names = (await topics.named(session, campaign.topic)).names
    saved = await session.execute(latest(SavedSegment.name, SavedSegment.rule))
    known = reasons.reasons(campaign, {name: rule for name, rule in saved})
    return Content(
        campaign=campaign,
        reasons=known,
        names=await wording.names(session, known),
        template=template,
        texts=texts,
        translations=parse_all(
            texts, site.templates, template, folder_name=campaign.name
        ),
        topic_names=names,
        sequence=await event.next_sequence(session, campaign),
        files=await files.of(session, campaign),
    )


async def with_entries(
    session: AsyncSession, content: Content, seen: Iterable[str]
) -> Content:
    """Add the entries that readers of these variants see, as they are held now."""
    campaign = content.campaign
    if not campaign.shows_entry:
        return content
    numbers = {int(codes.read(campaign, each).organisation) for each in seen}
    found = await directory.entries(session, numbers)
    return replace(content, entries=found)


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class LetterKey:
    """What a letter of a campaign is found by; readers with one key get one letter."""

    language: str
    wanted: str  # the language it stands in for, or its own
    variant: str


def key(content: Content, choice: Choice, variant: str) -> LetterKey:
    """Return the letter of readers of whom the store notes `variant`."""
    campaign = content.campaign
    noted, hours = codes.read(campaign, variant), codes.instants(campaign.hours)
    traits = codes.canonical(noted, content.blocks, hours)
    return LetterKey(
        language=choice.language,
        wanted=choice.wanted,
        variant=codes.written(campaign, traits),
    )


def needed(content: Content, found: Sequence[Group]) -> list[LetterKey]:
    """Return each letter that groups of readers need, once."""
    return sorted(
        {key(content, group.choice, group.variant) for group in found if group.choice}
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """One letter rendered, and encoded with its header."""

    letter: Letter
    skeleton: Skeleton


def make(site: Site, content: Content, key: LetterKey, *, at: datetime) -> Made:
    """Render and encode one letter; `at` is when the campaign is released."""
    source = _source(site, content, key)
    letter = render(source, site.templates)
    return Made(letter=letter, skeleton=_skeleton(site, content, letter, source, at))


def _source(site: Site, content: Content, key: LetterKey) -> Source:
    campaign = content.campaign
    language = key.language
    translation = content.translations[language]
    spoken = spoken_in(content, language, key.wanted)
    return Source(
        template=campaign.template,
        catalogue=site.catalogue(language),
        wanted=site.catalogue(key.wanted) if key.wanted != language else None,
        subject=translation.subject,
        preheader=translation.preheader,
        blocks=tuple(_seen(site, content, key, spoken)),
        block_catalogues={
            block: site.catalogue(each)
            for block, each in spoken.items()
            if each != language
        },
        reference=campaign.reference,
        day=campaign.day,
        zone=campaign.zone,
        offsets=_offsets(campaign, key.variant),
        sender_name=site.sender_name(language),
        postal=site.postal(language),
        topic_name=None if campaign.topic is None else topic_name(content, language),
        reason=_reason(content, key, site.catalogue(language)),
        entry=_entry(content, key),
        site_url=site.settings.site.url,
    )


def _entry(content: Content, key: LetterKey) -> Entry | None:
    number = codes.read(content.campaign, key.variant).organisation
    return content.entries.get(int(number)) if number else None


def spoken_in(content: Content, language: str, wanted: str) -> dict[str, str]:
    """Return in which language each block is read; fallbacks only where allowed."""
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
    """Return in words why these readers were picked; nothing where none is known."""
    number = codes.read(content.campaign, key.variant).reason
    if not content.reasons or (not number and len(content.reasons) > 1):
        return ()
    said = content.reasons[int(number or 0)]
    return wording.words(said, content.names, catalogue)


def _offsets(campaign: Campaign, variant: str) -> Mapping[str, str]:
    """Return the reader's offset at each of the letter's hours, by its instant."""
    offsets = codes.read(campaign, variant).zone.split(",")
    return dict(zip(campaign.hours, filter(None, offsets), strict=False))


def topic_name(content: Content, language: str) -> str:
    """Return the name of the campaign's topic as readers of a language know it."""
    topic = str(content.campaign.topic)
    return languages.name_in(content.topic_names, language, topic)


def _seen(
    site: Site, content: Content, key: LetterKey, spoken: Mapping[str, str]
) -> Iterator[Block]:
    """Yield the blocks in their order, each in the language it is read in."""
    blocks = {
        (language, block.id): block
        for language, translation in content.translations.items()
        for block in translation.blocks
    }
    traits = codes.read(content.campaign, key.variant)
    for each in codes.order(traits, content.blocks):
        if isinstance(each, Others):
            yield _heading(each, site.catalogue(key.language))
        elif each in spoken:
            yield blocks[spoken[each], each]


def _heading(others: Others, catalogue: Catalogue) -> Block:
    return Block(
        id=f"others.{others.type}",
        type="heading",
        title=catalogue.text(OTHERS.get(others.type, "Also in this letter")),
        fields={"of": others.type},
        text="",
    )


def _skeleton(
    site: Site, content: Content, letter: Letter, made_from: Source, at: datetime
) -> Skeleton:
    campaign = content.campaign
    settings = site.settings
    html, images, attached = files.carried(
        letter, content.files, domain=settings.mail.domain
    )
    calendar = _calendar(site, content, made_from, at)
    return skeletons.compile_letter(
        replace(letter, html=html),
        HeaderFields(
            sender_name=made_from.sender_name,
            sender=settings.sender.address,
            reply_to=settings.sender.reply_to,
            domain=settings.mail.domain,
            list_label=campaign.topic.lower() if campaign.topic else None,
            list_name=made_from.topic_name or "",
            site_url=settings.site.url,
            at=at,
            campaign=f"c{campaign.id}",
            leave_mailbox=settings.mail.leave_mailbox,
        ),
        Extras(calendar=calendar, images=images, files=attached),
    )


def _calendar(
    site: Site, content: Content, made_from: Source, at: datetime
) -> Calendar | None:
    """Return the invitation a letter carries, if its campaign is about an event."""
    if content.campaign.event is None:
        return None
    return invitation.write(
        event.invitation(
            content.campaign.event,
            sequence=content.sequence,
            domain=site.settings.mail.domain,
            language=made_from.catalogue.language,
            summary=made_from.subject,
            description=made_from.preheader,
            organiser=site.settings.sender.address,
            organiser_name=made_from.sender_name,
            now=at,
        )
    )
