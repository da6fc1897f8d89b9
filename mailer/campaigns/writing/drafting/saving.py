"""Saves one block of a draft in one language, or the lines above the blocks.

What a colleague wrote meanwhile is never replaced unseen: the save is refused, with
both texts.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns.acts import Act
from mailer.campaigns.models import Campaign
from mailer.campaigns.version_models import BlockSave
from mailer.campaigns.writing import edit, parsing, text_files
from mailer.campaigns.writing.drafting import desk, pieces, same_facts, standing
from mailer.campaigns.writing.drafting.desk import DraftDesk
from mailer.campaigns.writing.drafting.pieces import Draft, Filled, Piece
from mailer.campaigns.writing.drafting.standing import LastSave, SaveOutcome, SaveStamp
from mailer.errors import NotFoundError, RefusedError
from mailer.rendering.letter_types import BlockType
from mailer.rendering.template_files import TemplateFiles

HEAD, LETTER = ".head", ".letter"  # subject and preheader; name and date
AUDIENCE = ".audience"  # the rule of who gets it
_MAX_NAME = 200  # characters
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


@dataclass(frozen=True, kw_only=True, slots=True)
class BlockSaved:
    """What stands after a save."""

    digest: str
    text: str


class ChangedMeanwhileError(RefusedError):
    """Somebody else wrote here after the page was loaded; nothing was changed.

    `stands` is what is written now, `wanted` what was to be saved, `by` who wrote.
    """

    def __init__(self, *, stands: str, wanted: str, by: str) -> None:
        super().__init__(
            f"{by or 'somebody else'} changed this meanwhile; nothing was saved",
            code="block.changed",
        )
        self.stands, self.wanted, self.by = stands, wanted, by


def letter_name(given: str) -> str:
    """Return the name of a letter as one line; raise RefusedError if none is usable."""
    name = " ".join(given.split())
    if not name:
        raise RefusedError("the letter has no name; give it one")
    if len(name) > _MAX_NAME:
        raise RefusedError(
            f"the name has {len(name)} characters, at most {_MAX_NAME}; shorten it"
        )
    return name


async def save_block(
    session: AsyncSession,
    taken: DraftDesk,
    language: str,
    name: str,
    filled: Filled,
    stamp: SaveStamp,
    *,
    kind: BlockType | None,
    by: str,
    now: datetime,
) -> BlockSaved:
    """Save a block; one that a text does not have yet is put in its place.

    What is the same in all languages is changed in all. Raises ChangedMeanwhileError,
    also if the block was deleted; NotFoundError if the letter may not have a block of
    its type.
    """
    language = text_files.known(language)
    draft = taken.draft(language)
    here = draft.piece(name)
    if kind is None or _NAME.fullmatch(name) is None:
        raise NotFoundError(
            f"the letter has no block {name[:60]!r} any more", code="block.unknown"
        )
    wanted = pieces.piece(kind, name, filled.values, filled.text)
    place, stands = (language, name), here.text if here else ""
    if await is_taken(
        session, taken.campaign, place, stands, wanted.text, stamp, by=by, now=now
    ):
        changed = {language: pieces.placed(draft, wanted, taken.model)}
        if language == taken.campaign.default_language and here is not None:
            changed |= same_facts.carried(taken.drafts, kind, here, wanted)
        await desk.store(session, taken, changed, by=by, now=now)
    return BlockSaved(digest=wanted.digest, text=wanted.text)


async def save_head(
    session: AsyncSession,
    taken: DraftDesk,
    language: str,
    filled: Filled,
    stamp: SaveStamp,
    *,
    by: str,
    now: datetime,
) -> BlockSaved:
    """Save the subject and the preheader of a language."""
    language = text_files.known(language)
    draft = taken.draft(language)
    values = filled.values
    wanted = pieces.front(values.get("subject", ""), values.get("preheader", ""))
    if await is_taken(
        session,
        taken.campaign,
        (language, HEAD),
        draft.front,
        wanted,
        stamp,
        by=by,
        now=now,
    ):
        changed = Draft(front=wanted, pieces=draft.pieces)
        await desk.store(session, taken, {language: changed}, by=by, now=now)
    return BlockSaved(digest=pieces.digest_of(wanted), text=wanted)


def letter_text(name: str, day: date) -> str:
    """Return the name and the date of a letter as one text, to be compared."""
    return f"name: {name}\ndate: {day.isoformat()}"


async def save_letter(
    session: AsyncSession,
    taken: DraftDesk,
    filled: Filled,
    stamp: SaveStamp,
    *,
    by: str,
    now: datetime,
) -> BlockSaved:
    """Save the name of a letter and the date on it; raise RefusedError at a fault."""
    campaign = taken.campaign
    name = letter_name(filled.values.get("name", ""))
    given = filled.values.get("date", "")
    try:
        day = date.fromisoformat(given)
    except ValueError:
        raise RefusedError(
            f"{given[:40]!r} is no day; write it as 2027-05-04"
        ) from None
    stands, wanted = letter_text(campaign.name, campaign.day), letter_text(name, day)
    if await is_taken(
        session, campaign, ("", LETTER), stands, wanted, stamp, by=by, now=now
    ):
        edit.rename(campaign, name=name, day=day, now=now)
        await desk.record(session, campaign, Act.EDITED, by=by, now=now)
    return BlockSaved(digest=pieces.digest_of(wanted), text=wanted)


async def save_audience(
    session: AsyncSession,
    taken: DraftDesk,
    rule: str,
    stamp: SaveStamp,
    *,
    by: str,
    now: datetime,
) -> BlockSaved:
    """Save the rule of who gets a letter; raise ContentError if it cannot be used."""
    campaign = taken.campaign
    stands, wanted = campaign.audience, " ".join(rule.split())
    if await is_taken(
        session, campaign, ("", AUDIENCE), stands, wanted, stamp, by=by, now=now
    ):
        await edit.set_audience(session, campaign, wanted, now=now)
        await desk.require_right(session, campaign, None, by=by)  # its new readers
        await desk.record(session, campaign, Act.EDITED, by=by, now=now)
    return BlockSaved(digest=pieces.digest_of(wanted), text=wanted)


async def is_taken(
    session: AsyncSession,
    campaign: Campaign,
    place: tuple[str, str],
    stands: str,
    wanted: str,
    stamp: SaveStamp,
    *,
    by: str,
    now: datetime,
) -> bool:
    """Whether a save is to be stored; record it. Raise ChangedMeanwhileError."""
    row = await session.get(BlockSave, (campaign.id, *place))
    last = LastSave(digest=row.digest, page=row.page, n=row.n) if row else None
    found, saved = pieces.digest_of(stands), pieces.digest_of(wanted)
    decision = standing.decide(found, last, stamp, saved)
    if decision is SaveOutcome.REFUSED:
        writer = row.by if row is not None and row.digest == found else campaign.author
        raise ChangedMeanwhileError(stands=stands, wanted=wanted, by=writer)
    if row is None:
        language, block = place
        row = BlockSave(campaign_id=campaign.id, language=language, block=block)
        session.add(row)
    row.digest, row.page, row.n, row.by, row.at = saved, stamp.page, stamp.n, by, now
    return decision is SaveOutcome.TAKEN


async def take(
    session: AsyncSession,
    campaign_id: int,
    templates: TemplateFiles,
    language: str,
    *,
    by: str,
) -> DraftDesk:
    """Lock a draft for a save in a language."""
    return await desk.take(session, campaign_id, templates, by=by, language=language)


def faults_of(piece: Piece, kind: BlockType) -> list[str]:
    """Return what is wrong in a block or missing, a sentence each."""
    lines = list(enumerate(piece.text.split("\n"), start=1))
    return [each.sentence for each in parsing.checked(lines, kind, "").faults]
