"""The gate: checks a campaign before its approval, and gives each problem its place.

`approve` is the only way to an approval; a campaign with an error is refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from audiences.errors import RuleError
from audiences.segments.compiler import Context
from mailer.campaigns import lookup
from mailer.campaigns.campaign_states import RENEWABLE
from mailer.campaigns.models import Approval, Campaign
from mailer.campaigns.review import (
    approval,
    approved_files,
    audience_guard,
    defaults,
    readership,
)
from mailer.campaigns.review.inspection import inspect
from mailer.campaigns.review.spam import Score
from mailer.campaigns.review.texts import text_checks
from mailer.campaigns.variants import letters
from mailer.campaigns.variants.groups import Group, group
from mailer.campaigns.variants.letters import Content
from mailer.campaigns.writing import event
from mailer.campaigns.writing.translation import signing_off
from mailer.campaigns.writing.translation.progress import TranslationProgress
from mailer.errors import RefusedError
from mailer.rendering.checks import lint, problem
from mailer.rendering.checks.problem import Problem, Severity
from mailer.sites.site import Site


@dataclass(frozen=True, kw_only=True, slots=True)
class CampaignCheck:
    """The problems of a campaign, and how its audience would read it."""

    problems: list[Problem]
    readers: Mapping[str, int]  # by language
    fallbacks: Mapping[tuple[str, str], int]  # readers by language wanted and got
    without: Mapping[str, int]  # readers who would get no letter, by language wanted
    blocks: Mapping[tuple[str, str, str], int]  # by block, language wanted and got
    variants: int  # letters to be rendered
    translations: Mapping[str, TranslationProgress]  # by language
    spam: Mapping[str, Score] | None  # by language; None: not scored

    @property
    def ok(self) -> bool:
        """Whether no error prevents the approval."""
        return _no_error(self.problems)


async def check(
    site: Site, campaign_id: int, *, now: datetime, scored: bool = True
) -> CampaignCheck:
    """Check a campaign; return its problems, readers, letters and translations.

    Without `scored`, SpamAssassin does not run: it takes some seconds.
    """
    return await _check(replace(site), campaign_id, now=now, scored=scored)


async def check_as_approved(
    site: Site, campaign_id: int, *, now: datetime
) -> CampaignCheck:
    """Check a campaign with the templates of its approval, if it has one.

    SpamAssassin does not run.
    """
    async with site.database.reading() as session:
        campaign = await lookup.get(session, campaign_id)
        site = await approved_files.as_approved(session, site, campaign)
    return await _check(site, campaign_id, now=now, scored=False, present=False)


async def require_sendable(
    site: Site, campaign_id: int, *, at: datetime
) -> list[Problem]:
    """Raise RefusedError if an approved campaign has an error for a release at `at`.

    Return the warnings that depend on this time: a day or an event that is over then.
    """
    async with site.database.reading() as session:
        campaign = await lookup.get(session, campaign_id)
        if campaign.state not in RENEWABLE:
            return []
        site = await approved_files.as_approved(session, site, campaign)
    checked = await _check(site, campaign_id, now=at, scored=False, present=False)
    require_no_error(checked, campaign_id)
    return [each for each in checked.problems if each.timed]


def _variants(grouped: Sequence[Group]) -> set[str]:
    return {each.variant for each in grouped}


async def _check(
    site: Site, campaign_id: int, *, now: datetime, scored: bool, present: bool = True
) -> CampaignCheck:
    async with site.database.reading() as session:
        campaign = await lookup.get(session, campaign_id)
        content = await letters.content_of(
            session, site, campaign, present=present, unfinished=True
        )
        context = await lookup.context_of(session, campaign, now=now, present=present)
        grouped, unread = await _grouped(session, content, context)
        content = await letters.with_entries(session, content, _variants(grouped))
        translated, lacking = await text_checks.translated(session, site, content)
        announced = await event.announced(session, campaign)
        known = await _known(session, site, campaign, None if unread else context)
    readers, fallbacks, without = readership.count(grouped)
    blocks = readership.block_fallbacks(content, grouped)
    needed = len(letters.needed(content, grouped))
    problems = [
        *lint.lint(site.templates, content.campaign.template),
        *text_checks.check(site, content, now=now),
        *(unread or readership.problems(readers, fallbacks, without)),
        *known,
        *defaults.check(site, content, now=now),
        *event.problems(campaign.event, known=announced, now=now),
        *readership.letter_problems(blocks, needed),
        *lacking,
    ]
    readable = text_checks.readable(content)
    inspected = await inspect(site, readable, grouped, now=now, scored=scored)
    problems += text_checks.unsaid(content, inspected.problems, problems)
    return CampaignCheck(
        problems=list(dict.fromkeys(problems)),
        readers=readers,
        fallbacks=fallbacks,
        without=without,
        blocks=blocks,
        variants=needed,
        translations=translated,
        spam=inspected.spam,
    )


async def approve(
    site: Site,
    campaign_id: int,
    *,
    by: str,
    now: datetime,
    time: datetime | None = None,
    until: date | None = None,
    scored: bool = True,
    old_date: bool = False,
    seen: datetime | None = None,
) -> Approval:
    """Check a campaign, and approve it as it was checked.

    `time` and `until` are those of approval.approve, `seen` of require_seen. Raises
    RefusedError if the campaign has an error, a date that has passed unless `old_date`,
    or changed since or during the check, and what approval.approve raises.
    """
    site = replace(site)  # reads the templates once, for check and approval
    async with site.database.reading() as session:
        before = await lookup.get(session, campaign_id)
    lookup.require_seen(before, seen or before.updated_at)
    if not old_date:
        defaults.require_date(site, before, now=now)
    checked = await _check(site, campaign_id, now=now, scored=scored)
    require_no_error(checked, campaign_id)
    async with site.database.writing() as session:
        campaign = await lookup.get(session, campaign_id)
        await lookup.lock(session, campaign)
        lookup.require_seen(campaign, before.updated_at)
        return await approval.approve(
            session,
            campaign,
            by=by,
            templates=site.templates,
            context=await lookup.context_of(session, campaign, now=now, present=True),
            now=now,
            time=time,
            until=until,
        )


def require_no_error(checked: CampaignCheck, campaign_id: int) -> None:
    """Raise RefusedError with the first error of a campaign, if it has one."""
    for each in checked.problems:
        if each.level is Severity.ERROR:
            raise RefusedError(
                f"the campaign has errors, the first in {each.where}: {each.what}",
                code="campaign.errors",
                campaign=campaign_id,
            )


def _no_error(problems: Sequence[Problem]) -> bool:
    return all(each.level is not Severity.ERROR for each in problems)


async def _grouped(
    session: AsyncSession, content: Content, context: Context
) -> tuple[list[Group], list[Problem]]:
    """Return the readers in groups, or the problem of a rule that cannot be read."""
    campaign = content.campaign
    try:
        return await group(session, campaign, context, written=content.written), []
    except RuleError as fault:
        return [], [problem.error("", _place_of_rule(campaign, context), str(fault))]


def _place_of_rule(campaign: Campaign, context: Context) -> str:
    """Return which rule of a campaign cannot be read: that of its readers or blocks."""
    try:
        audience_guard.readers(campaign, context)
    except RuleError:
        return "audience"
    return "campaign.toml, blocks"


async def _known(
    session: AsyncSession, site: Site, campaign: Campaign, context: Context | None
) -> list[Problem]:
    """Return what earlier letters say against this one; None: its rules are wrong."""
    changed: list[Problem] = []
    if context is not None:
        changed += await audience_guard.since_last(session, site, campaign, context)
    unsigned = [
        problem.warning(each, f"{each}.md", "not signed off by another translator")
        for each in await signing_off.missing(session, campaign, site.templates)
    ]
    return [*changed, *unsigned, *await _repeated(session, campaign)]


async def _repeated(session: AsyncSession, campaign: Campaign) -> list[Problem]:
    """Warn of each released campaign that has a text of this one."""
    return [
        problem.warning(
            "",
            "texts",
            f"the same text has gone out in campaign {each.id}, {each.name}; an erratum"
            " corrects a letter that was sent",
        )
        for each in await lookup.same_text(session, campaign)
    ]
