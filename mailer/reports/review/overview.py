"""What the unit must know of one campaign: where it stands, and what comes next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from audiences.errors import AudienceError
from mailer.campaigns import control, lookup, signatures
from mailer.campaigns.asking import approving
from mailer.campaigns.campaign_states import RENEWABLE, CampaignState
from mailer.campaigns.models import Campaign, CampaignEvent
from mailer.campaigns.review import approval, audience_guard, gate
from mailer.campaigns.writing.translation.progress import TranslationProgress
from mailer.errors import MailerError
from mailer.outbox import lease
from mailer.rendering.checks import problem
from mailer.rendering.checks.problem import Problem, Severity
from mailer.reports import totals
from mailer.reports.figures.campaign_figures import CampaignFigures
from mailer.reports.figures.kept import Kept
from mailer.reports.figures.message_counts import MessageCounts
from mailer.reports.totals import CampaignReport
from mailer.sites.site import Site
from mailer.store import identity

BEFORE_RELEASE = (
    CampaignState.DRAFT,
    CampaignState.IN_REVIEW,
    CampaignState.APPROVED,
    CampaignState.SCHEDULED,
    CampaignState.EXPIRED,
)


class NextStep(StrEnum):
    """What is to be done next with a campaign."""

    CORRECT = "errors block its approval: correct them"
    APPROVE = "another user approves it"
    APPROVE_AGAIN = "it changed after its approval: a user approves it again"
    SCHEDULE = "it is approved: give it a time"
    WAIT = "it goes at its time, while the ticker and a worker run"
    SEND = "its messages wait, and no worker runs: start one"
    SEE_STORE = (
        "its messages wait: a worker runs, but has not written to the store; see what"
        " holds the store"
    )
    WATCH = "its messages are being sent"
    RESUME = "it is paused: mend what stopped it, then let it continue"
    READ = "it is sent: read its report"
    NEW_TIME = "it was not released at its time: give it another one"
    COPY = "it is cancelled: a copy can be sent"


@dataclass(frozen=True, kw_only=True, slots=True)
class LanguageStanding:
    """One language of a campaign: its readers, and how much is translated."""

    readers: int
    translated: TranslationProgress | None  # None: the default language


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """One campaign, for the unit."""

    campaign: Campaign
    approvers: Sequence[str]  # whose approval holds
    may_approve: Sequence[str]  # approvers who wrote none of it
    readers: int | None  # None: they cannot be counted
    languages: Mapping[str, LanguageStanding]
    without: Mapping[str, int]  # readers who would get no letter, by language wanted
    report: CampaignReport | None  # None: not released, or only its counts were asked
    warnings: Sequence[Problem]
    history: Sequence[CampaignEvent]
    next: NextStep
    seen_at: datetime | None  # when it was checked or counted; None: still under way
    renewing: bool  # it is checked or counted again: what is here may be old

    @property
    def is_pending(self) -> bool:
        """Whether it is being checked, and no earlier check is known."""
        return self.seen_at is None and self.campaign.state in BEFORE_RELEASE


@dataclass(kw_only=True)
class _Found:
    """What is found by a check, or counted after a release."""

    covered: bool = False  # whether an approval holds
    report: CampaignReport | None = None
    readers: int | None = None
    languages: dict[str, LanguageStanding] = field(default_factory=dict)
    without: Mapping[str, int] = field(default_factory=dict)
    warnings: list[Problem] = field(default_factory=list)


async def overview(
    site: Site,
    campaign_id: int,
    *,
    now: datetime,
    figures: CampaignFigures | None = None,
) -> Overview:
    """Return what the unit must know of a campaign; it is checked without a score.

    With `figures`, which pages share, what takes long may be that of some time ago.
    """
    async with site.database.reading() as session:
        campaign = await lookup.get(session, campaign_id)
        given = await lookup.current_approval(session, campaign)
        signed = await signatures.signers(session, given) if given else []
        history = await lookup.events_of(session, campaign)
        able = await approving.able(session, site, campaign, now=now)
        warnings = await _of_site_and_time(session, campaign)
        sends = await session.run_sync(partial(_who_sends, now=now))
    seen = await _found(site, campaign, figures, now=now)
    found = seen.value if seen else _Found()
    if campaign.state == CampaignState.IN_REVIEW:
        able = [each for each in able if each not in signed]
    return Overview(
        campaign=campaign,
        approvers=signed,
        may_approve=able,
        readers=found.readers,
        languages=found.languages,
        without=found.without,
        report=found.report,
        warnings=[*warnings, *found.warnings],
        history=history,
        next=_next(campaign, found, sends=sends),
        seen_at=seen.at if seen else None,
        renewing=seen.renewing if seen else False,
    )


async def _found(
    site: Site, campaign: Campaign, figures: CampaignFigures | None, *, now: datetime
) -> Kept[_Found] | None:
    """Check a campaign before its release; count its messages after it."""
    if campaign.state in BEFORE_RELEASE:
        check = partial(_checked, site, campaign.id, now)
        if figures is None:
            return Kept(value=await check(), at=now)
        return await figures.of_audience("overview", campaign, check)
    if figures is None:
        async with site.database.reading() as session:
            report = await totals.report(session, campaign)
        return Kept(value=replace(_counted(report), report=report), at=now)
    counts = await figures.counts(campaign)
    if counts is None:
        return None
    found = _counted(counts.value)
    return Kept(value=found, at=counts.at, renewing=counts.renewing)


async def _of_site_and_time(session: AsyncSession, campaign: Campaign) -> list[Problem]:
    """Return why nothing is sent, and what became of the campaign's time."""
    found = []
    halt = (await identity.read(session)).halt
    if halt:
        found.append(problem.warning("", "site", f"nothing is sent: {halt}"))
    fallen = await control.fallen_times(session, campaign.id)
    if campaign.id in fallen:
        what = f"an edit took its time away: {fallen[campaign.id]:%Y-%m-%d %H:%M} UTC"
        found.append(problem.warning("", "time", what))
    if campaign.stopped_because:
        found.append(problem.warning("", "state", campaign.stopped_because))
    return found


async def _checked(site: Site, campaign_id: int, now: datetime) -> _Found:
    """Return what the gate finds, and whether the approval holds for the time.

    A fault that ends the check is a problem, too.
    """
    async with site.database.reading() as session:
        campaign = await lookup.get(session, campaign_id)
        covered, warnings = await _covered(session, site, campaign, now)
    try:
        checked = await gate.check_as_approved(site, campaign_id, now=now)
    except (MailerError, AudienceError) as fault:
        warnings.append(problem.error("", "content", str(fault)))
        return _Found(covered=covered, warnings=warnings)
    names = [*checked.readers, *checked.translations]
    return _Found(
        covered=covered,
        readers=sum(checked.readers.values()),
        languages={
            language: LanguageStanding(
                readers=checked.readers.get(language, 0),
                translated=checked.translations.get(language),
            )
            for language in dict.fromkeys(names)
        },
        without=checked.without,
        warnings=[*warnings, *checked.problems],
    )


async def _covered(
    session: AsyncSession, site: Site, campaign: Campaign, now: datetime
) -> tuple[bool, list[Problem]]:
    """Whether the campaign's approval holds for its time; why not, or what changed."""
    if campaign.state not in RENEWABLE:
        return False, []
    at = max(now, campaign.at or now)
    try:
        await approval.require(session, site, campaign, at=at)
        context = await lookup.context_of(session, campaign, now=now)
        changed = await audience_guard.change(session, site, campaign, context)
    except (MailerError, AudienceError) as fault:
        return False, [problem.warning("", "approval", str(fault))]
    if changed is None:
        return True, []
    return True, [problem.warning("", "audience", changed)]


def _counted(counts: MessageCounts) -> _Found:
    """Return the readers of a released campaign, and who got which language."""
    return _Found(
        readers=counts.audience,
        languages={
            language: LanguageStanding(readers=count, translated=None)
            for language, count in counts.by_language.items()
        },
    )


def _who_sends(session: Session, *, now: datetime) -> NextStep:
    """Return the step of a campaign that is sending: it depends on the workers."""
    if lease.at_work(session, now=now):
        return NextStep.WATCH
    return NextStep.SEE_STORE if lease.silent(session, now=now) else NextStep.SEND


def _next(campaign: Campaign, found: _Found, *, sends: NextStep) -> NextStep:
    steps = {
        CampaignState.APPROVED: NextStep.SCHEDULE,
        CampaignState.SCHEDULED: NextStep.WAIT,
        CampaignState.EXPIRED: NextStep.NEW_TIME,
        CampaignState.SENDING: sends,
        CampaignState.PAUSED: NextStep.RESUME,
        CampaignState.FINISHED: NextStep.READ,
        CampaignState.CANCELLED: NextStep.COPY,
    }
    state = CampaignState(campaign.state)
    if state in BEFORE_RELEASE:
        if any(each.level is Severity.ERROR for each in found.warnings):
            return NextStep.CORRECT
        if state in {CampaignState.DRAFT, CampaignState.IN_REVIEW}:
            return NextStep.APPROVE
        if not found.covered:
            return NextStep.APPROVE_AGAIN
    return steps[state]
