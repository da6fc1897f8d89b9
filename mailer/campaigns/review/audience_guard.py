"""Compares a campaign's audience with the one it was approved for, and with the last.

A wrong import or rule shows as readers who joined or left. A release whose audience
changed by more than `gate.audience_change` since its approval is refused; before the
approval, `campaigns check` warns of a change since the last letter. Readers of a
reminder who answered since have not left.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from audiences.organisations import Organisation
from audiences.segments import resolve
from audiences.segments.compiler import Context
from audiences.segments.conditions import LANGUAGES, of_readers
from audiences.segments.resolve import Counted
from audiences.store import past
from mailer.campaigns import lookup, reminders
from mailer.campaigns.models import Approval, ApprovedReader, Campaign, Occurrence
from mailer.errors import RefusedError
from mailer.rendering.checks import problem
from mailer.rendering.checks.problem import Problem
from mailer.sites.site import Site

LEAST = 5  # readers; a smaller change is never too much


def readers(campaign: Campaign, context: Context, *columns: Any) -> Select[Any]:
    """Select columns of the readers that a campaign would have now."""
    picked = [
        resolve.audience(campaign.audience, context, *columns, via=via).where(
            resolve.reason(campaign.topic).is_(None)
        )
        for via in context.memberships
    ]
    return select(*union_all(*picked).subquery().c)


def by_group(counted: Counted) -> dict[str, dict[str, int]]:
    """Return the readers of an audience by kind and language, as approvals keep it.

    Readers without a language are left out.
    """
    languages = {
        name: count for name, count in counted.by_language.items() if name != "und"
    }
    return {"kind": counted.by_kind, "language": languages}


async def change(
    session: AsyncSession, site: Site, campaign: Campaign, context: Context
) -> str | None:
    """Return how the audience changed since the approval; None if it did not much."""
    share = site.settings.gate.audience_change
    approval = await lookup.current_approval(session, campaign)
    if approval is None:
        return None
    now = readers(campaign, context, Contact.id)
    approved = select(ApprovedReader.contact_id).where(
        ApprovedReader.campaign_id == campaign.id
    )
    present = await _count(session, now)
    joined = await _count(session, now.except_(approved))
    # a contact that was erased since has no row any more
    before = max(approval.count, await _count(session, approved))
    counted = await resolve.count(session, campaign.audience, context)
    answered = await _answered(session, campaign, context)
    left = before - (present - joined) - answered.count
    counted = _together(counted, answered)
    emptied = [
        f"of {count} readers of the {group} {name} none is left"
        for group, name, count in _emptied(approval, counted)
        if count >= LEAST
    ]
    if not (emptied or is_much(max(joined, left), before, share)):
        return None
    done = [f"{answered.count} did what it reminds of"] if answered.count else []
    what = "; ".join([f"{joined} joined, {left} left", *done, *emptied])
    return (
        f"{campaign.name} had {before} readers when {approval.by} approved it, and has"
        f" {present} now ({what})"
    )


async def _answered(
    session: AsyncSession, campaign: Campaign, context: Context
) -> Counted:
    """Count the approved readers of a reminder who did since what it reminds of."""
    waits_for = reminders.wanted(campaign.audience, context)
    done = reminders.done(past.of(session), waits_for)
    if done is None:
        return Counted(count=0)
    approved = select(ApprovedReader.contact_id).where(
        ApprovedReader.campaign_id == campaign.id
    )
    columns = (Organisation.kind, LANGUAGES)
    rows = await session.execute(
        of_readers(select(*columns, func.count()))
        .where(
            Contact.id.in_(approved),
            Contact.id.not_in(readers(campaign, context, Contact.id)),
            done,
        )
        .group_by(*columns)
    )
    kinds: Counter[str] = Counter()
    languages: Counter[str] = Counter()
    for kind, codes, number in rows:
        kinds[str(kind)] += number
        languages[resolve.first_language(codes) or "und"] += number
    return Counted(count=kinds.total(), by_kind=kinds, by_language=languages)


def _together(one: Counted, other: Counted) -> Counted:
    """Return two counts of different readers as one, without those left out."""
    return Counted(
        count=one.count + other.count,
        by_kind=Counter(one.by_kind) + Counter(other.by_kind),
        by_language=Counter(one.by_language) + Counter(other.by_language),
    )


async def require(
    session: AsyncSession, site: Site, campaign: Campaign, context: Context
) -> None:
    """Raise RefusedError if the audience changed much since the approval."""
    changed = await change(session, site, campaign, context)
    if changed is None:
        return
    present = await _count(session, readers(campaign, context, Contact.id))
    raise RefusedError(
        f"{changed}; gate.audience_change allows"
        f" {site.settings.gate.audience_change:.0%}: look at the last imports, then"
        f" approve it again, or release it to exactly {present} readers",
        code="campaign.audience_changed",
        campaign=campaign.id,
        readers=present,
    )


async def since_last(
    session: AsyncSession, site: Site, campaign: Campaign, context: Context
) -> list[Problem]:
    """Return warnings of what changed since the last letter of the series.

    Without a series, the last one is that of the same template and topic.
    """
    last = await last_of_kind(session, campaign)
    approval = None if last is None else await lookup.current_approval(session, last)
    if last is None or approval is None or last.released_at is None:
        return []
    counted = await resolve.count(session, campaign.audience, context)
    day = f"{last.released_at:%Y-%m-%d}"
    found = [
        f"no reader is of the {group} {name}; the last one, {last.name} of {day}, had"
        f" {count}"
        for group, name, count in _emptied(approval, counted)
    ]
    share = site.settings.gate.audience_change
    if is_much(abs(counted.count - approval.count), approval.count, share):
        found.insert(
            0,
            f"readers: {counted.count}; the last one, {last.name} of {day}, had"
            f" {approval.count}",
        )
    return [problem.warning("", "audience", what) for what in found]


def is_much(changed: int, before: int, share: float) -> bool:
    """Whether a change is too much for a share of the readers there were before."""
    return changed >= LEAST and changed > share * before


def _emptied(approval: Approval, counted: Counted) -> Iterator[tuple[str, str, int]]:
    """Yield each kind and language that had readers and has none, with how many."""
    present: Mapping[str, Mapping[str, int]] = by_group(counted)
    for group, counts in (approval.readers or {}).items():
        for name, count in counts.items():
            if not present[group].get(name):
                yield group, name, count


async def last_of_kind(session: AsyncSession, campaign: Campaign) -> Campaign | None:
    """Return the campaign released last of the same series, or else of its kind.

    Of a released campaign it is the one before it.
    """
    series = select(Occurrence.series_id).where(Occurrence.campaign_id == campaign.id)
    same: ColumnElement[bool] = Campaign.template == campaign.template
    same &= Campaign.topic.is_not_distinct_from(campaign.topic)
    if await session.scalar(series):
        slots = Occurrence.series_id.in_(series) & Occurrence.campaign_id.is_not(None)
        same = Campaign.id.in_(select(Occurrence.campaign_id).where(slots))
    if campaign.released_at is not None:
        same &= Campaign.released_at < campaign.released_at
    last: Campaign | None = await session.scalar(
        select(Campaign)
        .where(
            same,
            Campaign.id != campaign.id,
            Campaign.released_at.is_not(None),
            Campaign.on_demand.is_(False),
        )
        .order_by(Campaign.released_at.desc())
        .limit(1)
    )
    return last


async def _count(session: AsyncSession, rows: Select[Any] | CompoundSelect[Any]) -> int:
    count = select(func.count()).select_from(rows.subquery())
    return await session.scalar(count) or 0
