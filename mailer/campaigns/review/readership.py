"""Counts who would read which language; checks that each reader has a letter."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from audiences.languages import Chain
from mailer.campaigns.variants import codes, letters
from mailer.campaigns.variants.groups import Group
from mailer.campaigns.variants.letters import Content
from mailer.errors import counted
from mailer.rendering.checks import problem
from mailer.rendering.checks.problem import Problem


def count(
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


def problems(
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


def block_fallbacks(
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


def letter_problems(
    block_fallbacks: Mapping[tuple[str, str, str], int], needed: int
) -> Iterator[Problem]:
    """Warn of letters in two languages, and of more than codes.MANY letters."""
    for (block, wanted, got), count in block_fallbacks.items():
        yield problem.warning(
            wanted,
            "audience",
            "a block in another language, with a notice, for"
            f" {counted(count, 'reader')}:"
            f" {block}, {wanted} → {got}",
        )
    if needed > codes.MANY:
        yield problem.warning(
            "",
            "campaign.toml, blocks",
            f"the readers need {needed} different letters, more than {codes.MANY};"
            " remove rules of blocks",
        )


def _wanted(readers: Group) -> str:
    """Return the first language that a group of readers wants."""
    chain = Chain.from_stored(
        readers.contact_languages,
        readers.organisation_languages,
        readers.country_languages,
    )
    return chain.deciding_step()[1][0]
