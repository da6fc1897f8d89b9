"""Counts, for each block, the readers it concerns and those the campaign reaches.

A block concerns the contacts of the whole directory that its rule picks: `for`, else
`first`. A block without a rule concerns the campaign's audience.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, not_, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.languages import Chain
from audiences.segments import by_membership, resolve
from audiences.segments.compiler import Context
from mailer.campaigns import lookup
from mailer.campaigns.models import Campaign
from mailer.campaigns.review import approved_files
from mailer.campaigns.variants import groups, letters
from mailer.campaigns.variants.letters import Content
from mailer.outbox.message_states import Skip
from mailer.sites.site import Site

NOT_PICKED = "not_picked"  # the audience's rule leaves them out


@dataclass(frozen=True, kw_only=True, slots=True)
class Covered:
    """The coverage of one block, in contacts."""

    block: str
    type: str
    rule: str
    concerned: int
    reached: int
    missed: Mapping[str, int]  # by reason


async def coverage(site: Site, campaign_id: int, *, now: datetime) -> list[Covered]:
    """Return the coverage of each block of a campaign, in the order of the letter."""
    async with site.database.reading() as session:
        campaign = await lookup.get(session, campaign_id)
        site = await approved_files.as_approved(session, site, campaign)
        content = await letters.content_of(session, site, campaign)
        context = await lookup.context_of(session, campaign, now=now)
        return [
            await _covered(session, content, context, block) for block in content.blocks
        ]


async def _covered(
    session: AsyncSession, content: Content, context: Context, block: str
) -> Covered:
    campaign = content.campaign
    rule = (
        campaign.block_rules.get(block)
        or campaign.block_firsts.get(block)
        or campaign.audience
    )
    missed: Counter[str] = Counter()
    reached = 0
    for row in await _concerned(session, campaign, context, rule):
        reason, contact, organisation, country, count = row
        chain = Chain.from_stored(contact, organisation, country)
        if reason is not None:
            missed[str(reason)] += count
        elif groups.choose(campaign, content.written, chain) is None:
            missed[Skip.NO_TRANSLATION.value] += count
        else:
            reached += count
    if outside := await _not_picked(session, campaign, context, rule):
        missed[NOT_PICKED] = outside
    return Covered(
        block=block,
        type=content.blocks[block],
        rule=rule,
        concerned=reached + sum(missed.values()),
        reached=reached,
        missed=dict(missed.most_common()),
    )


async def _concerned(
    session: AsyncSession, campaign: Campaign, context: Context, rule: str
) -> list[tuple[Any, ...]]:
    """Count the campaign's contacts that a rule picks, too, by any membership.

    By the reason they are left out, and by the language chain of their letter.
    """
    counts: list[tuple[Any, ...]] = []
    for via in context.memberships:
        (concerned,) = by_membership.by_any([rule], context, via)
        inner = resolve.audience(
            campaign.audience,
            context,
            resolve.reason(campaign.topic).label("reason"),
            groups.CONTACT_LANGUAGES.label("contact"),
            groups.ORGANISATION_LANGUAGES.label("organisation"),
            groups.COUNTRY_LANGUAGES.label("country"),
            via=via,
        ).where(concerned)
        columns = list((rows := inner.subquery()).c)
        query = select(*columns, func.count()).select_from(rows).group_by(*columns)
        counts += [tuple(row) for row in await session.execute(query)]
    return counts


async def _not_picked(
    session: AsyncSession, campaign: Campaign, context: Context, rule: str
) -> int:
    """Count the contacts of a rule that the campaign's audience does not have."""
    if rule == campaign.audience:
        return 0
    count = 0
    for via in context.memberships:
        (picked,) = by_membership.by_any([campaign.audience], context, via)
        outside = resolve.audience(rule, context, func.count(), via=via)
        count += await session.scalar(outside.where(not_(picked))) or 0
    return count
