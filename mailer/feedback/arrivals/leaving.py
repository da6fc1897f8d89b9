"""Unsubscribes the reader of an answer, because the unit read that wish in it."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.record import writing
from audiences.store.permission import DirectoryRight
from audiences.subscriptions import How
from mailer.errors import RefusedError
from mailer.feedback.belief import quarantine
from mailer.feedback.belief.believing import Row
from mailer.feedback.models import FeedbackKind, FeedbackMail, MailStanding
from mailer.feedback.replies import wording
from mailer.outbox.models import Message
from mailer.readers import applying, optouts
from mailer.readers.optouts import OptOut, Wish
from mailer.sites.site import Site
from mailer.store import identity
from mailer.store.identity import Identity
from mailer.users import guard


async def leave(site: Site, number: int, *, by: str, now: datetime) -> None:
    """End the subscription to the topic of the letter that an answer is filed to.

    Raises RefusedError if the answer names no message of ours, or if the user may not
    do it.
    """
    async with site.database.reading() as session:
        await guard.require(session, by, DirectoryRight.DIRECTORY)
        mail = await quarantine.get(session, number)
        filed = mail.standing == MailStanding.FILED and mail.message_number is not None
        if not filed:
            raise RefusedError(
                f"mail {number} does not answer a message of ours",
                code="mail.not_filed",
            )
        message = await session.get_one(Message, mail.message_number)
        known = await identity.read(session)
    wish = _wish(known, message.id, message.address_key, How.OPERATOR, now)
    await asyncio.to_thread(optouts.append, site.root, [wish])
    async with site.database.writing() as session:
        await session.execute(
            update(FeedbackMail)
            .where(FeedbackMail.id == number)
            .values(settled_by=by, settled_at=now)
        )
        writing.note(session, "left", f"mail {number}", by=by, at=now)
    await applying.apply_pending(site)


async def asked(
    session: AsyncSession, rows: Sequence[Row], *, now: datetime
) -> list[OptOut]:
    """Return the wishes of answers whose subjects ask to unsubscribe."""
    known = await identity.read(session)
    return [
        _wish(known, row["message_number"], row["address_key"], How.MAIL, now)
        for row in rows
        if row["kind"] == FeedbackKind.REPLY
        and row["message_number"] is not None
        and wording.asks_to_leave(row["subject"])
    ]


def _wish(
    known: Identity, number: int, address_key: bytes, how: How, now: datetime
) -> OptOut:
    stamp = known.stamp(number, address_key)
    return optouts.of_link(stamp, at=now, kind=Wish.LEAVE, by=how)
