"""The gate before approval: every problem of a campaign, with its place.

Nobody approves but through it, so that nothing is approved in which an error stands.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy.ext.asyncio import AsyncSession

from audiences.languages import Chain
from mailer.campaigns import lookup
from mailer.campaigns.models import Approval
from mailer.campaigns.review import agreement, approval, inspection, proof
from mailer.campaigns.review.inspection import Inspected
from mailer.campaigns.review.spam import Score
from mailer.campaigns.variants import codes, groups, letters
from mailer.campaigns.variants.groups import Group
from mailer.campaigns.variants.letters import Content
from mailer.campaigns.writing import event
from mailer.campaigns.writing.translation import progress, units
from mailer.campaigns.writing.translation.progress import TranslationProgress
from mailer.errors import ContentError, RefusedError
from mailer.rendering import letter_types
from mailer.rendering.checks import lint, problem, rules
from mailer.rendering.checks.problem import Problem, Severity
from mailer.sites.site import Site


@dataclass(frozen=True, kw_only=True, slots=True)
class CampaignCheck:
    """The problems of a campaign, and how its audience would read it."""

    problems: list[Problem]
    readers: Mapping[str, int]  # by language
    fallbacks: Mapping[tuple[str, str], int]  # readers by language, wanted and got
    blocks: Mapping[tuple[str, str, str], int]  # by block; language wanted and got
    variants: int  # letters to be rendered
    translations: Mapping[str, TranslationProgress]  # by language
    spam: Mapping[str, Score] | None  # by language; None: nobody was asked

    @property
    def ok(self) -> bool:
        """Whether nothing stands in the way of approval."""
        return _sound(self.problems)


async def check(
    site: Site, campaign_id: int, *, now: datetime, scored: bool = True
) -> CampaignCheck:
    """Look at everything a machine can see of a campaign.

    Without `scored`, SpamAssassin is not asked: it takes some seconds.
    """
    async with site.database.reading() as session:
        campaign = await lookup.get(session, campaign_id)
        content = await letters.content_of(session, site, campaign)
        context = await lookup.context_of(session, campaign, now=now)
        found = await groups.group(session, campaign, context, written=content.written)
        seen = {each.variant for each in found}
        content = await letters.with_entries(session, content, seen)
        standings = await _standings(session, site, content)
        announced = await event.announced(session, campaign)
    readers, fallbacks, without = _readers(found)
    blocks = _elsewhere(content, found)
    needed = len(letters.needed(content, found))
    problems = [
        *await _template(site, content),
        *_texts(site, content),
        *_audience(readers, fallbacks, without),
        *_unsigned(site),
        *event.problems(campaign.event, known=announced, now=now),
        *_letters(blocks, needed),
        *_translated(site, content, standings),
    ]
    looked = Inspected()
    if _sound(problems):
        looked = await inspection.inspect(site, content, found, now=now, scored=scored)
    return CampaignCheck(
        problems=problems + looked.problems,
        readers=readers,
        fallbacks=fallbacks,
        blocks=blocks,
        variants=needed,
        translations=standings,
        spam=looked.spam,
    )


async def approve(
    site: Site, campaign_id: int, *, by: str, now: datetime, scored: bool = True
) -> Approval:
    """Approve a campaign in which no error stands, as it was checked."""
    async with site.database.reading() as session:
        before = (await lookup.get(session, campaign_id)).updated_at
    checked = await check(site, campaign_id, now=now, scored=scored)
    for each in checked.problems:
        if each.level is Severity.ERROR:
            raise RefusedError(
                f"errors stand, the first in {each.where}: {each.what}",
                code="campaign.errors",
                campaign=campaign_id,
            )
    async with site.database.writing() as session:
        campaign = await lookup.get(session, campaign_id)
        await lookup.lock(session, campaign)
        if campaign.updated_at != before:
            raise RefusedError(
                f"{campaign.name} was changed while it was checked; look at it, then"
                " approve it again"
            )
        context = await lookup.context_of(session, campaign, now=now)
        return await approval.approve(
            session,
            campaign,
            by=by,
            templates=site.templates,
            context=context,
            now=now,
        )


def _sound(problems: Sequence[Problem]) -> bool:
    return all(each.level is not Severity.ERROR for each in problems)


def _texts(site: Site, content: Content) -> Iterator[Problem]:
    """Check what is written: that the languages agree, and each for itself."""
    campaign = content.campaign
    yield from agreement.check(
        content.translations,
        campaign.default_language,
        ruled=[*campaign.block_rules, *campaign.block_firsts],
        per_block=campaign.per_block,
    )
    host = urlsplit(site.settings.site.url).hostname or ""
    for translation in content.translations.values():
        yield from rules.check_text(translation, host=host)


def _unsigned(site: Site) -> Iterator[Problem]:
    """Warn where nobody signs letters; a demonstration may."""
    if site.settings.dkim.unsigned and not site.settings.site.demo:
        what = "letters are not signed, and many receivers refuse them"
        yield problem.warning("", "config.toml, dkim", what, code="dkim.none")


async def _template(site: Site, content: Content) -> list[Problem]:
    """Read the files of the template, then see that they make letters in time."""
    name = content.campaign.template
    found = list(lint.lint(site.templates, name))
    if not found:
        try:
            await proof.prove(site.templates, name, content.texts)
        except ContentError as fault:
            found.append(problem.error("", fault.where, fault.sentence))
    return found


def _readers(
    found: Sequence[Group],
) -> tuple[Counter[str], Counter[tuple[str, str]], Counter[str]]:
    """Count readers by language, by fallback, and those who are left without."""
    readers: Counter[str] = Counter()
    fallbacks: Counter[tuple[str, str]] = Counter()
    without: Counter[str] = Counter()
    for group in found:
        choice = group.choice
        if choice is None:
            without[_wanted(group)] += group.count
            continue
        readers[choice.language] += group.count
        if choice.fell_back:
            fallbacks[choice.wanted, choice.language] += group.count
    return readers, fallbacks, without


def _audience(
    readers: Mapping[str, int],
    fallbacks: Mapping[tuple[str, str], int],
    without: Mapping[str, int],
) -> Iterator[Problem]:
    """Find whether there is anybody, and whether everybody can read a letter."""
    if not readers and not without:
        yield problem.error("", "audience", "the audience is empty")
    for language, count in without.items():
        yield problem.error(
            language,
            "audience",
            f"{count} readers read {language}, which is neither written nor has a"
            " fallback; write it or allow one in languages.fallbacks",
        )
    for (wanted, got), count in fallbacks.items():
        yield problem.warning(
            wanted,
            "audience",
            f"{count} readers get another language, with a notice: {wanted} → {got}",
        )


def _elsewhere(
    content: Content, found: Sequence[Group]
) -> Counter[tuple[str, str, str]]:
    """Count those who read a single block in another language than their letter."""
    elsewhere: Counter[tuple[str, str, str]] = Counter()
    for group in found:
        if group.choice is None:
            continue
        language, wanted = group.choice.language, group.choice.wanted
        hidden = codes.read(content.campaign, group.variant).hidden
        for block, each in letters.spoken_in(content, language, wanted).items():
            if each != language and block not in hidden:
                elsewhere[block, wanted, each] += group.count
    return elsewhere


def _letters(
    elsewhere: Mapping[tuple[str, str, str], int], needed: int
) -> Iterator[Problem]:
    """Warn of letters in two languages at once, and of very many letters."""
    for (block, wanted, got), count in elsewhere.items():
        yield problem.warning(
            wanted,
            "audience",
            f"{count} readers get a block in another language, with a notice:"
            f" {block}, {wanted} → {got}",
        )
    if needed > codes.MANY:
        yield problem.warning(
            "",
            "campaign.toml, blocks",
            f"{needed} letters that differ, more than {codes.MANY};"
            " fewer rules of blocks make fewer",
        )


async def _standings(
    session: AsyncSession, site: Site, content: Content
) -> dict[str, TranslationProgress]:
    """Count what is translated, by language."""
    known = await progress.sources_of(session, content.campaign)
    default = content.campaign.default_language
    types = letter_types.block_types(site.templates)
    source = units.entries(content.translations[default], types)
    return {
        language: progress.standing(
            source, units.beside(source, translation), known.get(language, {})
        )
        for language, translation in content.translations.items()
        if language != default
    }


def _translated(
    site: Site, content: Content, standings: Mapping[str, TranslationProgress]
) -> Iterator[Problem]:
    """Find languages the house has no words of, and words that need a second look."""
    for language, translation in content.translations.items():
        where = translation.where
        if language not in site.catalogues:
            what = f"its dates, footer and notices are not in {language}"
            remedy = "a catalogue in templates/locale makes them so"
            yield problem.warning(language, where, f"{what}; {remedy}")
        if language not in standings:
            continue
        standing = standings[language]
        for count, what in (
            (standing.stale, "translated from words that changed since"),
            (standing.missing, "not translated"),
        ):
            if count:
                sentence = f"{count} of {standing.total} entries are {what}"
                code = "translation.incomplete"
                yield problem.warning(language, where, sentence, code=code)


def _wanted(group: Group) -> str:
    chain = Chain.from_stored(
        group.contact_languages, group.organisation_languages, group.country_languages
    )
    return chain.deciding_step()[1][0]
