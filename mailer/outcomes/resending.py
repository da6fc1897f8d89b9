"""Sends a finished campaign again to the readers it has not reached: a further wave.

A wave goes to exactly those who have no letter of the campaign, neither by contact nor
by address: refused for a passing cause, set aside, never sent, or left out for a cause
that ended. It has messages of its own and a last day. What was approved goes; letters
of other languages or blocks are rendered from the files that the approval keeps.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from mailer import clock
from mailer.campaigns import acts, hours, lookup, permission
from mailer.campaigns.acts import Act
from mailer.campaigns.campaign_states import CampaignState, refuse_resend
from mailer.campaigns.models import Approval, Campaign, StoredLetter
from mailer.campaigns.review import approval, approved_files
from mailer.campaigns.variants import groups, letters
from mailer.campaigns.variants.letters import Content, LetterKey
from mailer.campaigns.writing import event
from mailer.errors import RefusedError, counted
from mailer.outbox import plan, release
from mailer.outbox.models import AttemptCount, CampaignWave
from mailer.outbox.waves import missed
from mailer.outbox.waves.missed import Missed
from mailer.outbox.waves.not_reached import Whom
from mailer.outcomes import faults
from mailer.sites.site import Site
from mailer.store import identity
from mailer.users.acts import Right

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class Wave:
    """A further wave of a campaign, as it would be now."""

    name: str  # of the campaign
    number: int
    until: datetime  # when its messages expire
    readers: Sequence[Missed]  # who get it
    left_out: Mapping[str, int] = field(default_factory=dict)  # reason → readers
    change: str | None = None  # how many joined, if they are too many

    @property
    def by_reason(self) -> dict[str, int]:
        """Return why the readers were not reached, with how many, most first."""
        return dict(Counter(each.reason for each in self.readers).most_common())


@dataclass(frozen=True, kw_only=True, slots=True)
class WantedWave:
    """Which wave is wanted: with late joiners, and until which day."""

    joiners: bool = False
    successors: bool = False  # only to who follows a contact whose mailbox is gone
    until: date | None = None  # None: as long as after a release

    @property
    def whom(self) -> Whom:
        """Return to whom it goes."""
        return Whom(joiners=self.joiners, successors=self.successors)


async def look(
    site: Site, campaign_id: int, wanted: WantedWave, *, now: datetime
) -> Wave:
    """Return the wave that a finished campaign would have; nothing is changed.

    Raises RefusedError if the campaign may not be sent again.
    """
    async with site.database.reading() as session:
        campaign = await lookup.get(session, campaign_id)
        given, site = await _approved(session, site, campaign, now=now)
        content = await letters.content_of(session, site, campaign)
        return await _wave(session, site, content, given, wanted, now=now)


async def resend(
    site: Site,
    campaign_id: int,
    wanted: WantedWave,
    *,
    by: str,
    now: datetime,
    expected: int | None = None,
    read_clock: Callable[[], datetime] = clock.now,
) -> int:
    """Send a campaign to those it has not reached; return how many.

    Raises RefusedError if it may not be sent so, or the readers are not `expected`.
    """
    async with site.database.reading() as session:
        await identity.require_sending(session)
        campaign = await lookup.get(session, campaign_id)
        await permission.require(session, campaign, Right.SEND, by=by)
        given, site = await _approved(session, site, campaign, now=now)
        content = await letters.content_of(session, site, campaign)
        wave = await _wave(session, site, content, given, wanted, now=now)
        _require(wave, campaign, expected)
        context = await lookup.context_of(session, campaign, now=now)
        which = missed.conditions(site, campaign, wanted.whom)
        readers = await groups.group(
            session, campaign, context, written=content.written, which=which
        )
        variants = {each.variant for each in readers}
        content = await letters.with_entries(session, content, variants)
        stored = await _stored(session, campaign_id)
    rendered = await release.render_groups(
        site, content, readers, stored=stored, now=now
    )
    async with site.database.writing() as session:
        await _begin(session, site, campaign_id, wave, wanted, by=by, now=now)
        whom, at = wanted.whom, read_clock()
        begun = plan.new_plan(campaign_id, wave=wave.number, whom=whom, now=at)
        session.add(begun)
        await release.store(session, content, rendered, readers, stored)
    return await plan.plan(site, campaign_id, now=read_clock)


async def _approved(
    session: AsyncSession, site: Site, campaign: Campaign, *, now: datetime
) -> tuple[Approval, Site]:
    """Return the approval of a campaign, and the site with the approved templates."""
    given = await _require_resendable(session, site, campaign, now=now)
    return given, await approved_files.as_approved(session, site, campaign)


async def _require_resendable(
    session: AsyncSession, site: Site, campaign: Campaign, *, now: datetime
) -> Approval:
    refuse_resend(CampaignState(campaign.state), name=campaign.name)
    if campaign.on_demand:
        raise RefusedError(
            f"{campaign.name} is of letters that readers asked for; who wants one asks"
            " again"
        )
    if await event.was_changed_later(session, campaign):
        raise RefusedError(
            f"a later letter about the event of {campaign.name} changed it; send that"
            " one again"
        )
    return await approval.require(session, site, campaign, at=now)


async def _wave(
    session: AsyncSession,
    site: Site,
    content: Content,
    given: Approval,
    wanted: WantedWave,
    *,
    now: datetime,
) -> Wave:
    campaign = content.campaign
    context = await lookup.context_of(session, campaign, now=now)
    whom = wanted.whom
    found = await missed.read(session, site, content, context, whom)
    return Wave(
        name=campaign.name,
        number=await _last(session, campaign.id) + 1,
        until=_ends(site, campaign, given, wanted, now=now),
        readers=found.readers,
        left_out=found.left_out,
        change=await missed.change(session, site, campaign, context, whom),
    )


async def _last(session: AsyncSession, campaign_id: int) -> int:
    """Return the number of a campaign's last wave; the release is the first."""
    last = select(func.max(CampaignWave.number)).where(
        CampaignWave.campaign_id == campaign_id
    )
    return await session.scalar(last) or 1


def _ends(
    site: Site,
    campaign: Campaign,
    given: Approval,
    wanted: WantedWave,
    *,
    now: datetime,
) -> datetime:
    """Return when a wave's messages expire; raise RefusedError if it cannot go."""
    usual = site.settings.delivery.too_late_hours
    ends = hours.usual_end(campaign, usual_hours=usual, at=now)
    if wanted.until is not None:
        ends = hours.end_of(wanted.until, campaign)
        if ends <= now:
            raise RefusedError(f"{wanted.until} has passed; name a later last day")
        if given.until is not None and ends > given.until:
            raise RefusedError(
                f"{campaign.name} is approved until"
                f" {approval.last_day(given, campaign)}; name no later day"
            )
    elif given.until is not None:
        ends = min(ends, given.until)
    if not hours.opens_before(campaign, ends, at=now):
        raise RefusedError(
            f"{campaign.name} may be sent from {campaign.window_from} until"
            f" {campaign.window_until} {campaign.window_zone} only, and this wave ends"
            " before; name a later last day with --until"
        )
    return ends


def _require(wave: Wave, campaign: Campaign, expected: int | None) -> None:
    """Raise RefusedError if a wave has no readers, or others than expected."""
    number = len(wave.readers)
    if not number:
        raise RefusedError(
            f"{campaign.name} is left with no reader whom a resend may reach"
        )
    if expected is not None and number != expected:
        raise RefusedError(
            f"{counted(number, 'reader')} would get {campaign.name} again now, not"
            f" {expected:,}"
        )
    if expected is None and wave.change is not None:
        raise RefusedError(
            f"{wave.change}; look at the last imports, then send it to exactly"
            f" {counted(number, 'reader')} with --expect {number}"
        )


async def _stored(session: AsyncSession, campaign_id: int) -> dict[LetterKey, int]:
    """Return the letters that a campaign has, with their numbers."""
    rows = await session.execute(
        select(
            StoredLetter.language,
            StoredLetter.wanted,
            StoredLetter.variant,
            StoredLetter.id,
        ).where(StoredLetter.campaign_id == campaign_id)
    )
    return {
        LetterKey(language=language, wanted=wanted, variant=variant): number
        for language, wanted, variant, number in rows
    }


def _recorded(
    campaign_id: int, wave: Wave, wanted: WantedWave, *, by: str, now: datetime
) -> CampaignWave:
    return CampaignWave(
        campaign_id=campaign_id,
        number=wave.number,
        at=now,
        by=by,
        until=wave.until,
        joiners=wanted.joiners,
        successors=wanted.successors,
        readers=len(wave.readers),
    )


async def _begin(
    session: AsyncSession,
    site: Site,
    campaign_id: int,
    wave: Wave,
    wanted: WantedWave,
    *,
    by: str,
    now: datetime,
) -> None:
    """Move the campaign to `sending`; raise RefusedError if another resend did."""
    await identity.require_sending(session)
    # before the campaign's row is locked, as workers do: they count, then claim
    await session.execute(
        delete(AttemptCount).where(AttemptCount.campaign_id == campaign_id)
    )
    campaign = await lookup.get(session, campaign_id)
    await lookup.lock(session, campaign)
    await permission.require(session, campaign, Right.SEND, by=by)
    await _require_resendable(session, site, campaign, now=now)
    if await _last(session, campaign_id) + 1 != wave.number:
        raise RefusedError(f"{campaign.name} was just sent again; look at its report")
    hours.begin(campaign, ends=wave.until, now=now)
    recorded = _recorded(campaign_id, wave, wanted, by=by, now=now)
    session.add(recorded)
    detail: dict[str, object] = {"wave": wave.number, "readers": recorded.readers}
    detail |= {"until": wave.until.isoformat(), "joiners": wanted.joiners}
    sending, resent = CampaignState.SENDING, Act.RESENT
    acts.move(session, campaign, sending, resent, by=by, now=now, detail=detail)
    await faults.forget(session, campaign_id)
    await session.flush()
    log.info("campaign.resend_begun", campaign=campaign_id, by=by, wave=wave.number)
