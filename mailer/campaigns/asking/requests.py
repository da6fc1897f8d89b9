"""Asks users to approve a letter, takes requests back, and sends a letter back.

A request is open until it is answered, or until seven days have passed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns import acts, control, lookup, permission
from mailer.campaigns.acts import Act
from mailer.campaigns.asking.models import ApprovalRequest
from mailer.campaigns.campaign_states import APPROVABLE, CampaignState
from mailer.campaigns.models import Campaign
from mailer.campaigns.review import approval, gate
from mailer.campaigns.writing.together import remarks
from mailer.errors import RefusedError
from mailer.signin import tokens
from mailer.sites.site import Site
from mailer.users import guard
from mailer.users.acts import Right
from mailer.users.models import User

LASTS = timedelta(days=7)


class RequestAnswer(StrEnum):
    """What became of a request."""

    APPROVED = "approved"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """A request that was made, with the token of its link, which is kept nowhere."""

    approver: User
    token: str


async def ask(
    site: Site,
    campaign_id: int,
    approvers: Sequence[str],
    *,
    by: str,
    wished_by: date | None,
    now: datetime,
) -> list[Sent]:
    """Ask users to approve a letter as it is now; an earlier request to them ends.

    Raises RefusedError while an error stands in the letter, for a user who may not
    approve it or cannot be written to, and without a user.
    """
    if not approvers:
        raise RefusedError("no approver is named; name one or more")
    if wished_by is not None and wished_by < now.date():
        raise RefusedError(f"{wished_by} has passed; name a later day, or none")
    found = await gate.check(site, campaign_id, now=now, scored=False)
    if not found.ok:
        raise RefusedError(
            "errors stand in the way of an approval; mend what the check lists first",
            code="campaign.errors",
            campaign=campaign_id,
        )
    async with site.database.writing() as session:
        campaign = await lookup.get(session, campaign_id)
        await lookup.lock(session, campaign)
        await permission.require(session, campaign, Right.WRITE, by=by)
        approval.require_approvable(campaign)
        made = [
            await _made(session, site, campaign, name, by, wished_by, now)
            for name in dict.fromkeys(approvers)
        ]
        names = [each.approver.name for each in made]
        _note_asked(session, campaign, names, by=by, now=now)
    return made


def _note_asked(
    session: AsyncSession,
    campaign: Campaign,
    approvers: Sequence[str],
    *,
    by: str,
    now: datetime,
) -> None:
    """Record that users were asked; a draft is in review from then on."""
    act, detail = Act.ASKED, {"approvers": approvers}
    if campaign.state == CampaignState.DRAFT:
        after = CampaignState.IN_REVIEW
        acts.move(session, campaign, after, act, by=by, now=now, detail=detail)
    else:
        acts.witness(session, campaign.id, act, by=by, now=now, detail=detail)


async def _made(
    session: AsyncSession,
    site: Site,
    campaign: Campaign,
    name: str,
    by: str,
    wished_by: date | None,
    now: datetime,
) -> Sent:
    approver = await guard.named(session, name)
    await approval.require_approver(session, campaign, site.templates, name, now=now)
    if not approver.address:
        raise RefusedError(
            f"{name} has no address, so no request can be mailed; an administrator"
            " gives one",
            code="user.no_address",
            user=name,
        )
    mine = ApprovalRequest.approver == name
    await _answer(session, campaign, RequestAnswer.WITHDRAWN, now, mine)
    token = tokens.fresh()
    session.add(
        ApprovalRequest(
            campaign_id=campaign.id,
            approver=name,
            asked_by=by,
            asked_at=now,
            wished_by=wished_by,
            token_hash=tokens.digest(token),
            ends_at=now + LASTS,
            code_tries=0,
            codes=0,
        )
    )
    return Sent(approver=approver, token=token)


async def find(session: AsyncSession, token: str) -> ApprovalRequest | None:
    """Return the request of a link; None if there is none."""
    found: ApprovalRequest | None = await session.scalar(
        select(ApprovalRequest).where(
            ApprovalRequest.token_hash == tokens.digest(token)
        )
    )
    return found


async def open_of(
    session: AsyncSession, campaign: Campaign, *, now: datetime
) -> Sequence[ApprovalRequest]:
    """Return the requests of a letter that wait for an answer, the first first."""
    rows = await session.scalars(
        select(ApprovalRequest)
        .where(*_open(campaign), ApprovalRequest.ends_at > now)
        .order_by(ApprovalRequest.id)
    )
    return rows.all()


def is_open(campaign: Campaign) -> bool:
    """Return whether an approver may still decide: it has not left, and may yet."""
    return campaign.state in APPROVABLE


async def waiting_for(
    session: AsyncSession, name: str, *, now: datetime
) -> Sequence[Campaign]:
    """Return the letters whose approval a user is asked for, the first first."""
    rows = await session.scalars(
        select(Campaign)
        .join(ApprovalRequest, ApprovalRequest.campaign_id == Campaign.id)
        .where(
            ApprovalRequest.approver == name,
            ApprovalRequest.answer.is_(None),
            ApprovalRequest.ends_at > now,
            Campaign.state.in_(APPROVABLE),
        )
        .order_by(ApprovalRequest.id)
    )
    return rows.all()


async def approve(
    site: Site, campaign_id: int, *, by: str, seen: datetime, now: datetime
) -> None:
    """Approve a letter as it was seen, and answer the requests to this user.

    `seen` is when the letter that was shown was changed last. Raises what gate.approve
    raises.
    """
    await gate.approve(site, campaign_id, by=by, now=now, seen=seen)
    async with site.database.writing() as session:
        campaign = await lookup.get(session, campaign_id)
        mine = ApprovalRequest.approver == by
        await _answer(session, campaign, RequestAnswer.APPROVED, now, mine)


async def send_back(
    site: Site,
    campaign_id: int,
    *,
    by: str,
    seen: datetime,
    reason: str,
    now: datetime,
    block: str = "",
) -> User | None:
    """Send a letter back to its author with a reason; return the author, if known.

    The reason is a remark at its block, or on the letter. All requests are answered.
    Raises RefusedError for a letter that was changed
    meanwhile, and what control.send_back raises.
    """
    async with site.database.writing() as session:
        campaign = await lookup.get(session, campaign_id)
        await lookup.lock(session, campaign)
        lookup.require_seen(campaign, seen)
        await approval.require_approver(session, campaign, site.templates, by, now=now)
        line = " ".join(reason.split())  # the history has one line
        await control.send_back(
            session, campaign, templates=site.templates, by=by, because=line, now=now
        )
        await remarks.add(session, campaign, reason, block=block, by=by, now=now)
        await _answer(session, campaign, RequestAnswer.RETURNED, now)
        return await guard.find(session, campaign.author)


async def withdraw(
    session: AsyncSession, campaign: Campaign, *, by: str, now: datetime
) -> None:
    """Take back all requests for a letter; RefusedError if none is open."""
    await lookup.lock(session, campaign)
    await permission.require(session, campaign, Right.WRITE, by=by)
    if not await _answer(session, campaign, RequestAnswer.WITHDRAWN, now):
        raise RefusedError(f"no request for an approval of {campaign.name} is open")
    if campaign.state == CampaignState.IN_REVIEW:
        after = CampaignState.DRAFT
        acts.move(session, campaign, after, Act.WITHDRAWN, by=by, now=now)
    else:
        acts.witness(session, campaign.id, Act.WITHDRAWN, by=by, now=now)


def _open(campaign: Campaign) -> tuple[ColumnElement[bool], ...]:
    return (
        ApprovalRequest.campaign_id == campaign.id,
        ApprovalRequest.answer.is_(None),
    )


async def _answer(
    session: AsyncSession,
    campaign: Campaign,
    answer: RequestAnswer,
    now: datetime,
    *which: ColumnElement[bool],
) -> int:
    """Answer the open requests of a letter, whose codes end; return how many."""
    changed = await session.execute(
        update(ApprovalRequest)
        .where(*_open(campaign), *which)
        .values(answer=answer, answered_at=now, code_hash=None, code_ends_at=None)
        .returning(ApprovalRequest.id)
    )
    return len(changed.all())
