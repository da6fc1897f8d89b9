"""What is quarantined: shown, believed after all, or discarded; each by a person."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.record import writing
from audiences.store.permission import DirectoryRight
from mailer.errors import NotFoundError, RefusedError
from mailer.feedback.belief import recording
from mailer.feedback.models import FeedbackKind, FeedbackMail, MailStanding
from mailer.outbox.models import Message
from mailer.users import guard

# kinds that say something of a message
OF_MESSAGES = (FeedbackKind.BOUNCE, FeedbackKind.COMPLAINT)


async def listed(
    session: AsyncSession,
    *,
    standing: MailStanding | None = MailStanding.QUARANTINED,
    kind: FeedbackKind | None = None,
    campaign_id: int | None = None,
    after: int = 0,
    limit: int = 200,
) -> Sequence[FeedbackMail]:
    """Return mails that came back, oldest first, with a number above `after`."""
    chosen: list[ColumnElement[bool]] = [true(), FeedbackMail.id > after]
    if standing is not None:
        chosen.append(FeedbackMail.standing == standing)
    if kind is not None:
        chosen.append(FeedbackMail.kind == kind)
    if campaign_id is not None:
        chosen.append(FeedbackMail.campaign_id == campaign_id)
    found = await session.scalars(
        select(FeedbackMail).where(*chosen).order_by(FeedbackMail.id).limit(limit)
    )
    return found.all()


async def count(session: AsyncSession) -> int:
    """Return how many mails are quarantined."""
    return (
        await session.scalar(
            select(func.count()).where(
                FeedbackMail.standing == MailStanding.QUARANTINED
            )
        )
        or 0
    )


async def get(session: AsyncSession, number: int) -> FeedbackMail:
    """Return a mail that came back; raise NotFoundError if there is none."""
    found = await session.get(FeedbackMail, number)
    if found is None:
        raise NotFoundError(
            f"no mail that came back has the number {number}", code="feedback.unknown"
        )
    return found


async def discard(
    session: AsyncSession, number: int, *, by: str, now: datetime
) -> None:
    """Discard a quarantined mail: it changes nothing, and its octets are deleted.

    Raises RefusedError if the user may not do it.
    """
    await guard.require(session, by, DirectoryRight.DIRECTORY)
    await _settle(session, number, MailStanding.DISCARDED, by=by, now=now)


async def release(
    session: AsyncSession, number: int, message_number: int, *, by: str, now: datetime
) -> list[bytes]:
    """Believe a quarantined bounce or complaint about a message that a person names.

    Return the addresses that are suppressed for a complaint. Raises RefusedError if it
    is neither, if the message was never sent, or if the user may not do it.
    """
    await guard.require(session, by, DirectoryRight.DIRECTORY)
    mail = await get(session, number)
    if mail.kind not in set(OF_MESSAGES):
        raise RefusedError(
            f"mail {number} is of the kind {mail.kind}, and says nothing of a message;"
            " only a bounce or a complaint can be released"
        )
    message = await session.get(Message, message_number)
    if message is None or message.marked_at is None:
        raise RefusedError(f"message {message_number} is not there, or was never sent")
    await _settle(session, number, MailStanding.BELIEVED, by=by, now=now)
    await session.execute(
        update(FeedbackMail)
        .where(FeedbackMail.id == number)
        .values(
            message_number=message.id,
            campaign_id=message.campaign_id,
            address_key=message.address_key,
            evidence="a person",
        )
    )
    await session.refresh(mail)
    values = {each.key: getattr(mail, each.key) for each in FeedbackMail.__table__.c}
    return await recording.apply(session, [values], now=now)


async def _settle(
    session: AsyncSession,
    number: int,
    standing: MailStanding,
    *,
    by: str,
    now: datetime,
) -> None:
    """Change the standing of a quarantined mail; raise RefusedError for any other."""
    mail = await get(session, number)
    settled = await session.execute(
        update(FeedbackMail)
        .where(
            FeedbackMail.id == number,
            FeedbackMail.standing == MailStanding.QUARANTINED,
        )
        .values(standing=standing, settled_by=by, settled_at=now, octets=None)
        .returning(FeedbackMail.id)
        .execution_options(synchronize_session=False)
    )
    if settled.first() is None:
        raise RefusedError(f"mail {number} is {mail.standing}, not quarantined")
    writing.note(session, standing, f"mail {number}", by=by, at=now)
