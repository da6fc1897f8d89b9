"""Variants: what a group of readers sees, in which order, with which hours.

The store notes of each reader what decides their letter, as a short text of five parts
between slashes: the blocks shown as bits, the blocks to come first as bits, the reason,
the organisation, the time zone. `noted` is the expression it does so with, `read` and
`written` are the same in Python. Two readers of whom different things are noted may
still see the same; `canonical` makes one of all that look alike, so that each letter
is rendered once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, String, case, cast, func, literal

from audiences.contacts import Contact
from audiences.organisations import Organisation
from audiences.segments import compiler
from audiences.segments.compiler import Context
from mailer.campaigns.models import Campaign
from mailer.campaigns.variants import reasons

MANY = 500  # variants above which the gate warns


@dataclass(frozen=True, kw_only=True, slots=True)
class Traits:
    """What is noted of a group of readers."""

    hidden: frozenset[str] = frozenset()
    first: frozenset[str] = frozenset()
    reason: str = ""  # the number of the audience's reason that holds
    organisation: str = ""  # its number, where the letter shows its entry
    zone: str = ""  # an IANA zone, or the offsets it has at the letter's hours


@dataclass(frozen=True, kw_only=True, slots=True)
class Others:
    """The place where a reader's own blocks of a type end and the others begin."""

    type: str


def noted(campaign: Campaign, context: Context) -> ColumnElement[str]:
    """Return the expression of what decides a reader's letter, as a text."""
    why = reasons.conditions(campaign, context)
    told = campaign.block_rules or campaign.block_firsts or campaign.hours or why
    if not (told or campaign.shows_entry):
        return cast(literal(""), String)
    zone = func.coalesce(Contact.timezone, "") if campaign.hours else literal("")
    parts: list[ColumnElement[str]] = [
        *_bits(campaign.block_rules, context),
        literal("/"),
        *_bits(campaign.block_firsts, context),
        literal("/"),
        case(*[(holds, str(number)) for number, holds in why], else_="")
        if why
        else literal(""),
        literal("/"),
        cast(Organisation.id, String) if campaign.shows_entry else literal(""),
        literal("/"),
        zone,
    ]
    whole: ColumnElement[str] = cast(literal(""), String)
    for part in parts:
        whole = whole + part
    return whole


def _bits(rules: Mapping[str, str], context: Context) -> list[ColumnElement[str]]:
    return [
        case((compiler.condition(rules[block], context), "1"), else_="0")
        for block in sorted(rules)
    ]


def read(campaign: Campaign, variant: str) -> Traits:
    """Read what is noted; an empty text is a letter that is the same for everyone."""
    parts = [*variant.split("/", 4), "", "", "", ""][:5]
    shown, first, reason, organisation, zone = parts
    return Traits(
        hidden=frozenset(_with(campaign.block_rules, shown, "0")),
        first=frozenset(_with(campaign.block_firsts, first, "1")),
        reason=reason,
        organisation=organisation,
        zone=zone,
    )


def _with(rules: Mapping[str, str], bits: str, bit: str) -> Iterator[str]:
    noted = zip(sorted(rules), bits, strict=False)
    return (name for name, each in noted if each == bit)


def written(campaign: Campaign, traits: Traits) -> str:
    """Note traits as the store would."""
    ruled, firsts = sorted(campaign.block_rules), sorted(campaign.block_firsts)
    shown = "".join("0" if name in traits.hidden else "1" for name in ruled)
    first = "".join("1" if name in traits.first else "0" for name in firsts)
    return f"{shown}/{first}/{traits.reason}/{traits.organisation}/{traits.zone}"


def canonical(
    traits: Traits, blocks: Mapping[str, str], hours: Sequence[datetime]
) -> Traits:
    """Return the traits of the letter these readers get; `blocks` is id → type."""
    first = set()
    for kind in set(blocks.values()):
        seen = {
            each
            for each, its in blocks.items()
            if its == kind and each not in traits.hidden
        }
        if seen - traits.first:  # all of a kind first is none of it first
            first |= seen & traits.first
    return Traits(
        hidden=traits.hidden & set(blocks),
        first=frozenset(first),
        reason=traits.reason,
        organisation=traits.organisation,
        zone=_offsets(traits.zone, hours),
    )


def _offsets(zone: str, hours: Sequence[datetime]) -> str:
    if not zone or not hours:
        return ""
    place = ZoneInfo(zone)
    return ",".join(f"{hour.astimezone(place):%z}" for hour in hours)


def order(traits: Traits, blocks: Mapping[str, str]) -> list[str | Others]:
    """Return the blocks in the order they are seen; own ones before the others.

    Blocks of a type change places among themselves only.
    """
    seen = [each for each in blocks if each not in traits.hidden]
    queues = {kind: _queue(traits, blocks, seen, kind) for kind in blocks.values()}
    ordered: list[str | Others] = []
    for each in seen:
        queue = queues[blocks[each]]
        if isinstance(queue[0], Others):
            ordered.append(queue.pop(0))
        ordered.append(queue.pop(0))
    return ordered


def _queue(
    traits: Traits, blocks: Mapping[str, str], seen: Sequence[str], kind: str
) -> list[str | Others]:
    alike = [each for each in seen if blocks[each] == kind]
    own = [each for each in alike if each in traits.first]
    others = [each for each in alike if each not in traits.first]
    return [*own, Others(type=kind), *others] if own and others else [*alike]


def instants(written_in: Sequence[str]) -> list[datetime]:
    """Return a campaign's hours as instants."""
    return [datetime.fromisoformat(each).replace(tzinfo=UTC) for each in written_in]
