"""Remarks on the blocks of a letter: made, answered by another one, and settled.

They change no word, so no approval ends by them. Each user who reads letters may make
one; who made it settles it, or who may write in the letter.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import characters
from audiences.record import writing
from mailer.campaigns import lookup, permission
from mailer.campaigns.models import Campaign
from mailer.campaigns.version_models import Remark
from mailer.campaigns.writing import text_files
from mailer.campaigns.writing.drafting import desk
from mailer.errors import NotFoundError, RefusedError
from mailer.users.acts import Right

LONGEST = 2_000  # characters
MOST = 200  # that wait, of one letter
WHOLE = ""  # the block of a remark on the letter as a whole


async def add(
    session: AsyncSession,
    campaign: Campaign,
    text: str,
    *,
    block: str = WHOLE,
    language: str = "",
    by: str,
    now: datetime,
) -> None:
    """Make a remark; raise RefusedError without words, or for too many or too long."""
    await permission.require(session, campaign, Right.READ, by=by)
    lines = text.strip().splitlines()
    words = "\n".join(characters.printable(line.rstrip()) for line in lines)
    if not words:
        raise RefusedError("the remark has no words; write what you mean")
    if len(words) > LONGEST:
        raise RefusedError(
            f"the remark has {len(words):,} characters, at most {LONGEST:,}; shorten it"
        )
    waiting = await session.scalar(
        select(func.count())
        .select_from(Remark)
        .where(Remark.campaign_id == campaign.id, Remark.settled_at.is_(None))
    )
    if (waiting or 0) >= MOST:
        raise RefusedError(f"{MOST} remarks wait on this letter; settle some before")
    session.add(
        Remark(
            campaign_id=campaign.id,
            language=text_files.known(language) if language else "",
            block=block[:80],
            text=words,
            by=by,
            at=now,
        )
    )
    about, detail = f"campaign {campaign.id}", {"block": block}
    writing.note(session, "remarked", about, by=by, at=now, detail=detail)


async def settle(
    session: AsyncSession, campaign_id: int, number: int, *, by: str, now: datetime
) -> Remark:
    """Settle a remark; one that is settled stays as it is."""
    row = await session.get(Remark, number)
    if row is None or row.campaign_id != campaign_id:
        raise NotFoundError("there is no such remark on this letter")
    campaign = await lookup.get(session, campaign_id)
    if row.by != by:
        await desk.require_right(session, campaign, row.language or None, by=by)
    if row.settled_at is None:
        row.settled_by, row.settled_at = by, now
        about = f"campaign {campaign.id}"
        writing.note(
            session, "settled", about, by=by, at=now, detail={"remark": number}
        )
    return row


async def of(session: AsyncSession, campaign: Campaign) -> Sequence[Remark]:
    """Return the remarks on a letter, the first one first."""
    rows = await session.scalars(
        select(Remark).where(Remark.campaign_id == campaign.id).order_by(Remark.id)
    )
    return rows.all()
