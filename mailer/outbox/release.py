"""The release: makes the messages of an approved campaign.

One transaction moves the campaign to `sending` and stores its letters and routes. So of
two releases at the same time one is refused, and a release that is killed can be
resumed. The messages follow in chunks: one row per campaign and contact, and a reader
who is left out has a row with the reason.
"""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

import structlog
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.store.dialects import analyse, insert
from mailer import clock
from mailer.campaigns import acts, hours, lookup, permission, reminders
from mailer.campaigns.acts import Act
from mailer.campaigns.campaign_states import CampaignState, refuse_release
from mailer.campaigns.models import Campaign, Occurrence, StoredLetter
from mailer.campaigns.review import agreed, approval, approved_files, audience_guard
from mailer.campaigns.variants import groups, letters
from mailer.campaigns.variants.groups import Group
from mailer.campaigns.variants.letters import Content, LetterKey
from mailer.campaigns.writing import event
from mailer.errors import RefusedError, counted
from mailer.outbox import plan
from mailer.outbox.models import Route
from mailer.outbox.waves import followers
from mailer.sites.site import Site
from mailer.store import identity
from mailer.users.acts import Right

log = structlog.get_logger()


async def release(
    site: Site,
    campaign_id: int,
    *,
    by: str,
    now: datetime,
    expected: int | None = None,
    read_clock: Callable[[], datetime] = clock.now,
) -> int:
    """Release a campaign at `now`; return how many rows it has in the ledger.

    `read_clock` gives the time at which each chunk renews the lease of the release.
    Raises RefusedError if the campaign may not be released, or has not `expected`
    readers; without that number, if its audience changed much since the approval.
    """
    async with site.database.reading() as session:
        await identity.require_sending(session)
        campaign = await lookup.get(session, campaign_id)
        await _require(session, site, campaign, by=by, now=now)
        site = await approved_files.as_approved(session, site, campaign)
        content = await letters.content_of(session, site, campaign)
        context = await lookup.context_of(session, campaign, now=now)
        readers = await groups.group(
            session, campaign, context, written=content.written
        )
        if expected is None:
            await audience_guard.require(session, site, campaign, context)
        _require_count(campaign, readers, expected)
        variants = {each.variant for each in readers}
        content = await letters.with_entries(session, content, variants)
    rendered = await render_groups(site, content, readers, now=now)
    async with site.database.writing() as session:
        await _start_sending(session, campaign_id, site, by=by, now=now)
        await event.record_release(session, content.campaign, content.sequence, now=now)
        session.add(plan.new_plan(campaign_id, now=read_clock()))
        await store(session, content, rendered, readers)
        await analyse(session, Route.__tablename__, StoredLetter.__tablename__)
    log.info("campaign.release_begun", campaign=campaign_id, by=by)
    return await plan.plan(site, campaign_id, now=read_clock)


async def _require(
    session: AsyncSession, site: Site, campaign: Campaign, *, by: str, now: datetime
) -> None:
    """Raise RefusedError if a user may not release a campaign, or not now."""
    await permission.require(session, campaign, Right.SEND, by=by)
    refuse_release(CampaignState(campaign.state), name=campaign.name)
    await approval.require(session, site, campaign, at=now)


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadersNow:
    """The readers of an approved campaign, and how they changed since the approval."""

    count: int
    change: str | None  # a sentence; None: not much


async def count_readers(site: Site, campaign_id: int, *, now: datetime) -> ReadersNow:
    """Count the readers that an approved campaign would have if released at `now`.

    Raises RefusedError if the campaign may not be released.
    """
    async with site.database.reading() as session:
        campaign = await lookup.get(session, campaign_id)
        refuse_release(CampaignState(campaign.state), name=campaign.name)
        await approval.require(session, site, campaign, at=now)
        context = await lookup.context_of(session, campaign, now=now)
        readers = await groups.group(
            session, campaign, context, written=[campaign.default_language]
        )
        change = await audience_guard.change(session, site, campaign, context)
    return ReadersNow(count=_count(readers), change=change)


def _count(readers: Sequence[Group]) -> int:
    return sum(each.count for each in readers)


def _require_count(
    campaign: Campaign, readers: Sequence[Group], expected: int | None
) -> None:
    if expected is not None and _count(readers) != expected:
        raise RefusedError(
            f"{campaign.name} has {counted(_count(readers), 'reader')} now,"
            f" not {expected:,}",
            code="campaign.readers",
            campaign=campaign.id,
        )


async def render_groups(
    site: Site,
    content: Content,
    readers: Sequence[Group],
    *,
    stored: Container[LetterKey] = (),
    now: datetime,
) -> dict[LetterKey, StoredLetter]:
    """Render each letter that groups of readers need; return the rows to store.

    Those that are `stored` are left out.
    """
    campaign = content.campaign
    digest = agreed.template_digest(site.templates, campaign.template)
    rendered = {}
    for key in letters.needed(content, readers):
        if key in stored:
            continue
        made = await letters.make(site, content, key, at=now)
        rendered[key] = StoredLetter(
            campaign_id=campaign.id,
            language=key.language,
            wanted=key.wanted,
            variant=key.variant,
            subject=made.letter.marks.written(made.letter.subject),
            skeleton=made.skeleton.pack(),
            template_digest=digest,
            rendered_at=now,
        )
    return rendered


async def _start_sending(
    session: AsyncSession, campaign_id: int, site: Site, *, by: str, now: datetime
) -> Campaign:
    """Move the campaign to `sending`; raise RefusedError if another release did."""
    await identity.require_sending(session)
    campaign = await lookup.get(session, campaign_id)
    await lookup.lock(session, campaign)
    await _require(session, site, campaign, by=by, now=now)
    usual = site.settings.delivery.too_late_hours
    ends = hours.usual_end(campaign, usual_hours=usual, at=now)
    hours.begin(campaign, ends=ends, now=now)
    context = await lookup.context_of(session, campaign, now=now)
    campaign.waits_for = reminders.stored(reminders.wanted(campaign.audience, context))
    campaign.released_at = now
    await followers.note(session, campaign)
    sending = CampaignState.SENDING
    acts.move(session, campaign, sending, Act.RELEASED, by=by, now=now)
    await session.execute(
        update(Occurrence)
        .where(Occurrence.campaign_id == campaign_id)
        .values(outcome="released")
    )
    await session.flush()
    return campaign


async def store(
    session: AsyncSession,
    content: Content,
    rendered: Mapping[LetterKey, StoredLetter],
    readers: Sequence[Group],
    stored: Mapping[LetterKey, int] = MappingProxyType({}),
) -> None:
    """Store the letters, and for each group of readers the route to its letter.

    `stored` has the numbers of letters of an earlier wave; its routes stay.
    """
    session.add_all(rendered.values())
    await session.flush()
    numbers = {**stored, **{key: letter.id for key, letter in rendered.items()}}
    routes = []
    for group in readers:
        choice = group.choice
        key = letters.key(content, choice, group.variant) if choice else None
        routes.append(
            {
                "campaign_id": content.campaign.id,
                "contact_languages": group.contact_languages,
                "organisation_languages": group.organisation_languages,
                "country_languages": group.country_languages,
                "variant": group.variant,
                "letter_id": numbers[key] if key else None,
                "step": choice.step if choice else "",
            }
        )
    if routes:
        await session.execute(insert(session, Route).on_conflict_do_nothing(), routes)
