"""Decides what follows from believed bounces: suppression, a probe, a pause, nothing.

Bounces of a campaign are judged together, as its refusals are. A fault that many of
its messages share is ours: it suppresses no reader, and a suppression that an earlier
one of these bounces led to is lifted.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import suppressions
from audiences.suppressions import Suppression, Why
from mailer.campaigns.models import Campaign
from mailer.delivery.smtp.verdict import Permanence
from mailer.feedback.belief import flood, soft_history
from mailer.feedback.belief.policy import SoftLimits, SoftStep
from mailer.feedback.models import (
    BounceDecision,
    FeedbackKind,
    FeedbackMail,
    MailStanding,
)
from mailer.outcomes import faults

BATCH = 500  # bounces decided at once
log = structlog.get_logger()
_BOUNCE = (
    FeedbackMail.kind == FeedbackKind.BOUNCE,
    FeedbackMail.standing == MailStanding.BELIEVED,
)
_OPEN = (*_BOUNCE, FeedbackMail.decision.is_(None))


@dataclass(kw_only=True)
class Decided:
    """What was decided."""

    suppressed: list[bytes] = field(default_factory=list)  # addresses
    probed: int = 0
    ours: int = 0


async def open_campaigns(session: AsyncSession) -> Sequence[int]:
    """Return the campaigns with bounces that nothing was decided about yet."""
    found = await session.scalars(
        select(FeedbackMail.campaign_id)
        .where(*_OPEN, FeedbackMail.campaign_id.is_not(None))
        .distinct()
        .order_by(FeedbackMail.campaign_id)
    )
    return [each for each in found if each is not None]


async def decide(
    session: AsyncSession, campaign_id: int, limits: SoftLimits, *, now: datetime
) -> Decided:
    """Decide about the bounces of one campaign.

    Of a campaign that has sent few messages yet, the decision waits.
    """
    decided = Decided()
    campaign = await session.get_one(Campaign, campaign_id)
    judged = await flood.judge(session, campaign)
    if judged.waits:
        return decided
    if judged.ours:
        decided.ours = await _withdraw(session, campaign_id, judged.ours, now=now)
        await _warn(session, campaign_id, judged, decided.ours, now=now)
    while batch := (
        await session.scalars(
            select(FeedbackMail)
            .where(*_OPEN, FeedbackMail.campaign_id == campaign_id)
            .order_by(FeedbackMail.id)
            .limit(BATCH)
        )
    ).all():
        await _decide(session, batch, limits, decided, now=now)
    return decided


async def _withdraw(
    session: AsyncSession, campaign_id: int, reasons: set[str], *, now: datetime
) -> int:
    """Decide that faults are ours; lift what they suppressed. Return how many are new.

    A suppression that has another ground by now stays.
    """
    alike = (
        *_BOUNCE,
        FeedbackMail.campaign_id == campaign_id,
        FeedbackMail.reason.in_(reasons),
    )
    keys = await session.scalars(
        select(FeedbackMail.address_key).where(
            *alike, FeedbackMail.decision == BounceDecision.SUPPRESSED
        )
    )
    for key in set(keys):
        known = await session.get(Suppression, key, populate_existing=True)
        if key is not None and known is not None and known.reason == Why.BOUNCED:
            because = "so many messages came back alike that the fault is ours"
            await suppressions.lift(session, key, now=now, detail=because)
    changed = await session.scalars(
        update(FeedbackMail)
        .where(*alike, FeedbackMail.decision.is_distinct_from(BounceDecision.OURS))
        .values(decision=BounceDecision.OURS)
        .returning(FeedbackMail.id)
    )
    return len(changed.all())


async def _warn(
    session: AsyncSession,
    campaign_id: int,
    judged: flood.Judged,
    number: int,
    *,
    now: datetime,
) -> None:
    """Tell the operator of a fault of ours; pause the campaign if it still sends."""
    if not number:
        return
    log.warning("feedback.fault_is_ours", campaign=campaign_id, reason=judged.sentence)
    await faults.pause(session, campaign_id, because=judged.sentence, now=now)


async def _decide(
    session: AsyncSession,
    batch: Sequence[FeedbackMail],
    limits: SoftLimits,
    decided: Decided,
    *,
    now: datetime,
) -> None:
    steps = await soft_history.steps(
        session,
        [each for each in batch if each.permanence == Permanence.TRANSIENT],
        limits,
        now=now,
    )
    proven = _proven(batch, steps)
    details = {key: detail for key, _, detail in reversed(proven)}
    new = await suppressions.suppress_all(session, details, Why.BOUNCED, now=now)
    decisions = {
        each.id: BounceDecision.PROBE
        for each in batch
        if steps.get(each.id) is SoftStep.PROBE
    }
    decided.probed += len(decisions)
    decided.suppressed += new
    for key, number, _ in proven:
        if key in new:
            decisions[number] = BounceDecision.SUPPRESSED
            new.remove(key)  # a second bounce of the address suppresses nothing
    by_decision: dict[BounceDecision, list[int]] = defaultdict(list)
    for each in batch:
        by_decision[decisions.get(each.id, BounceDecision.KEPT)].append(each.id)
    for value, numbers in by_decision.items():
        await _set(session, FeedbackMail.id.in_(numbers), value)


def _proven(
    batch: Sequence[FeedbackMail], steps: Mapping[int, SoftStep]
) -> list[tuple[bytes, int, str]]:
    """Return the bounces that prove a mailbox gone: address, number, and why."""
    found = []
    for each in batch:
        detail = each.reason
        given_up = steps.get(each.id) is SoftStep.GIVE_UP
        if given_up:
            detail = f"letters came back for months: {each.reason}"
        gone = given_up or each.permanence == Permanence.PERMANENT
        if gone and each.address_key is not None:
            found.append((each.address_key, each.id, detail))
    return found


async def _set(
    session: AsyncSession, which: ColumnElement[bool], decision: BounceDecision
) -> None:
    await session.execute(
        update(FeedbackMail)
        .where(which)
        .values(decision=decision)
        .execution_options(synchronize_session=False)
    )
