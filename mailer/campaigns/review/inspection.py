"""Renders every letter that a campaign would send, and checks it.

The letters are rendered as the release renders them. A style or element that few mail
programs show is reported once, with its line in the template. SpamAssassin scores the
longest letter of each language.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mailer.campaigns.review import defaults, spam
from mailer.campaigns.review.spam import Score, SpamError
from mailer.campaigns.variants import letters
from mailer.campaigns.variants.groups import Group
from mailer.campaigns.variants.letters import Content, LetterKey
from mailer.campaigns.writing import embedding
from mailer.composing.skeletons import Skeleton
from mailer.errors import ContentError
from mailer.rendering.allowed import places
from mailer.rendering.checks import leftovers, problem, rules, support
from mailer.rendering.checks.problem import Problem
from mailer.rendering.source import Letter
from mailer.sites.site import Site

ENOUGH = 5  # problems, after which a letter that cannot be rendered ends the check


@dataclass(kw_only=True)
class Inspected:
    """The problems of a campaign's letters, and their scores by language."""

    problems: list[Problem] = field(default_factory=list)
    spam: dict[str, Score] | None = None  # None: not scored


async def inspect(
    site: Site,
    content: Content,
    grouped: Sequence[Group],
    *,
    now: datetime,
    scored: bool,
) -> Inspected:
    """Render every letter that would be sent; return its problems and scores."""
    campaign = content.campaign
    inspected = Inspected()
    reported: set[str] = set()  # features that few mail programs show
    linked: set[str] = set()  # addresses of links
    meant = leftovers.meant(content.translations.values())
    longest: dict[str, tuple[int, Skeleton]] = {}  # by language, with its length
    for key in letters.needed(content, grouped) + _unread(content, grouped):
        try:
            made = await letters.make(site, content, key, at=now)
        except ContentError as fault:
            inspected.problems.append(
                problem.error(key.language, fault.where, fault.sentence)
            )
            if len(inspected.problems) >= ENOUGH:
                break  # a template at fault fails in every letter, each in some seconds
            continue
        letter = made.letter
        found = dict.fromkeys(_of_letter(letter, content, meant))
        inspected.problems += [each for each in found if each not in inspected.problems]
        inspected.problems += defaults.links(site, content, letter, linked)
        inspected.problems += _lacking(site, campaign.template, letter, reported)
        length = len(letter.html)
        if key.language not in longest or length > longest[key.language][0]:
            longest[key.language] = (length, made.skeleton)
    limit = site.settings.gate.spam_limit
    if scored and limit and spam.installed():
        await _score(
            inspected, limit, {name: each for name, (_, each) in longest.items()}
        )
    return inspected


def _unread(content: Content, grouped: Sequence[Group]) -> list[LetterKey]:
    """Return a letter of each language without readers, if some reader has no letter.

    Once that is mended, by a rule or a fallback, readers may get it.
    """
    if grouped and all(each.choice for each in grouped):
        return []
    read = {each.choice.language for each in grouped if each.choice}
    return [
        letters.plain(content, each) for each in content.written if each not in read
    ]


def _of_letter(
    letter: Letter, content: Content, meant: frozenset[str]
) -> Iterator[Problem]:
    """Yield the problems of one letter: its parts, its files, what is left over."""
    has_topic = content.campaign.topic is not None
    yield from rules.check_letter(letter, has_topic=has_topic)
    text = content.texts[letter.language]
    yield from embedding.problems(letter, content.files, text)
    blocks = [b for each in content.translations.values() for b in each.blocks]
    for where, what in leftovers.in_letter(letter, blocks, meant):
        yield problem.error(letter.language, where, what)


def _lacking(
    site: Site, template: str, letter: Letter, reported: set[str]
) -> Iterator[Problem]:
    """Warn of what few mail programs show, and add it to `reported`."""
    for use in support.poorly_shown(letter.html):
        if use.feature.name not in reported:
            reported.add(use.feature.name)
            where = places.locate(site.templates, template, use.word)
            yield problem.warning("", where, use.sentence)


async def _score(
    inspected: Inspected, limit: float, longest: Mapping[str, Skeleton]
) -> None:
    """Score the longest letter of each language; warn from half of the limit on."""
    specimens = {name: spam.specimen(each) for name, each in longest.items()}
    try:
        inspected.spam = await spam.scores(specimens)
    except SpamError as fault:
        what = f"SpamAssassin gave no score: {fault}"
        inspected.problems.append(problem.warning("", "letter", what))
        return
    for language, score in inspected.spam.items():
        if score.points >= limit / 2:
            severity = problem.error if score.points >= limit else problem.warning
            what = (
                f"SpamAssassin gives {score.points:.1f} points, of {limit:.1f} at"
                f" most: {score.worst()}"
            )
            inspected.problems.append(severity(language, "letter", what))
