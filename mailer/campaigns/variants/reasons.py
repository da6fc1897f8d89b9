"""Why a reader gets a letter: the part of the audience's rule that picked them.

Only what a reader would call a reason is said: what the organisation is, what it works
on, where it is; not their role, their language, or what they are not. Subjects and
countries are named, where they are few.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from audiences.errors import AudienceError
from audiences.institution import KINDS, PARTNER, PARTNERS, PLACE, SUBJECT
from audiences.segments import alternatives, compiler, rules
from audiences.segments.alternatives import Way
from audiences.segments.compiler import Context
from audiences.segments.conditions import Condition
from mailer.campaigns.models import Campaign

FEW = 4  # names that are told; more would be a list, not a reason

_SAID = {  # fact → what is said, and what its values are names of
    "desk": (SUBJECT, "subject"),
    "fields": (SUBJECT, "subject"),
    "country": (PLACE, "country"),
    "region": (PLACE, "region"),
    "group": (PLACE, ""),
    "acts_in": (PLACE, "country"),
    "serves": (PLACE, "country"),
    "served_by": (PLACE, ""),
}
_SETS = {"region": "region", "sectors": "subject"}  # of a set's arguments


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing said: a string of the catalogues, and the codes it is said of."""

    sentence: str
    of: tuple[tuple[str, str], ...] = ()  # ("country", "SN")


Reason = tuple[Statement, ...]


def reasons(campaign: Campaign, segments: Mapping[str, str]) -> list[Reason]:
    """Return the reasons a campaign's readers may have, none of them twice."""
    ways = _ways(campaign, segments)
    return list(dict.fromkeys(reason(way, campaign.themes) for way in ways))


def conditions(campaign: Campaign, context: Context) -> list[tuple[int, Condition]]:
    """Return when which reason holds; nothing where all have the same."""
    segments = context.vocabulary.segments
    known = reasons(campaign, segments)
    if len(known) < 2:  # noqa: PLR2004 (one reason is everyone's)
        return []
    return [
        (
            known.index(reason(way, campaign.themes)),
            compiler.clause(rules.All(rules=way), campaign.audience, context),
        )
        for way in _ways(campaign, segments)
    ]


def _ways(campaign: Campaign, segments: Mapping[str, str]) -> list[Way]:
    try:
        return alternatives.alternatives(campaign.audience, segments)
    except AudienceError:
        return []  # confirmations have no rule


def reason(way: Sequence[rules.Rule], themes: Sequence[str] = ()) -> Reason:
    """Return what is said of one way into the audience; `themes` are the campaign's."""
    asked = {
        each.fact: each.values
        for each in way
        if isinstance(each, rules.Comparison)
        and each.operator
        in {rules.Operator.EQUAL, rules.Operator.IN, rules.Operator.HAS}
    }
    return (*dict.fromkeys(_kinds(asked)), *_subjects_and_places(asked, themes))


Asked = Mapping[str, Sequence[rules.Word | rules.Collection]]


def _kinds(asked: Asked) -> Iterator[Statement]:
    words = {
        fact: {each.text.casefold() for each in values if isinstance(each, rules.Word)}
        for fact, values in asked.items()
    }
    status = words.get("status")
    if status and status <= PARTNERS:
        yield Statement(PARTNER)
    else:
        for kind in sorted(words.get("kind", ())):
            yield Statement(KINDS.get(kind, SUBJECT))


def _subjects_and_places(asked: Asked, themes: Sequence[str]) -> Iterator[Statement]:
    """Yield each sentence once, with all it is said of; unnamed where that is much."""
    found: dict[str, list[tuple[str, str]]] = {}
    for fact, (sentence, of) in _SAID.items():
        if fact in asked:
            found.setdefault(sentence, []).extend(_codes(asked[fact], of, themes))
    for sentence, codes in found.items():
        told = tuple(dict.fromkeys(codes))
        few = len(told) <= FEW and all(of for of, _ in told)
        yield Statement(sentence, told if few else ())


def _codes(
    values: Sequence[rules.Word | rules.Collection], of: str, themes: Sequence[str]
) -> Iterator[tuple[str, str]]:
    for value in values:
        if isinstance(value, rules.Word):
            yield of, value.text
        else:
            of_set = _SETS.get(value.function, "")
            for argument in value.arguments:
                told = themes if argument.text == "themes" else (argument.text,)
                yield from ((of_set, each) for each in told)
