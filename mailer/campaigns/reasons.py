"""Why a reader gets a letter: the part of the audience's rule that picked them.

Only what a reader would call a reason is said: what the organisation is, what it works
on, where it is; not their role, their language, or what they are not.
"""

from collections.abc import Iterator, Mapping, Sequence

from audiences.errors import AudienceError
from audiences.segments import alternatives, rules
from audiences.segments import compile as compiler
from audiences.segments.alternatives import Way
from audiences.segments.compile import Context
from audiences.segments.conditions import Condition
from mailer.campaigns.models import Campaign

Reason = tuple[str, ...]  # strings of the catalogues

PARTNERS = {"associate", "consultative"}
PARTNER = "is an NGO in official partnership"
KINDS = {
    "ngo": "is a non-governmental organisation",
    "delegation": "is a Permanent Delegation",
    "natcom": "is a National Commission",
    "field_office": "is a field office",
    "sector": "is a programme sector",
    "liaison_committee": "is a liaison committee of NGOs",
    "observer": "is an observer",
}
SUBJECT = "works on a subject of this letter"
PLACE = "is at home or active in a country of this letter"
_SAID = {
    "desk": SUBJECT,
    "fields": SUBJECT,
    "country": PLACE,
    "region": PLACE,
    "group": PLACE,
    "acts_in": PLACE,
    "serves": PLACE,
    "served_by": PLACE,
}
STRINGS = (PARTNER, *KINDS.values(), SUBJECT, PLACE)


def reasons(campaign: Campaign, segments: Mapping[str, str]) -> list[Reason]:
    """Return the reasons a campaign's readers may have, none of them twice."""
    ways = _ways(campaign, segments)
    return list(dict.fromkeys(reason(way) for way in ways))


def conditions(campaign: Campaign, context: Context) -> list[tuple[int, Condition]]:
    """Return when which reason holds; nothing where all have the same."""
    segments = context.vocabulary.segments
    known = reasons(campaign, segments)
    if len(known) < 2:  # noqa: PLR2004 (one reason is everyone's)
        return []
    return [
        (
            known.index(reason(way)),
            compiler.clause(rules.All(rules=way), campaign.audience, context),
        )
        for way in _ways(campaign, segments)
    ]


def _ways(campaign: Campaign, segments: Mapping[str, str]) -> list[Way]:
    try:
        return alternatives.alternatives(campaign.audience, segments)
    except AudienceError:
        return []  # confirmations have no rule


def reason(way: Sequence[rules.Rule]) -> Reason:
    """Return what is said of one way into the audience."""
    return tuple(dict.fromkeys(_said(way)))


def _said(way: Sequence[rules.Rule]) -> Iterator[str]:
    asked = {
        each.fact: {
            value.text for value in each.values if isinstance(value, rules.Word)
        }
        for each in way
        if isinstance(each, rules.Comparison)
        and each.operator
        in {rules.Operator.EQUAL, rules.Operator.IN, rules.Operator.HAS}
    }
    status = {each.casefold() for each in asked.get("status", ())}
    if status and status <= PARTNERS:
        yield PARTNER
    else:
        for kind in asked.get("kind", ()):
            yield KINDS.get(kind.casefold(), SUBJECT)
    for fact, sentence in _SAID.items():
        if fact in asked:
            yield sentence
