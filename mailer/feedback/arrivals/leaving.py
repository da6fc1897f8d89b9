"""Unsubscribes the reader of an answer, because the unit read that wish in it."""

import asyncio
from datetime import datetime

from sqlalchemy import update

from audiences.subscriptions import How
from mailer.errors import RefusedError
from mailer.feedback.belief import quarantine
from mailer.feedback.models import FeedbackMail, Standing
from mailer.outbox.models import Message
from mailer.readers import applying, optouts
from mailer.readers.optouts import Wish
from mailer.sites.site import Site
from mailer.store import identity


async def leave(site: Site, number: int, *, by: str, now: datetime) -> None:
    """End the subscription to the topic of the letter that an answer is filed to.

    Raises RefusedError if the answer names no message of ours.
    """
    async with site.database.reading() as session:
        mail = await quarantine.get(session, number)
        filed = mail.standing == Standing.FILED and mail.message_number is not None
        if not filed:
            raise RefusedError(
                f"mail {number} does not answer a message of ours; stop the letters to"
                " its sender with `mailer suppressions add`"
            )
        message = await session.get_one(Message, mail.message_number)
        known = await identity.read(session)
        stamp = known.stamp(message.id, message.address_key)
    wish = optouts.of_link(stamp, at=now, kind=Wish.LEAVE, by=How.OPERATOR)
    await asyncio.to_thread(optouts.append, site.root, [wish])
    async with site.database.writing() as session:
        await session.execute(
            update(FeedbackMail)
            .where(FeedbackMail.id == number)
            .values(settled_by=by, settled_at=now)
        )
    await applying.apply_pending(site)
