"""Makes test copies of a campaign's letters, for people of the unit.

A copy says in its own language that it is a test, and its links do nothing: it has
tokens that no site takes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from audiences.segments.compiler import Context
from mailer.campaigns.review import preview
from mailer.campaigns.review.preview import Desk, Persona, Pick
from mailer.campaigns.variants import groups, letters
from mailer.campaigns.variants.letters import Content, LetterKey, Made
from mailer.errors import RefusedError
from mailer.rendering.source import Block, Source
from mailer.sites.site import Site


class Extent(StrEnum):
    """Which letters of a campaign are wanted."""

    ONE = "one"  # that of most readers in the campaign's default language
    EACH_LANGUAGE = "each_language"
    EACH_VARIANT = "each_variant"


def examples(extent: Extent) -> Pick:
    """Return how one reader is picked for each letter; the largest groups come first.

    It raises RefusedError if there is no reader.
    """

    async def pick(
        session: AsyncSession, content: Content, context: Context
    ) -> Sequence[Contact]:
        campaign = content.campaign
        grouped = await groups.group(
            session, campaign, context, written=content.written
        )
        largest = sorted(grouped, key=lambda each: -each.count)
        chosen: dict[LetterKey | str, int] = {}
        for each in largest:
            if each.choice is not None:
                key = letters.key(content, each.choice, each.variant)
                by = key if extent is Extent.EACH_VARIANT else key.language
                chosen.setdefault(by, each.example)
        if not chosen:
            raise RefusedError(
                f"{campaign.name} has no reader; name one, or change its audience"
            )
        if extent is Extent.ONE:
            default = campaign.default_language
            numbers = [chosen.get(default, next(iter(chosen.values())))]
        else:
            numbers = list(chosen.values())
        rows = await session.scalars(select(Contact).where(Contact.id.in_(numbers)))
        found = {each.id: each for each in rows}
        return [found[each] for each in numbers]

    return pick


@dataclass(frozen=True, kw_only=True, slots=True)
class TrialLetter:
    """A letter marked as a test, as its reader would get it."""

    key: LetterKey
    reader: str  # the reader's address
    organisation: str
    name: str | None
    made: Made


async def letters_of(
    site: Site, campaign_id: int, pick: Pick, *, now: datetime
) -> list[TrialLetter]:
    """Render the letters of the picked readers, marked as tests.

    Raises RefusedError if one of them reads no language of the campaign.
    """
    opened = await preview.desk(site, campaign_id, pick, now=now)
    return [await _letter(opened, persona, now) for persona in opened.personas]


async def _letter(opened: Desk, persona: Persona, now: datetime) -> TrialLetter:
    key = opened.key(persona)
    made = await letters.make(opened.site, opened.content, key, at=now, adapt=_marked)
    reader = persona.addressed(persona.contact.address or "", key.language)
    return TrialLetter(
        key=key,
        reader=reader.address,
        organisation=reader.organisation,
        name=reader.name,
        made=made,
    )


def _marked(source: Source) -> Source:
    """Return the source of a test: its subject and its first block say so."""
    catalogue = source.catalogue
    text = catalogue.text(
        "This is a test, sent to people of the unit only. It is written as for"
        " %(organisation)s. Its links to unsubscribe, to choose letters, to confirm and"
        " to correct do nothing.",
        organisation="{organisation}",
    )
    word = catalogue.text("TEST")
    notice = Block(id="test-copy", type="note", title=word, fields={}, text=text)
    return replace(
        source,
        subject=f"[{word}] {source.subject}",
        blocks=(notice, *source.blocks),
    )
