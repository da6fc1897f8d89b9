"""The gate: checks a campaign before its approval, and gives each problem its place.

`approve` is the only way to an approval; a campaign with an error is refused.
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
from mailer.campaigns.review import agreement, approval
from mailer.campaigns.review.inspection import Inspected, inspect
from mailer.campaigns.review.spam import Score
from mailer.campaigns.variants import codes, letters
from mailer.campaigns.variants.groups import Group, group
from mailer.campaigns.variants.letters import Content
from mailer.campaigns.writing import event
from mailer.campaigns.writing.translation import progress, units
from mailer.campaigns.writing.translation.progress import TranslationProgress
from mailer.errors import RefusedError, counted
from mailer.rendering import letter_types
from mailer.rendering.checks import lint, problem, rules
from mailer.rendering.checks.problem import Problem, Severity
from mailer.sites.site import Site


@dataclass(frozen=True, kw_only=True, slots=True)
class CampaignCheck:
    """The problems of a campaign, and how its audience would read it."""

    problems: list[Problem]
    readers: Mapping[str, int]  # by language
    fallbacks: Mapping[tuple[str, str], int]  # readers by language wanted and got
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
    async with site.database.reading() as session:
        campaign = await lookup.get(session, campaign_id)
        content = await letters.content_of(session, site, campaign, present=True)
        context = await lookup.context_of(session, campaign, now=now, present=True)
        grouped = await group(session, campaign, context, written=content.written)
        variants = {each.variant for each in grouped}
        content = await letters.with_entries(session, content, variants)
        translated = await _progress(session, site, content)
        announced = await event.announced(session, campaign)
    readers, fallbacks, without = _readers(grouped)
    blocks = _block_fallbacks(content, grouped)
    needed = len(letters.needed(content, grouped))
    problems = [
        *lint.lint(site.templates, content.campaign.template),
        *_texts(site, content),
        *_audience(readers, fallbacks, without),
        *_unsigned(site),
        *event.problems(campaign.event, known=announced, now=now),
        *_letters(blocks, needed),
        *_translations(site, content, translated),
    ]
    inspected = Inspected()
    if _no_error(problems):
        inspected = await inspect(site, content, grouped, now=now, scored=scored)
    return CampaignCheck(
        problems=problems + inspected.problems,
        readers=readers,
        fallbacks=fallbacks,
        blocks=blocks,
        variants=needed,
        translations=translated,
        spam=inspected.spam,
    )


async def approve(
    site: Site, campaign_id: int, *, by: str, now: datetime, scored: bool = True
) -> Approval:
    """Check a campaign, and approve it as it was checked.

    Raises RefusedError if it has an error or changed during the check, and what
    `approval.approve` raises.
    """
    async with site.database.reading() as session:
        before = (await lookup.get(session, campaign_id)).updated_at
    checked = await check(site, campaign_id, now=now, scored=scored)
    for each in checked.problems:
        if each.level is Severity.ERROR:
            raise RefusedError(
                f"the campaign has errors, the first in {each.where}: {each.what}",
                code="campaign.errors",
                campaign=campaign_id,
            )
    async with site.database.writing() as session:
        campaign = await lookup.get(session, campaign_id)
        await lookup.lock(session, campaign)
        if campaign.updated_at != before:
            raise RefusedError(
                f"{campaign.name} was changed while it was checked; read the change,"
                " then approve it again"
            )
        context = await lookup.context_of(session, campaign, now=now, present=True)
        return await approval.approve(
            session,
            campaign,
            by=by,
            templates=site.templates,
            context=context,
            now=now,
        )


def _no_error(problems: Sequence[Problem]) -> bool:
    return all(each.level is not Severity.ERROR for each in problems)


def _texts(site: Site, content: Content) -> Iterator[Problem]:
    """Check the texts: each of them, and that the languages agree."""
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
    """Warn if letters are not signed, except in a demonstration."""
    if site.settings.dkim.unsigned and not site.settings.site.demo:
        what = "letters are not signed with DKIM; many receivers refuse such letters"
        yield problem.warning("", "config.toml, dkim", what, code="dkim.none")


def _readers(
    grouped: Sequence[Group],
) -> tuple[Counter[str], Counter[tuple[str, str]], Counter[str]]:
    """Count readers by language, by fallback, and those without a letter."""
    readers: Counter[str] = Counter()
    fallbacks: Counter[tuple[str, str]] = Counter()
    without: Counter[str] = Counter()
    for each in grouped:
        choice = each.choice
        if choice is None:
            without[_wanted(each)] += each.count
            continue
        readers[choice.language] += each.count
        if choice.fell_back:
            fallbacks[choice.wanted, choice.language] += each.count
    return readers, fallbacks, without


def _audience(
    readers: Mapping[str, int],
    fallbacks: Mapping[tuple[str, str], int],
    without: Mapping[str, int],
) -> Iterator[Problem]:
    """Check that there are readers, and that each has a letter; warn of fallbacks."""
    if not readers and not without:
        yield problem.error("", "audience", "the audience is empty")
    for language, count in without.items():
        yield problem.error(
            language,
            "audience",
            f"{counted(count, 'reader')} without a letter: {language} is neither"
            " written nor has a fallback; write it or allow one in languages.fallbacks",
        )
    for (wanted, got), count in fallbacks.items():
        yield problem.warning(
            wanted,
            "audience",
            "another language, with a notice, for"
            f" {counted(count, 'reader')}: {wanted} → {got}",
        )


def _block_fallbacks(
    content: Content, grouped: Sequence[Group]
) -> Counter[tuple[str, str, str]]:
    """Count readers of single blocks in another language, by block, wanted and got."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for each in grouped:
        if each.choice is None:
            continue
        language, wanted = each.choice.language, each.choice.wanted
        hidden = codes.decode(content.campaign, each.variant).hidden
        for block, got in letters.block_languages(content, language, wanted).items():
            if got != language and block not in hidden:
                counts[block, wanted, got] += each.count
    return counts


def _letters(
    block_fallbacks: Mapping[tuple[str, str, str], int], needed: int
) -> Iterator[Problem]:
    """Warn of letters in two languages, and of more than codes.MANY letters."""
    for (block, wanted, got), count in block_fallbacks.items():
        yield problem.warning(
            wanted,
            "audience",
            "a block in another language, with a notice, for"
            f" {counted(count, 'reader')}: {block}, {wanted} → {got}",
        )
    if needed > codes.MANY:
        yield problem.warning(
            "",
            "campaign.toml, blocks",
            f"the readers need {needed} different letters, more than {codes.MANY};"
            " remove rules of blocks",
        )


async def _progress(
    session: AsyncSession, site: Site, content: Content
) -> dict[str, TranslationProgress]:
    """Return how much is translated, by language."""
    known = await progress.sources_of(session, content.campaign)
    default = content.campaign.default_language
    types = letter_types.block_types(site.templates)
    source = units.source_units(content.translations[default], types)
    return {
        language: progress.count(
            source, units.align(source, translation), known.get(language, {})
        )
        for language, translation in content.translations.items()
        if language != default
    }


def _translations(
    site: Site, content: Content, translated: Mapping[str, TranslationProgress]
) -> Iterator[Problem]:
    """Warn of languages without a catalogue, and of stale or missing translations."""
    for language, translation in content.translations.items():
        where = translation.where
        if language not in site.catalogues:
            what = f"dates, footer and notices are not translated into {language}"
            remedy = "add a catalogue to templates/locale"
            yield problem.warning(language, where, f"{what}; {remedy}")
        if language not in translated:
            continue
        counts = translated[language]
        for count, what in (
            (counts.stale, "translated from a text that has changed"),
            (counts.missing, "not translated"),
        ):
            if count:
                sentence = f"{count} of {counts.total} entries are {what}"
                code = "translation.incomplete"
                yield problem.warning(language, where, sentence, code=code)


def _wanted(readers: Group) -> str:
    """Return the first language that a group of readers wants."""
    chain = Chain.from_stored(
        readers.contact_languages,
        readers.organisation_languages,
        readers.country_languages,
    )
    return chain.deciding_step()[1][0]
