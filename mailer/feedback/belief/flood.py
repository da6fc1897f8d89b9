"""Whether so many messages of a campaign came back alike that the fault is ours.

The rule is that of refusals (outcomes/proportion). Messages are looked at in groups, in
the order in which they were made, so that a relay that failed for a while is found.
"""

from dataclasses import dataclass, field

from sqlalchemy import Select, case, distinct, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from audiences.store import batches
from mailer.campaigns.models import Campaign
from mailer.delivery.smtp.verdict import Permanence
from mailer.feedback.models import FeedbackKind, FeedbackMail, Standing
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import Message
from mailer.outcomes import faults, proportion
from mailer.outcomes.closing import UNDER_WAY
from mailer.outcomes.proportion import FIRST, LAST, Alike

_TAKEN = (MessageState.ACCEPTED, MessageState.BOUNCED, MessageState.COMPLAINED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """The reasons of bounces that are ours, and a sentence about the most frequent."""

    ours: set[str] = field(default_factory=set)
    sentence: str = ""
    waits: bool = False  # too few messages were sent to tell


async def judge(session: AsyncSession, campaign: Campaign) -> Judged:
    """Judge the bounces of a campaign together.

    People mistype addresses when they ask for a letter: with campaigns of such letters,
    mailboxes that are gone are not counted.
    """
    taken = (
        Message.campaign_id == campaign.id,
        batches.one_of(Message.state, _TAKEN),
    )
    total = await session.scalar(select(func.count()).where(*taken)) or 0
    under_way = campaign.state in UNDER_WAY and not campaign.on_demand
    if under_way and total < FIRST:
        return Judged(waits=True)
    groups = max(1, total // LAST)
    ours: dict[str, tuple[Alike, int]] = {}
    rows = await session.execute(_alike(session, campaign, groups))
    for reason, group, number, domains in rows:
        last = group == groups - 1
        attempts = total - LAST * (groups - 1) if last else LAST
        found = Alike(reason, number, domains)
        if proportion.is_ours(found, attempts, ended=not under_way):
            known = ours.get(reason)
            if known is None or known[0].number < number:
                ours[reason] = (found, attempts)
    if not ours:
        return Judged()
    worst, attempts = max(ours.values(), key=lambda each: each[0].number)
    return Judged(
        ours=set(ours),
        sentence=f"{worst.kind}: {worst.number:,} of {attempts:,} messages came back;"
        f" look at {proportion.LOOK_AT.get(worst.kind, proportion.AT_OUR_NAME)}",
    )


def _alike(
    session: AsyncSession, campaign: Campaign, groups: int
) -> Select[str, int, int, int]:
    """Return the query of bounced messages and their domains, by reason and group."""
    place = func.row_number().over(order_by=Message.id) - 1
    ranked = (
        select(Message.id, Message.contact_id, place.label("place"))
        .where(
            Message.campaign_id == campaign.id,
            batches.one_of(Message.state, _TAKEN),
        )
        .subquery()
    )
    full = ranked.c.place // LAST
    group = case((full >= groups, groups - 1), else_=full)
    counted = (
        select(
            FeedbackMail.reason,
            group.label("part"),
            func.count(distinct(ranked.c.id)),
            func.count(distinct(faults.domain_of(session))),
        )
        .join(ranked, ranked.c.id == FeedbackMail.message_number)
        .join(Contact, Contact.id == ranked.c.contact_id)
        .where(
            FeedbackMail.campaign_id == campaign.id,
            FeedbackMail.kind == FeedbackKind.BOUNCE,
            FeedbackMail.standing == Standing.BELIEVED,
        )
        .group_by(FeedbackMail.reason, group)
    )
    if campaign.on_demand:
        return counted.where(FeedbackMail.permanence != Permanence.PERMANENT)
    return counted
