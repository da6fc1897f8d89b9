"""The gate before approval: every problem of a campaign, with its place."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from audiences.base import words
from audiences.languages import Chain
from mailer.campaigns import (
    agreement,
    edit,
    entries,
    event,
    groups,
    inspection,
    kept,
    letters,
    proof,
    translations,
    variants,
)
from mailer.campaigns.groups import Group
from mailer.campaigns.letters import Content
from mailer.campaigns.spam import Score
from mailer.campaigns.translations import Standing
from mailer.errors import ContentError
from mailer.rendering import check as rules
from mailer.rendering import lint
from mailer.rendering import template as templates
from mailer.rendering.check import Level, Problem
from mailer.site import Site


@dataclass(kw_only=True)
class Checked:
    """The problems of a campaign, and how its audience would read it."""

    problems: list[Problem] = field(default_factory=list)
    readers: dict[str, int] = field(default_factory=dict)  # by language
    fallbacks: dict[str, int] = field(default_factory=dict)  # "ar → en": readers
    blocks: dict[str, int] = field(default_factory=dict)  # "news, ar → en": readers
    variants: int = 0  # letters to be rendered
    translations: dict[str, Standing] = field(default_factory=dict)  # by language
    spam: dict[str, Score] | None = None  # by language; None: nobody was asked

    @property
    def ok(self) -> bool:
        """Whether nothing stands in the way of approval."""
        return all(problem.level is not Level.ERROR for problem in self.problems)


async def check(
    site: Site, campaign_id: int, *, now: datetime, scored: bool = True
) -> Checked:
    """Look at everything a machine can see of a campaign.

    Without `scored`, SpamAssassin is not asked: it takes some seconds.
    """
    async with site.database.reading() as session:
        campaign = await kept.get(session, campaign_id)
        content = await letters.content_of(session, site, campaign)
        texts = await edit.texts_of(session, campaign)
        context = await kept.context_of(session, campaign, now=now)
        found = await groups.group(session, campaign, context, written=content.written)
        content = await letters.with_entries(session, content, found)
        known = await translations.sources_of(session, campaign)
        announced = await event.announced(session, campaign)
    checked = Checked(problems=await _template(site, campaign.template, texts))
    checked.problems += agreement.check(
        content.translations,
        campaign.default_language,
        ruled=[*campaign.block_rules, *campaign.block_firsts],
        per_block=campaign.per_block,
    )
    host = urlsplit(site.settings.site.url).hostname or ""
    for translation in content.translations.values():
        checked.problems += rules.check_text(translation, host=host)
    _count(checked, found)
    checked.problems += _unsigned(site)
    checked.problems += [
        rules.problem(level, "", "campaign.toml, event", what)
        for level, what in event.problems(campaign.event, known=announced, now=now)
    ]
    _count_blocks(checked, content, found)
    _count_variants(checked, content, found)
    _count_entries(checked, site, content, known)
    if checked.ok:
        looked = await inspection.inspect(site, content, found, now=now, scored=scored)
        checked.problems += looked.problems
        checked.spam = looked.spam
    return checked


def _unsigned(site: Site) -> Iterator[Problem]:
    """Warn where nobody signs letters; a demonstration may."""
    if site.settings.dkim.nobody_signs and not site.settings.site.demo:
        what = "nobody signs letters; many receivers refuse them: `mailer keys dkim`"
        yield rules.problem(Level.WARNING, "", "config.toml, dkim", what)


async def _template(site: Site, name: str, texts: Mapping[str, str]) -> list[Problem]:
    """Read the files of the template, then see that they make letters in time."""
    found = [
        rules.problem(Level.ERROR, "", fault.where, fault.what)
        for fault in lint.lint(site.templates, name)
    ]
    if not found:
        try:
            await proof.prove(site.templates, name, texts)
        except ContentError as fault:
            found.append(rules.problem(Level.ERROR, "", fault.where, fault.sentence))
    return found


def _count(checked: Checked, found: Sequence[Group]) -> None:
    """Count readers by language and by fallback; nobody may be left without."""
    readers: Counter[str] = Counter()
    fallbacks: Counter[str] = Counter()
    without: Counter[str] = Counter()
    for group in found:
        choice = group.choice
        if choice is None:
            without[_wanted(group)] += group.count
            continue
        readers[choice.language] += group.count
        if choice.fell_back:
            fallbacks[f"{choice.wanted} → {choice.language}"] += group.count
    checked.readers, checked.fallbacks = dict(readers), dict(fallbacks)
    if not readers and not without:
        checked.problems.append(
            rules.problem(Level.ERROR, "", "audience", "the audience is empty")
        )
    for language, count in without.items():
        checked.problems.append(
            rules.problem(
                Level.ERROR,
                language,
                "audience",
                f"{count} readers read {language}, which is neither written nor has a"
                " fallback; write it or allow one in languages.fallbacks",
            )
        )
    for pair, count in fallbacks.items():
        checked.problems.append(
            rules.problem(
                Level.WARNING,
                pair.partition(" ")[0],
                "audience",
                f"{count} readers get another language, with a notice: {pair}",
            )
        )


def _count_blocks(checked: Checked, content: Content, found: Sequence[Group]) -> None:
    """Count those who read a single block in another language than their letter."""
    elsewhere: Counter[str] = Counter()
    for group in found:
        if group.choice is None:
            continue
        language, wanted = group.choice.language, group.choice.wanted
        hidden = groups.traits(content.campaign, group.variant).hidden
        for block, each in letters.spoken_in(content, language, wanted).items():
            if each != language and block not in hidden:
                elsewhere[f"{block}, {wanted} → {each}"] += group.count
    checked.blocks = dict(elsewhere)
    for block, count in elsewhere.items():
        checked.problems.append(
            rules.problem(
                Level.WARNING,
                block.rpartition(" → ")[0].rpartition(", ")[2],
                "audience",
                f"{count} readers get a block in another language, with a notice:"
                f" {block}",
            )
        )


def _count_variants(checked: Checked, content: Content, found: Sequence[Group]) -> None:
    checked.variants = len(letters.needed(content, found))
    if checked.variants > variants.MANY:
        checked.problems.append(
            rules.problem(
                Level.WARNING,
                "",
                "campaign.toml, blocks",
                f"{checked.variants} letters that differ, more than {variants.MANY};"
                " fewer rules of blocks make fewer",
            )
        )


def _count_entries(
    checked: Checked, site: Site, content: Content, known: translations.Sources
) -> None:
    """Count what is translated, by language; stale words need a second look."""
    default = content.campaign.default_language
    types = templates.block_types(site.templates)
    source = entries.entries(content.translations[default], types)
    for language, translation in content.translations.items():
        if language not in site.catalogues:
            what = f"its dates, footer and notices are not in {language}"
            remedy = "a catalogue in templates/locale makes them so"
            checked.problems.append(
                rules.problem(
                    Level.WARNING, language, translation.where, f"{what}; {remedy}"
                )
            )
        if language == default:
            continue
        said = entries.beside(source, translation)
        standing = translations.standing(source, said, known.get(language, {}))
        checked.translations[language] = standing
        for count, what in (
            (standing.stale, "translated from words that changed since"),
            (standing.missing, "not translated"),
        ):
            if count:
                sentence = f"{count} of {len(source)} entries are {what}"
                remedy = f"`campaigns export-po --language {language}` marks them"
                checked.problems.append(
                    rules.problem(
                        Level.WARNING,
                        language,
                        translation.where,
                        f"{sentence}; {remedy}",
                    )
                )


def _wanted(group: Group) -> str:
    chain = Chain(
        contact=words(group.contact_languages),
        organisation=words(group.organisation_languages),
        state=words(group.state_languages),
    )
    return chain.speaker()[1][0]
