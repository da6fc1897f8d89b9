"""Looks at every letter a campaign would send, once rendered.

Each is rendered as release will render it. What mail programs do not show is told once,
with the line of the template; what filters think is asked of the longest letter of each
language.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mailer.campaigns.review import spam
from mailer.campaigns.review.spam import Score, SpamError
from mailer.campaigns.variants import letters
from mailer.campaigns.variants.groups import Group
from mailer.campaigns.variants.letters import Content
from mailer.campaigns.writing import files
from mailer.composing.skeletons import Skeleton
from mailer.errors import ContentError
from mailer.rendering.checks import lint, problem, rules, support
from mailer.rendering.checks.problem import Problem
from mailer.rendering.source import Letter
from mailer.sites.site import Site


@dataclass(kw_only=True)
class Inspected:
    """The problems of a campaign's letters, and their scores by language."""

    problems: list[Problem] = field(default_factory=list)
    spam: dict[str, Score] | None = None  # None: nobody was asked


async def inspect(
    site: Site, content: Content, found: Sequence[Group], *, now: datetime, scored: bool
) -> Inspected:
    """Render every letter that would be sent, and look at it."""
    campaign = content.campaign
    seen = Inspected()
    told: set[str] = set()  # features that are lacking
    longest: dict[str, tuple[int, Skeleton]] = {}  # by language, with its length
    for key in letters.needed(content, found):
        try:
            made = letters.make(site, content, key, at=now)
        except ContentError as fault:
            seen.problems.append(
                problem.error(key.language, fault.where, fault.sentence)
            )
            continue
        letter = made.letter
        seen.problems += rules.check_letter(
            letter, has_topic=campaign.topic is not None
        )
        seen.problems += files.problems(letter, content.files)
        seen.problems += _lacking(site, campaign.template, letter, told)
        length = len(letter.html)
        if key.language not in longest or length > longest[key.language][0]:
            longest[key.language] = (length, made.skeleton)
    limit = site.settings.gate.spam_limit
    if scored and limit and spam.installed():
        await _score(seen, limit, {name: each for name, (_, each) in longest.items()})
    return seen


def _lacking(
    site: Site, template: str, letter: Letter, told: set[str]
) -> Iterator[Problem]:
    """Warn of what too few mail programs show, once a campaign."""
    for use in support.poorly_shown(letter.html):
        if use.feature.name not in told:
            told.add(use.feature.name)
            where = lint.locate(site.templates, template, use.word)
            yield problem.warning("", where, use.sentence)


async def _score(
    seen: Inspected, limit: float, longest: Mapping[str, Skeleton]
) -> None:
    """Ask what filters make of the longest letter of each language."""
    specimens = {name: spam.specimen(each) for name, each in longest.items()}
    try:
        seen.spam = await spam.scores(specimens)
    except SpamError as fault:
        what = f"SpamAssassin gave no score: {fault}"
        seen.problems.append(problem.warning("", "letter", what))
        return
    for language, score in seen.spam.items():
        if score.points >= limit / 2:
            grave = problem.error if score.points >= limit else problem.warning
            what = (
                f"SpamAssassin gives {score.points:.1f} points, of {limit:.1f} at"
                f" most: {score.worst()}"
            )
            seen.problems.append(grave(language, "letter", what))
