"""Asks whether a user may do something to a campaign."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns import lookup
from mailer.campaigns.models import Campaign
from mailer.users import guard
from mailer.users.acts import Right
from mailer.users.rights import Subject


async def require(
    session: AsyncSession,
    campaign: Campaign,
    right: Right,
    *,
    by: str,
    language: str | None = None,
    letter_class: str | None = None,
    now: datetime | None = None,
) -> None:
    """Raise RefusedError, with the role that is needed, unless a user has a right.

    `language` is that of a translation, `letter_class` that of an approval, which a
    deputy may give at the instant `now`.
    """
    subject = Subject(
        name=campaign.name,
        audience=campaign.audience,
        segments=await lookup.segments_of(session, campaign),
        language=language,
        letter_class=letter_class,
    )
    await guard.require(session, by, right, subject, now=now)
