"""What the unit must know of one campaign: where it stands, and what comes next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from audiences.errors import AudienceError
from mailer.campaigns import control, lookup, signatures
from mailer.campaigns.asking import approving
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign, CampaignEvent
from mailer.campaigns.review import approval, audience_guard, gate
from mailer.campaigns.writing.translation.progress import TranslationProgress
from mailer.errors import MailerError
from mailer.outbox import lease
from mailer.rendering.checks import problem
from mailer.rendering.checks.problem import Problem, Severity
from mailer.reports import totals
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
    report: CampaignReport | None  # None: not released
    warnings: Sequence[Problem]
    history: Sequence[CampaignEvent]
    next: NextStep


@dataclass(kw_only=True)
class _Found:
    """What is found before a release."""

    readers: int | None = None
    languages: dict[str, LanguageStanding] = field(default_factory=dict)
    warnings: list[Problem] = field(default_factory=list)


async def overview(site: Site, campaign_id: int, *, now: datetime) -> Overview:
    """Return what the unit must know of a campaign; it is checked without a score."""
    async with site.database.reading() as session:
        campaign = await lookup.get(session, campaign_id)
        given = await lookup.current_approval(session, campaign)
        signed = await signatures.signers(session, given) if given else []
        history = await lookup.events_of(session, campaign)
        able = await approving.able(session, site, campaign, now=now)
        released = campaign.state not in BEFORE_RELEASE
        report = await totals.report(session, campaign) if released else None
        warnings = await _of_site_and_time(session, campaign)
        covered = await _covered(session, site, campaign, warnings, now)
        workers = await session.run_sync(partial(lease.at_work, now=now))
    found = _of_report(report) if report else await _checked(site, campaign_id, now)
    if campaign.state == CampaignState.IN_REVIEW:
        able = [each for each in able if each not in signed]
    return Overview(
        campaign=campaign,
        approvers=signed,
        may_approve=able,
        readers=found.readers,
        languages=found.languages,
        report=report,
        warnings=[*warnings, *found.warnings],
        history=history,
        next=_next(campaign, found.warnings, covered=covered, works=bool(workers)),
    )


async def _of_site_and_time(session: AsyncSession, campaign: Campaign) -> list[Problem]:
    """Return why nothing is sent, and what became of the campaign's time."""
    found = []
    halt = (await identity.read(session)).halt
    if halt:
        found.append(problem.warning("", "site", f"nothing is sent: {halt}"))
    fallen = await control.fallen_times(session, campaign.id)
    if campaign.id in fallen:
        what = f"an edit took its time away: {fallen[campaign.id].isoformat()}"
        found.append(problem.warning("", "time", what))
    if campaign.stopped_because:
        found.append(problem.warning("", "state", campaign.stopped_because))
    return found


async def _covered(
    session: AsyncSession,
    site: Site,
    campaign: Campaign,
    warnings: list[Problem],
    now: datetime,
) -> bool:
    """Whether the campaign's approval holds for its time; else add why it does not."""
    if campaign.state not in approval.RENEWABLE:
        return False
    at = max(now, campaign.at or now)
    try:
        await approval.require(session, site, campaign, at=at)
        context = await lookup.context_of(session, campaign, now=now)
        changed = await audience_guard.change(session, site, campaign, context)
    except (MailerError, AudienceError) as fault:
        warnings.append(problem.warning("", "approval", str(fault)))
        return False
    if changed is not None:
        warnings.append(problem.warning("", "audience", changed))
    return True


async def _checked(site: Site, campaign_id: int, now: datetime) -> _Found:
    """Return what the gate finds; a fault that ends the check is a problem, too."""
    try:
        checked = await gate.check_as_approved(site, campaign_id, now=now)
    except (MailerError, AudienceError) as fault:
        return _Found(warnings=[problem.error("", "content", str(fault))])
    names = [*checked.readers, *checked.translations]
    return _Found(
        readers=sum(checked.readers.values()),
        languages={
            language: LanguageStanding(
                readers=checked.readers.get(language, 0),
                translated=checked.translations.get(language),
            )
            for language in dict.fromkeys(names)
        },
        warnings=checked.problems,
    )


def _of_report(report: CampaignReport) -> _Found:
    """Return the readers of a released campaign, and who got which language."""
    return _Found(
        readers=report.audience,
        languages={
            language: LanguageStanding(readers=count, translated=None)
            for language, count in report.by_language.items()
        },
    )


def _next(
    campaign: Campaign, found: Sequence[Problem], *, covered: bool, works: bool
) -> NextStep:
    steps = {
        CampaignState.APPROVED: NextStep.SCHEDULE,
        CampaignState.SCHEDULED: NextStep.WAIT,
        CampaignState.EXPIRED: NextStep.NEW_TIME,
        CampaignState.SENDING: NextStep.WATCH if works else NextStep.SEND,
        CampaignState.PAUSED: NextStep.RESUME,
        CampaignState.FINISHED: NextStep.READ,
        CampaignState.CANCELLED: NextStep.COPY,
    }
    state = CampaignState(campaign.state)
    if state in BEFORE_RELEASE:
        if any(each.level is Severity.ERROR for each in found):
            return NextStep.CORRECT
        if state in {CampaignState.DRAFT, CampaignState.IN_REVIEW}:
            return NextStep.APPROVE
        if not covered:
            return NextStep.APPROVE_AGAIN
    return steps[state]
