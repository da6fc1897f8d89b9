"""Saves a translation block by block, beside its source.

A translator writes words; days, numbers and pictures are those of the source.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns.acts import Act
from mailer.campaigns.writing import text_files, texts
from mailer.campaigns.writing.drafting import desk, pieces, same_facts, saving
from mailer.campaigns.writing.drafting.arranging import By
from mailer.campaigns.writing.drafting.desk import DraftDesk
from mailer.campaigns.writing.drafting.pieces import Filled
from mailer.campaigns.writing.drafting.saving import BlockSaved
from mailer.campaigns.writing.drafting.standing import SaveStamp
from mailer.campaigns.writing.translation import progress, units
from mailer.errors import NotFoundError, RefusedError
from mailer.rendering import letter_types
from mailer.rendering.letter_types import BlockType

HEAD = saving.HEAD


async def save(
    session: AsyncSession,
    taken: DraftDesk,
    language: str,
    name: str,
    filled: Filled,
    stamp: SaveStamp,
    *,
    kind: BlockType | None,
    by: By,
) -> BlockSaved:
    """Save a translator's words of a block; without any word it is not translated.

    Raises ChangedMeanwhileError, and NotFoundError if the source has no such block.
    """
    language = text_files.known(language)
    draft, model = taken.draft(language), taken.model.piece(name)
    if kind is None or model is None or model.type != kind.name:
        raise NotFoundError(
            f"the letter has no block {name[:60]!r} any more", code="block.unknown"
        )
    here = draft.piece(name)
    present = pieces.filled_of(here, kind) if here else Filled(values={})
    stands = same_facts.translators_part(kind, name, present).text
    wanted = same_facts.translators_part(kind, name, filled)
    place, one = (language, name), by.name
    if await saving.is_taken(
        session, taken.campaign, place, stands, wanted.text, stamp, by=one, now=by.now
    ):
        made = same_facts.with_facts(kind, name, filled, pieces.filled_of(model, kind))
        changed = pieces.placed(draft, made, taken.model)
        if not wanted.text:
            changed = draft.without(name)
        await desk.store(session, taken, {language: changed}, by=one, now=by.now)
    return BlockSaved(digest=wanted.digest, text=wanted.text)


async def still_right(
    session: AsyncSession, taken: DraftDesk, language: str, name: str, *, by: By
) -> None:
    """Confirm the words of a block, or of HEAD, for a source that has changed.

    Raises RefusedError if nothing of it is translated from an older source.
    """
    campaign, language = taken.campaign, text_files.known(language)
    types = letter_types.block_types(taken.templates)
    parsed = await texts.parsed_of(session, campaign, taken.templates)
    source = units.source_units(parsed[campaign.default_language], types)
    known = (await progress.sources_of(session, campaign)).get(language, {})
    translated = units.align(source, parsed[language]) if language in parsed else {}
    confirmed = {
        context: source[context].text
        for context in progress.stale(source, translated, known)
        if units.block_of(context, HEAD) == name
    }
    if not confirmed:
        raise RefusedError(
            "this translation is not older than its source; load the page again"
        )
    await progress.record(
        session,
        campaign,
        before=parsed,
        after=parsed,
        types=types,
        confirmed={language: confirmed},
    )
    await desk.record(session, campaign, Act.TRANSLATED, by=by.name, now=by.now)


async def drop(
    session: AsyncSession, taken: DraftDesk, language: str, name: str, *, by: By
) -> None:
    """Remove a block from a translation whose source does not have it."""
    language = text_files.known(language)
    draft = taken.draft(language)
    if taken.model.piece(name) is not None or draft.piece(name) is None:
        raise RefusedError(
            f"the block {name[:60]!r} is not a block of this translation alone"
        )
    changed = {language: draft.without(name)}
    await desk.store(session, taken, changed, by=by.name, now=by.now, apart=True)
