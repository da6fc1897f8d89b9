"""Counts the users who approved the same: some letter types ask for several.

The approval of a deputy counts as that of the user in whose place it was given.
"""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Approval, Campaign
from mailer.errors import RefusedError, counted
from mailer.users.models import User


async def approvers(session: AsyncSession, approval: Approval) -> list[str]:
    """Return the users whose approvals hold for the same content and the same time."""
    return [user for user, _ in await _given(session, approval)]


async def signers(session: AsyncSession, approval: Approval) -> list[str]:
    """Return who gave these approvals: the users, or their deputies."""
    return [by for _, by in await _given(session, approval)]


async def _given(
    session: AsyncSession, approval: Approval, *, by_users: bool = False
) -> list[tuple[str, str]]:
    """Return whose approvals hold, each with who gave it.

    `by_users`: those who were removed or disabled since do not count.
    """
    active = select(User.name).where(User.disabled_at.is_(None))
    rows = await session.execute(
        select(func.coalesce(Approval.on_behalf, Approval.by), Approval.by)
        .where(
            Approval.campaign_id == approval.campaign_id,
            Approval.voided_at.is_(None),
            Approval.digest == approval.digest,
            Approval.time.is_not_distinct_from(approval.time),
            Approval.until.is_not_distinct_from(approval.until),
            *([Approval.by.in_(active)] if by_users else []),
        )
        .order_by(Approval.id)
    )
    return list({user: (user, by) for user, by in rows}.values())


async def missing(
    session: AsyncSession, approval: Approval, *, by_users: bool = False
) -> int:
    """Return how many more users must approve the same.

    `by_users` is for a letter that waits: one who was disabled since may have been
    somebody else. What was approved whole stays approved when a user leaves.
    """
    given = await _given(session, approval, by_users=by_users)
    return max(0, (approval.needed or 1) - len(given))


async def require(session: AsyncSession, campaign: Campaign, given: Approval) -> None:
    """Raise RefusedError if more users must approve the same before a release."""
    more = await missing(session, given)
    if more:
        raise RefusedError(
            f"{campaign.name} needs the approval of {given.needed} users; {given.by}"
            f" approved it, {counted(more, 'other user')} must still approve the same"
        )


async def require_another(
    session: AsyncSession, campaign: Campaign, approval: Approval
) -> None:
    """Raise RefusedError if the user of a new approval gave the same already.

    Where one user suffices, an approval may be given again.
    """
    user = approval.on_behalf or approval.by
    if (approval.needed or 1) > 1 and user in await approvers(session, approval):
        either = f"{user}, or a deputy," if approval.on_behalf else user
        raise RefusedError(
            f"{either} approved {campaign.name} already; another user must approve"
            " it too"
        )


def require_asked(campaign: Campaign, needed: int) -> None:
    """Raise RefusedError if a draft needs several approvers who were not asked."""
    if needed > 1 and campaign.state == CampaignState.DRAFT:
        raise RefusedError(
            f"{campaign.name} needs the approval of {needed} users; its author asks"
            " for it first",
            code="approval.not_asked",
            campaign=campaign.id,
        )
