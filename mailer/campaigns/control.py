"""Pauses, resumes, expires and returns campaigns, and voids their approvals and times.

A message is marked only while its campaign is sending: once a pause is committed, no
more messages are marked.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.characters import has_control
from mailer.campaigns import acts, lookup, permission
from mailer.campaigns.acts import FELL, Act
from mailer.campaigns.campaign_states import CampaignState, require_returnable
from mailer.campaigns.models import Approval, Campaign, CampaignEvent
from mailer.errors import RefusedError
from mailer.rendering import letter_types
from mailer.rendering.template_files import TemplateFiles
from mailer.store import locks
from mailer.users.acts import Right

_LONGEST = 500  # characters of a reason
_WITHOUT_TIME = (
    CampaignState.DRAFT,
    CampaignState.IN_REVIEW,
    CampaignState.APPROVED,
)
_TIMES = (Act.EDITED, Act.TRANSLATED, Act.SCHEDULED, Act.UNSCHEDULED)


def paused_by(name: str) -> str:
    """Return the reason of a pause that a person made without another reason."""
    return f"paused by {name}"


async def pause(
    session: AsyncSession, campaign_id: int, *, by: str, because: str, now: datetime
) -> bool:
    """Stop sending a campaign; its messages wait. Return whether it was sending."""
    await locks.lock_claims(session)
    campaign = await lookup.get(session, campaign_id)
    await permission.require(session, campaign, Right.PAUSE, by=by)
    return await _move_from(
        session,
        campaign_id,
        (CampaignState.SENDING, CampaignState.PAUSED, Act.PAUSED),
        by=by,
        because=because,
        now=now,
    )


async def resume(
    session: AsyncSession, campaign: Campaign, *, by: str, now: datetime
) -> None:
    """Continue sending a paused campaign."""
    await lookup.lock(session, campaign)
    await permission.require(session, campaign, Right.SEND, by=by)
    if campaign.state != CampaignState.PAUSED:  # before its release it has no messages
        raise RefusedError(f"{campaign.name} is {campaign.state}, not paused")
    acts.move(session, campaign, CampaignState.SENDING, Act.RESUMED, by=by, now=now)


async def expire(
    session: AsyncSession, campaign_id: int, *, because: str, now: datetime
) -> bool:
    """Expire a scheduled campaign that is not released at its time.

    Return whether it was scheduled.
    """
    return await _move_from(
        session,
        campaign_id,
        (CampaignState.SCHEDULED, CampaignState.EXPIRED, Act.EXPIRED),
        by="ticker",
        because=because,
        now=now,
    )


async def _move_from(
    session: AsyncSession,
    campaign_id: int,
    step: tuple[CampaignState, CampaignState, Act],
    *,
    by: str,
    because: str,
    now: datetime,
) -> bool:
    """Move a campaign if it is in the first state of `step`; return whether it was.

    A step is the state before, the state after, and the act.
    """
    before, after, act = step
    campaign = await lookup.get(session, campaign_id)
    await lookup.lock(session, campaign)
    if campaign.state != before:
        return False
    acts.move(session, campaign, after, act, by=by, because=because, now=now)
    return True


async def void(
    session: AsyncSession,
    campaign: Campaign,
    act: Act,
    *,
    by: str,
    now: datetime,
    because: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Record an act that voids the approval and the time; the campaign is a draft.

    A slot of a series stays the campaign's. A time that falls is recorded. `because` is
    that of acts.move.
    """
    if campaign.at is not None:
        detail = {**(detail or {}), FELL: campaign.at.isoformat()}
    campaign.at = None
    if campaign.state == CampaignState.DRAFT:
        acts.note(session, campaign, act, by=by, now=now, detail=detail)
    else:
        acts.move(
            session,
            campaign,
            CampaignState.DRAFT,
            act,
            by=by,
            now=now,
            because=because,
            detail=detail,
        )
    await session.execute(
        update(Approval)
        .where(Approval.campaign_id == campaign.id, Approval.voided_at.is_(None))
        .values(voided_at=now)
    )


async def send_back(
    session: AsyncSession,
    campaign: Campaign,
    *,
    templates: TemplateFiles,
    by: str,
    because: str,
    now: datetime,
) -> None:
    """Return a campaign to its author with a reason: a draft without approval or time.

    Raises RefusedError if its state does not allow it, without a reason, or if `by` may
    not approve letters of its class.
    """
    reason = _reason(because)
    await lookup.lock(session, campaign)
    letter_class = letter_types.load(templates, campaign.template).letter_class
    await permission.require(
        *(session, campaign, Right.APPROVE),
        by=by,
        letter_class=letter_class,
        now=now,
    )
    require_returnable(CampaignState(campaign.state), name=campaign.name)
    await void(session, campaign, Act.RETURNED, by=by, now=now, because=reason)


def _reason(because: str) -> str:
    """Return a reason without outer spaces; raise RefusedError if it is none."""
    reason = because.strip()
    if not reason or has_control(reason):
        raise RefusedError(
            "a campaign is returned with a reason: one line, such as"
            " 'the date of the forum is wrong'"
        )
    if len(reason) > _LONGEST:
        raise RefusedError(
            f"the reason has {len(reason):,} characters; expected at most {_LONGEST}"
        )
    return reason


async def fallen_times(
    session: AsyncSession, campaign_id: int | None = None
) -> dict[int, datetime]:
    """Return campaign → the time that an edit took away, where there is no new one.

    It is that of all campaigns, or of one.
    """
    chosen: ColumnElement[bool] = true()
    if campaign_id is not None:
        chosen = CampaignEvent.campaign_id == campaign_id
    rows = await session.execute(
        select(CampaignEvent.campaign_id, CampaignEvent.act, CampaignEvent.detail)
        .join(Campaign, Campaign.id == CampaignEvent.campaign_id)
        .where(
            Campaign.state.in_(_WITHOUT_TIME),
            CampaignEvent.act.in_(_TIMES),
            chosen,
        )
        .order_by(CampaignEvent.id)
    )
    fallen: dict[int, datetime] = {}
    for number, act, detail in rows:
        if FELL in detail:
            fallen[number] = datetime.fromisoformat(detail[FELL])
        elif act in {Act.SCHEDULED, Act.UNSCHEDULED}:
            fallen.pop(number, None)
    return fallen
