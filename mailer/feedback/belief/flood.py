"""Whether so many messages of a campaign came back alike that the fault is ours.

The rule is that of refusals (outcomes/proportion). Messages are looked at in groups, in
the order in which they were made, so that a relay that failed for a while is found.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from audiences.store import batches
from mailer.campaigns.models import Campaign
from mailer.delivery.smtp.verdict import Permanence
from mailer.feedback.models import FeedbackKind, FeedbackMail, MailStanding
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import Message
from mailer.outcomes import faults, proportion
from mailer.outcomes.closing import UNDER_WAY
from mailer.outcomes.proportion import DOMAINS, FIRST, LAST, Alike

_TAKEN = (MessageState.ACCEPTED, MessageState.BOUNCED, MessageState.COMPLAINED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """The reasons of bounces that are ours, and a sentence about the most frequent."""

    ours: set[str] = field(default_factory=set)
    sentence: str = ""
    waits: bool = False  # too few messages were sent to tell


@dataclass(frozen=True, slots=True)
class _Bounced:
    """Messages of one group that came back for one reason."""

    messages: set[int] = field(default_factory=set)
    domains: set[str] = field(default_factory=set)  # DOMAINS at most


async def judge(session: AsyncSession, campaign: Campaign) -> Judged:
    """Judge the bounces of a campaign together.

    People mistype addresses when they ask for a letter: with campaigns of such letters,
    mailboxes that are gone are not counted.
    """
    begins, total = await _groups(session, campaign)
    under_way = campaign.state in UNDER_WAY and not campaign.on_demand
    if under_way and total < FIRST:
        return Judged(waits=True)
    ours: dict[str, tuple[Alike, int]] = {}
    for (reason, group), each in (await _alike(session, campaign, begins)).items():
        last = group == len(begins)
        attempts = total - LAST * (group - 1) if last else LAST
        found = Alike(reason, len(each.messages), len(each.domains))
        if proportion.is_ours(found, attempts, ended=not under_way):
            known = ours.get(reason)
            if known is None or known[0].number < found.number:
                ours[reason] = (found, attempts)
    if not ours:
        return Judged()
    worst, attempts = max(ours.values(), key=lambda each: each[0].number)
    return Judged(
        ours=set(ours),
        sentence=f"{worst.kind}: {worst.number:,} of {attempts:,} messages came back;"
        f" look at {proportion.LOOK_AT.get(worst.kind, proportion.AT_OUR_NAME)}",
    )


async def _groups(session: AsyncSession, campaign: Campaign) -> tuple[list[int], int]:
    """Return the first message of each group, and how many messages were taken.

    A group has LAST messages; the last one has up to twice as many.
    """
    taken = (Message.campaign_id == campaign.id, batches.one_of(Message.state, _TAKEN))
    total = await session.scalar(select(func.count()).where(*taken)) or 0
    place = func.row_number().over(order_by=Message.id) - 1
    ranked = select(Message.id, place.label("place")).where(*taken).subquery()
    begins = await session.scalars(
        select(ranked.c.id).where(ranked.c.place % LAST == 0).order_by(ranked.c.id)
    )
    return list(begins)[: max(1, total // LAST)], total


async def _alike(
    session: AsyncSession, campaign: Campaign, begins: Sequence[int]
) -> dict[tuple[str, int], _Bounced]:
    """Return the bounced messages of each reason and group, counted from one."""
    chosen = (
        select(Message.id, FeedbackMail.reason, faults.domain_of(session))
        .join(Message, Message.id == FeedbackMail.message_number)
        .join(Contact, Contact.id == Message.contact_id)
        .where(
            FeedbackMail.campaign_id == campaign.id,
            FeedbackMail.kind == FeedbackKind.BOUNCE,
            FeedbackMail.standing == MailStanding.BELIEVED,
        )
    )
    if campaign.on_demand:
        chosen = chosen.where(FeedbackMail.permanence != Permanence.PERMANENT)
    found: dict[tuple[str, int], _Bounced] = defaultdict(_Bounced)
    async for number, reason, domain in await session.stream(chosen):
        each = found[reason, bisect_right(begins, number)]
        each.messages.add(number)
        if len(each.domains) < DOMAINS:
            each.domains.add(domain or "")
    return found
