"""Why a reader gets a letter: the part of the audience's rule that picked them.

A reason says what the organisation is, what it works on and where it is. It leaves out
roles, languages, negations, and kinds that the organisation's name says. It names
subjects and countries if they are few.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from audiences.contacts import Via
from audiences.errors import AudienceError
from audiences.institution import GROUP, KINDS, PARTNER, PARTNERS, PLACE, SUBJECT
from audiences.segments import alternatives, compiler, rules
from audiences.segments.alternatives import Way
from audiences.segments.compiler import Context
from audiences.segments.conditions import Condition
from mailer.campaigns.models import Campaign

MAX_NAMES = 4  # a statement with more of them names none

_SENTENCES = {  # fact → sentence, and the kind of its values
    "desk": (SUBJECT, "subject"),
    "fields": (SUBJECT, "subject"),
    "country": (PLACE, "country"),
    "region": (PLACE, "region"),
    "group": (GROUP, ""),
    "acts_in": (PLACE, "country"),
    "serves": (PLACE, "country"),
    "served_by": (PLACE, ""),
}
_SETS = {"region": "region", "sectors": "subject"}  # set → the kind of its arguments


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of the catalogues, and the codes of what it names."""

    sentence: str
    codes: tuple[tuple[str, str], ...] = ()  # kind and code: ("country", "SN")


Reason = tuple[Statement, ...]


def reasons(campaign: Campaign, segments: Mapping[str, str]) -> list[Reason]:
    """Return the reasons a campaign's readers may have, each once."""
    ways = _ways(campaign, segments)
    return list(dict.fromkeys(reason(way, campaign.themes) for way in ways))


def conditions(
    campaign: Campaign, context: Context, via: Via
) -> list[tuple[int, Condition]]:
    """Return each reason's number and condition; [] if all readers have one reason."""
    segments = context.vocabulary.segments
    known = reasons(campaign, segments)
    if len(known) < 2:  # noqa: PLR2004 (one reason is everyone's)
        return []
    return [
        (
            known.index(reason(way, campaign.themes)),
            compiler.clause(rules.All(rules=way), campaign.audience, context, via),
        )
        for way in _ways(campaign, segments)
    ]


def _ways(campaign: Campaign, segments: Mapping[str, str]) -> list[Way]:
    try:
        return alternatives.alternatives(campaign.audience, segments)
    except AudienceError:
        return []  # a campaign of confirmations has no rule


def reason(way: Sequence[rules.Rule], themes: Sequence[str] = ()) -> Reason:
    """Return the reason of one way into the audience; `themes` are the campaign's."""
    values = {
        each.fact: each.values
        for each in way
        if isinstance(each, rules.Comparison)
        and each.operator
        in {rules.Operator.EQUAL, rules.Operator.IN, rules.Operator.HAS}
    }
    return (*dict.fromkeys(_kinds(values)), *_subjects_and_places(values, themes))


ValuesByFact = Mapping[str, Sequence[rules.Word | rules.Collection]]


def _kinds(values: ValuesByFact) -> Iterator[Statement]:
    words = {
        fact: {each.text.casefold() for each in given if isinstance(each, rules.Word)}
        for fact, given in values.items()
    }
    status = words.get("status")
    if status and status <= PARTNERS:
        yield Statement(PARTNER)
    else:
        for kind in sorted(words.get("kind", ())):
            if kind in KINDS:
                yield Statement(KINDS[kind])


def _subjects_and_places(
    values: ValuesByFact, themes: Sequence[str]
) -> Iterator[Statement]:
    """Yield each sentence once; without codes if they are many or have no names."""
    by_sentence: dict[str, list[tuple[str, str]]] = {}
    for fact, (sentence, kind) in _SENTENCES.items():
        if fact in values:
            by_sentence.setdefault(sentence, []).extend(
                _codes(values[fact], kind, themes)
            )
    for sentence, codes in by_sentence.items():
        distinct = tuple(dict.fromkeys(codes))
        named = len(distinct) <= MAX_NAMES and all(kind for kind, _ in distinct)
        yield Statement(sentence, distinct if named else ())


def _codes(
    values: Sequence[rules.Word | rules.Collection], kind: str, themes: Sequence[str]
) -> Iterator[tuple[str, str]]:
    for value in values:
        if isinstance(value, rules.Word):
            yield kind, value.text
        else:
            kind_of_set = _SETS.get(value.function, "")
            for argument in value.arguments:
                codes = themes if argument.text == "themes" else (argument.text,)
                yield from ((kind_of_set, code) for code in codes)
