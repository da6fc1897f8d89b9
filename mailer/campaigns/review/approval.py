"""Approves campaigns: bound to a digest of content, audience and template.

A user who wrote any of the content cannot approve it, and an edit voids an approval. If
the campaign is scheduled, the approval holds for that time, else for any. An approval
may be renewed, for example to take a changed template; the state stays. A letter type
may ask for several approvers.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, exists, func, insert, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from audiences.segments import named, resolve
from audiences.segments.compiler import Context
from mailer.campaigns import acts, hours, lookup, permission, references, signatures
from mailer.campaigns.acts import Act
from mailer.campaigns.campaign_states import (
    RENEWABLE,
    CampaignState,
    require_arrow,
)
from mailer.campaigns.models import (
    Approval,
    ApprovedReader,
    Campaign,
    CampaignEvent,
)
from mailer.campaigns.review import agreed, approved_files, audience_guard
from mailer.campaigns.writing.translation import signing_off
from mailer.errors import RefusedError
from mailer.rendering import letter_types
from mailer.rendering.template_files import TemplateFiles
from mailer.sites.site import Site
from mailer.users import deputies, guard, rights
from mailer.users.acts import Right
from mailer.users.rights import Subject


async def approve(
    session: AsyncSession,
    campaign: Campaign,
    *,
    by: str,
    templates: TemplateFiles,
    context: Context,
    now: datetime,
    time: datetime | None = None,
    until: date | None = None,
) -> Approval:
    """Approve a campaign and store its present audience; only the gate calls this.

    It is for one `time`, or for any time `until` the end of a day in the campaign's
    zone. Without both, it is for the campaign's time if it is scheduled, else for any.
    Raises RefusedError if the state or the user does not allow it, NotFoundError if the
    user is unknown.
    """
    await lookup.lock(session, campaign)
    require_approvable(campaign)
    needed = await require_approver(session, campaign, templates, by, now=now)
    await signing_off.require(session, campaign, templates)
    time, ends = _period(campaign, time, until, now)
    await references.assign_number(session, campaign)
    approval = Approval(
        campaign_id=campaign.id,
        by=by,
        on_behalf=await _on_behalf(session, campaign, templates, by, now),
        at=now,
        time=time,
        until=ends,
        count=await _store_audience(session, campaign, context),
        segments=_segments(campaign, context),
        files=await approved_files.store(session, templates),
        readers=await _counted(session, campaign, context),
        needed=needed,
    )
    approval.digest = await _digest(session, campaign, approval) or ""
    await _record(session, campaign, approval)
    return approval


def _period(
    campaign: Campaign, time: datetime | None, until: date | None, now: datetime
) -> tuple[datetime | None, datetime | None]:
    """Return the one time of an approval, and its end; None where it has none.

    Raises RefusedError if the campaign could not go then.
    """
    ends = None if until is None else hours.end_of(until, campaign)
    for given in (time, ends):
        if given is not None and given <= now:
            raise RefusedError(
                f"{given:%Y-%m-%d %H:%M} UTC has passed; name a later time"
            )
    at = campaign.at if campaign.state == CampaignState.SCHEDULED else None
    if at is not None and (time not in {None, at} or (ends and at >= ends)):
        raise RefusedError(
            f"{campaign.name} is scheduled at {at:%Y-%m-%d %H:%M} UTC, and this"
            " approval would not hold then; approve that time, or take it away",
            code="approval.other_period",
            campaign=campaign.id,
        )
    return (at if time is None and ends is None else time), ends


async def _record(
    session: AsyncSession, campaign: Campaign, approval: Approval
) -> None:
    """Store an approval as an act; with the last one needed it is approved."""
    await signatures.require_another(session, campaign, approval)
    session.add(approval)
    await session.flush()
    by, at, act = approval.by, approval.at, Act.APPROVED
    detail = {"readers": approval.count, "digest": approval.digest}
    if approval.on_behalf:
        detail["on_behalf"] = approval.on_behalf
    more = await signatures.missing(session, approval, by_users=True)
    if campaign.state in RENEWABLE or more:
        acts.note(session, campaign, act, by=by, now=at, detail=detail)
    else:
        after = CampaignState.APPROVED
        acts.move(session, campaign, after, act, by=by, now=at, detail=detail)


def require_approvable(campaign: Campaign) -> None:
    """Raise RefusedError unless a campaign is in a state that can be approved."""
    if campaign.state not in RENEWABLE:
        before, after = CampaignState(campaign.state), CampaignState.APPROVED
        require_arrow(before, after, name=campaign.name)


async def require_approver(
    session: AsyncSession,
    campaign: Campaign,
    templates: TemplateFiles,
    by: str,
    *,
    now: datetime,
) -> int:
    """Raise if the user wrote any of the content, or may not approve its class.

    A deputy may, unless the user in whose place it is wrote any of it. Return how many
    users must approve it.
    """
    letter = letter_types.load(templates, campaign.template)
    signatures.require_asked(campaign, letter.approvers)
    if by == campaign.author or await _has_written(session, campaign, by):
        raise RefusedError(f"{by} wrote {campaign.name}; another user must approve it")
    await permission.require(
        *(session, campaign, Right.APPROVE),
        by=by,
        letter_class=letter.letter_class,
        now=now,
    )
    await _on_behalf(session, campaign, templates, by, now)
    return letter.approvers


async def _on_behalf(
    session: AsyncSession,
    campaign: Campaign,
    templates: TemplateFiles,
    by: str,
    now: datetime,
) -> str | None:
    """Return in whose place a user approves; None for a role of their own.

    Raises RefusedError if that user wrote any of it.
    """
    letter = letter_types.load(templates, campaign.template)
    subject = Subject(letter_class=letter.letter_class)
    user = await guard.named(session, by)
    await deputies.lend(session, [user], now=now)
    names = rights.in_place_of(user, Right.APPROVE, subject)
    for name in names:
        if name != campaign.author and not await _has_written(session, campaign, name):
            return name
    if names:
        raise RefusedError(
            f"{by} is the deputy of {', '.join(names)}, who wrote {campaign.name};"
            " another user must approve it"
        )
    return None


async def _has_written(session: AsyncSession, campaign: Campaign, user: str) -> bool:
    """Whether a user ever changed the content, also if others changed it later."""
    wrote = exists().where(
        CampaignEvent.campaign_id == campaign.id,
        CampaignEvent.by == user,
        CampaignEvent.act.in_([act for act in Act if act.changes_content]),
    )
    return bool(await session.scalar(select(wrote)))


def _segments(campaign: Campaign, context: Context) -> dict[str, str]:
    """Return the saved segments that the campaign's rules need, name → rule."""
    rules = (campaign.audience, *campaign.block_rules.values())
    return named.named_in((*rules, *campaign.block_firsts.values()), context.vocabulary)


async def _counted(
    session: AsyncSession, campaign: Campaign, context: Context
) -> dict[str, dict[str, int]]:
    """Return the readers that a campaign has now by kind and by language."""
    counted = await resolve.count(session, campaign.audience, context)
    return audience_guard.by_group(counted)


async def _store_audience(
    session: AsyncSession, campaign: Campaign, context: Context
) -> int:
    """Store the readers that a campaign has now; return how many there are."""
    await session.execute(
        delete(ApprovedReader).where(ApprovedReader.campaign_id == campaign.id)
    )
    chosen = audience_guard.readers(campaign, context, literal(campaign.id), Contact.id)
    await session.execute(
        insert(ApprovedReader).from_select(["campaign_id", "contact_id"], chosen)
    )
    # not every driver says how many rows such an insert wrote
    count = select(func.count()).where(ApprovedReader.campaign_id == campaign.id)
    return await session.scalar(count) or 0


async def require(
    session: AsyncSession, site: Site, campaign: Campaign, *, at: datetime
) -> Approval:
    """Return the approval of the campaign as it is now, for a release at `at`.

    Raises RefusedError if there is none, if anything it covers has changed, if it is
    for another time, or if it ends before.
    """
    approval = await lookup.current_approval(session, campaign)
    if approval is None:
        raise RefusedError(f"{campaign.name} has not been approved")
    if not await _covers(approval, session, site, campaign):
        raise RefusedError(
            f"{campaign.name} or its template changed after {approval.by} approved it;"
            " it needs a new approval"
        )
    if approval.time is not None and approval.time != campaign.at:
        raise RefusedError(
            f"{approval.by} approved {campaign.name} for"
            f" {approval.time:%Y-%m-%d %H:%M} UTC",
            code="approval.other_time",
            campaign=campaign.id,
        )
    if approval.until is not None and at >= approval.until:
        raise RefusedError(
            f"{approval.by} approved {campaign.name} until"
            f" {last_day(approval, campaign)} only; approve it again"
        )
    await signatures.require(session, campaign, approval)
    return approval


def last_day(approval: Approval, campaign: Campaign) -> date | None:
    """Return the last day of an approval in the campaign's zone; None: it has none."""
    if approval.until is None:
        return None
    last = approval.until - timedelta(seconds=1)
    return last.astimezone(ZoneInfo(campaign.zone)).date()


async def _covers(
    approval: Approval, session: AsyncSession, site: Site, campaign: Campaign
) -> bool:
    """Whether an approval covers the campaign as it is now."""
    digest = await _digest(session, campaign, approval)
    if digest is not None:
        return approval.digest == digest
    segments, templates = approval.segments, replace(site).templates
    digest = await agreed.without_files(session, campaign, templates, segments)
    return approval.digest == digest or (
        segments is None
        and approval.digest == await agreed.former_digest(session, campaign, templates)
    )


async def _digest(
    session: AsyncSession, campaign: Campaign, approval: Approval
) -> str | None:
    """Return the digest of a campaign with what its approval keeps; None: nothing."""
    if approval.files is None or approval.segments is None:
        return None
    return await agreed.digest(
        session, campaign, files=approval.files, segments=approval.segments
    )
