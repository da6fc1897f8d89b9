"""Schedules campaigns, at an instant or in the next open slot of a series."""

from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.calendar import series
from mailer.campaigns import acts, control, hours, lookup, permission
from mailer.campaigns.acts import Act
from mailer.campaigns.campaign_states import CampaignState, require_arrow
from mailer.campaigns.models import Campaign, Occurrence
from mailer.campaigns.review import approval
from mailer.errors import RefusedError
from mailer.sites.site import Site
from mailer.users.acts import Right


async def at(
    session: AsyncSession,
    site: Site,
    campaign: Campaign,
    moment: datetime,
    *,
    by: str,
    now: datetime,
) -> None:
    """Schedule an approved campaign at one instant; it leaves the slot it had.

    Raises RefusedError if the state does not allow it, if the instant has passed, if
    the approval does not hold at that instant, or if the campaign's window would open
    too late.
    """
    await lookup.lock(session, campaign)
    await permission.require(session, campaign, Right.SCHEDULE, by=by)
    if campaign.state != CampaignState.SCHEDULED:
        require_arrow(
            CampaignState(campaign.state), CampaignState.SCHEDULED, name=campaign.name
        )
    if moment <= now:
        raise RefusedError(
            f"{moment:%Y-%m-%d %H:%M %Z} has passed",
            code="time.passed",
            campaign=campaign.id,
        )
    await series.leave_slots(session, campaign.id)
    campaign.at = moment
    await approval.require(session, site, campaign, at=moment)
    hours.require_opening(
        campaign, usual_hours=site.settings.delivery.too_late_hours, at=moment
    )
    detail = {"at": moment.isoformat()}
    if campaign.state == CampaignState.SCHEDULED:
        acts.note(session, campaign, Act.SCHEDULED, by=by, now=now, detail=detail)
        return
    state = CampaignState.SCHEDULED
    acts.move(session, campaign, state, Act.SCHEDULED, by=by, now=now, detail=detail)


async def remove(
    session: AsyncSession, campaign: Campaign, *, by: str, now: datetime
) -> None:
    """Take a scheduled campaign's time and slot away.

    An approval for any time stays; one for this time is voided. Raises RefusedError if
    the campaign is not scheduled.
    """
    await lookup.lock(session, campaign)
    await permission.require(session, campaign, Right.UNSCHEDULE, by=by)
    if campaign.state != CampaignState.SCHEDULED:
        raise RefusedError(f"{campaign.name} is {campaign.state}, not scheduled")
    await series.leave_slots(session, campaign.id)
    given = await lookup.current_approval(session, campaign)
    act = Act.UNSCHEDULED
    campaign.at = None
    if given is None or given.time is not None:
        await control.void(session, campaign, act, by=by, now=now)
        return
    acts.move(session, campaign, CampaignState.APPROVED, act, by=by, now=now)


async def in_series(
    session: AsyncSession,
    site: Site,
    campaign: Campaign,
    name: str,
    *,
    by: str,
    now: datetime,
) -> Occurrence:
    """Schedule an approved campaign in the next open slot of a series; return the slot.

    A campaign that was edited gets the slot again that it had. Raises what `at` raises,
    NotFoundError if there is no such series, and RefusedError if it has no open slot.
    """
    wanted = await series.named(session, name)
    await series.open_slots(session, wanted, now=now)
    is_open: ColumnElement[bool] = Occurrence.campaign_id.is_(None)
    if campaign.state != CampaignState.SCHEDULED:
        is_open |= Occurrence.campaign_id == campaign.id
    slot = await session.scalar(
        select(Occurrence)
        .where(
            Occurrence.series_id == wanted.id,
            is_open,
            Occurrence.outcome.is_(None),
            Occurrence.due_at > now,
        )
        .order_by(Occurrence.campaign_id.is_(None), Occurrence.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if slot is None:
        raise RefusedError(f"every open slot of {name} has a campaign already")
    await at(session, site, campaign, slot.due_at, by=by, now=now)
    slot.campaign_id = campaign.id
    return slot
