"""The steps that make a long history of letters, and ask rules about it."""

import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Integer,
    LargeBinary,
    String,
    cast,
    func,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.segments import compiler, resolve, vocabularies
from mailer import clock
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign
from mailer.feedback.models import EventAnswer, FeedbackKind, FeedbackMail, MailStanding
from mailer.feedback.past import LetterPast
from mailer.feedback.replies.wording import InvitationAnswer
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import LEDGER, Message
from mailer.sites.opening import open_site

EVENT = "assembly"
BOUNCED, REPLIED = 50, 200  # one of so many messages
QUESTIONS = {  # {last} is the last campaign, {days} the days since the middle one
    "reached_in": "reached_in({last})",
    "bounced_in": "bounced_in({last})",
    "replied": "replied({last})",
    "answered": f"answered({EVENT}, yes)",
    "not reached since": "not reached since {days}d",
    "a kind, and not reached": "kind = ngo and not reached_in({last})",
    "without the past": "kind = ngo",
}


async def remember(folder: Path, campaigns: int) -> dict[str, float]:
    """Copy the released letter to other campaigns; return how many messages there are.

    The oldest was sent as many weeks ago as there are campaigns.
    """
    now = clock.now()
    async with open_site(folder / "config.toml") as site:
        async with site.database.writing() as session:
            first = await session.scalar(select(func.min(Campaign.id)))
            names = [each.name for each in Campaign.__table__.columns]
            for week in range(campaigns):
                at = now - timedelta(weeks=campaigns - week)
                values = {
                    "state": CampaignState.FINISHED,
                    "released_at": at,
                    "expires_at": at + timedelta(days=3),
                    "event": {"uid": EVENT},
                }
                number = first
                if week:
                    number = await _copy(session, int(first or 0), names)
                await session.execute(
                    update(Campaign).where(Campaign.id == number).values(values)
                )
                if week:
                    await _messages(session, int(first or 0), int(number or 0))
                await _settle(session, int(number or 0), at)
            await _answers(session, int(number or 0), now)
            if session.get_bind().dialect.name == "sqlite":
                await session.execute(text("analyze"))
        async with site.database.reading() as session:
            kept = await session.scalar(select(func.count()).select_from(Message))
    return {"messages": int(kept or 0), "last": int(number or 0)}


async def _copy(session: AsyncSession, first: int, names: Sequence[str]) -> int:
    """Copy a campaign; return the number of the copy."""
    model = await session.get_one(Campaign, first)
    values = {each: getattr(model, each) for each in names if each != "id"}
    values |= {"name": f"{model.name} again", "reference_number": None}
    made = await session.execute(insert(Campaign).values(values).returning(Campaign.id))
    number: int = made.scalar_one()
    return number


async def _messages(session: AsyncSession, first: int, number: int) -> None:
    """Copy the messages of a campaign to another, without their letters."""
    copied = [
        each
        for each in LEDGER.columns
        if each.name not in {"id", "campaign_id", "letter_id"}
    ]
    chosen = select(literal(number), *copied).where(LEDGER.c.campaign_id == first)
    into = ["campaign_id", *(each.name for each in copied)]
    await session.execute(insert(LEDGER).from_select(into, chosen))


async def _settle(session: AsyncSession, number: int, at: object) -> None:
    """Let the messages of a campaign be taken, and some of them come back."""
    theirs = Message.campaign_id == number
    values = {"due_at": None, "marked_at": at, "settled_at": at}
    await session.execute(
        update(LEDGER).where(theirs).values(state=MessageState.ACCEPTED, **values)
    )
    back = theirs & ((Message.contact_id + number) % BOUNCED == 0)
    await session.execute(update(LEDGER).where(back).values(state=MessageState.BOUNCED))


async def _answers(session: AsyncSession, number: int, now: object) -> None:
    """Let readers of a campaign write back, and answer its invitation."""
    chosen = select(
        func.randomblob(32)
        if session.get_bind().dialect.name == "sqlite"
        else func.sha256(cast(cast(Message.id, String), LargeBinary)),
        *(literal(each) for each in (now, "bench", FeedbackKind.REPLY)),
        *(literal(each) for each in (MailStanding.FILED, number)),
        Message.id,
        Message.address_key,
    ).where(Message.campaign_id == number, Message.id % REPLIED == 0)
    into = [FeedbackMail.digest, FeedbackMail.seen_at, FeedbackMail.way]
    into += [FeedbackMail.kind, FeedbackMail.standing, FeedbackMail.campaign_id]
    into += [FeedbackMail.message_number, FeedbackMail.address_key]
    names = [each.key for each in into]
    empty = ["status", "permanence", "reason", "sender", "subject", "text"]
    chosen = chosen.add_columns(*(literal("") for _ in empty))
    await session.execute(insert(FeedbackMail).from_select([*names, *empty], chosen))
    said = select(
        literal(EVENT),
        Message.contact_id,
        literal(str(InvitationAnswer.YES)),
        cast(literal(0), Integer),
        literal(now),
    ).where(Message.campaign_id == number, Message.id % REPLIED == 1)
    await session.execute(
        insert(EventAnswer).from_select(
            ["uid", "contact_id", "answer", "sequence", "at"], said
        )
    )


async def ask(folder: Path, last: int, campaigns: int) -> dict[str, Any]:
    """Count each question; return the seconds, of the clock and of our processor."""
    found: dict[str, Any] = {}
    async with open_site(folder / "config.toml") as site:
        site.database.with_past(LetterPast)
        async with site.database.reading() as session:
            words = await vocabularies.load(session)
        context = compiler.Context(vocabulary=words, today=clock.now().date())
        for name, written in QUESTIONS.items():
            rule = written.format(last=last, days=7 * campaigns // 2)
            async with site.database.reading() as session:
                began, used = time.perf_counter(), time.process_time()
                counted = await resolve.count(session, rule, context)
                found[name] = {
                    "seconds": round(time.perf_counter() - began, 3),
                    "cpu": round(time.process_time() - used, 3),
                    "count": counted.count,
                }
    return found
