"""Variant codes: what decides the letter of a reader, as a short text.

A code has five parts between slashes: the blocks shown (bits), the blocks that come
first (bits), the number of the reason, the number of the organisation, the time zone.
The database computes it by `expression`; `encode` and `decode` do the same in Python.
Readers with different codes may get the same letter; `canonical` gives them one code,
so that each letter is rendered once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, String, case, cast, func, literal

from audiences.contacts import PRIMARY, Contact, Via
from audiences.organisations import Organisation
from audiences.segments import by_membership
from audiences.segments.compiler import Context
from mailer.campaigns.models import Campaign
from mailer.campaigns.variants import reasons

MANY = 500  # letters; the gate warns of more


@dataclass(frozen=True, kw_only=True, slots=True)
class Traits:
    """What a variant code says about a group of readers."""

    hidden: frozenset[str] = frozenset()
    first: frozenset[str] = frozenset()
    reason: str = ""  # its number; "" where all readers have the same
    organisation: str = ""  # its number; "" where the letter shows no entry
    zone: str = ""  # an IANA zone, or its UTC offsets at the letter's hours


@dataclass(frozen=True, kw_only=True, slots=True)
class Others:
    """The place between a reader's first blocks of a type and the others."""

    type: str


def expression(
    campaign: Campaign, context: Context, via: Via = PRIMARY
) -> ColumnElement[str]:
    """Return the SQL expression of a reader's code; "" if all readers see the same.

    The organisation and the reason are those of the membership `via`; a block is shown
    for any membership.
    """
    why = reasons.conditions(campaign, context, via)
    varies = campaign.block_rules or campaign.block_firsts or campaign.hours or why
    if not (varies or campaign.shows_entry):
        return cast(literal(""), String)
    zone = func.coalesce(Contact.timezone, "") if campaign.hours else literal("")
    parts: list[ColumnElement[str]] = [
        *_bits(campaign.block_rules, context, via),
        literal("/"),
        *_bits(campaign.block_firsts, context, via),
        literal("/"),
        case(*[(holds, str(number)) for number, holds in why], else_="")
        if why
        else literal(""),
        literal("/"),
        cast(Organisation.id, String) if campaign.shows_entry else literal(""),
        literal("/"),
        zone,
    ]
    code: ColumnElement[str] = cast(literal(""), String)
    for part in parts:
        code = code + part
    return code


def _bits(
    rules: Mapping[str, str], context: Context, via: Via
) -> list[ColumnElement[str]]:
    texts = [rules[block] for block in sorted(rules)]
    return [
        case((holds, "1"), else_="0")
        for holds in by_membership.by_any(texts, context, via)
    ]


def decode(campaign: Campaign, variant: str) -> Traits:
    """Return the traits of a code; "" gives the default traits."""
    parts = [*variant.split("/", 4), "", "", "", ""][:5]
    shown, first, reason, organisation, zone = parts
    return Traits(
        hidden=frozenset(_blocks_with(campaign.block_rules, shown, "0")),
        first=frozenset(_blocks_with(campaign.block_firsts, first, "1")),
        reason=reason,
        organisation=organisation,
        zone=zone,
    )


def _blocks_with(rules: Mapping[str, str], bits: str, bit: str) -> Iterator[str]:
    pairs = zip(sorted(rules), bits, strict=False)
    return (name for name, each in pairs if each == bit)


def encode(campaign: Campaign, traits: Traits) -> str:
    """Return the code of traits, as the database would compute it."""
    ruled, firsts = sorted(campaign.block_rules), sorted(campaign.block_firsts)
    shown = "".join("0" if name in traits.hidden else "1" for name in ruled)
    first = "".join("1" if name in traits.first else "0" for name in firsts)
    return f"{shown}/{first}/{traits.reason}/{traits.organisation}/{traits.zone}"


def canonical(
    traits: Traits, blocks: Mapping[str, str], hours: Sequence[datetime]
) -> Traits:
    """Return traits that are equal for equal letters; `blocks` is id → type."""
    first = set()
    for kind in set(blocks.values()):
        shown = {
            block
            for block, its_kind in blocks.items()
            if its_kind == kind and block not in traits.hidden
        }
        if shown - traits.first:  # if all of a type come first, the order is unchanged
            first |= shown & traits.first
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
    """Return the blocks shown, in the reader's order; `blocks` is id → type.

    Blocks change places only with blocks of their type: the reader's first blocks come
    before the others, with `Others` between them.
    """
    shown = [each for each in blocks if each not in traits.hidden]
    queues = {kind: _queue(traits, blocks, shown, kind) for kind in blocks.values()}
    ordered: list[str | Others] = []
    for each in shown:
        queue = queues[blocks[each]]
        if isinstance(queue[0], Others):
            ordered.append(queue.pop(0))
        ordered.append(queue.pop(0))
    return ordered


def _queue(
    traits: Traits, blocks: Mapping[str, str], shown: Sequence[str], kind: str
) -> list[str | Others]:
    of_kind = [each for each in shown if blocks[each] == kind]
    first = [each for each in of_kind if each in traits.first]
    others = [each for each in of_kind if each not in traits.first]
    return [*first, Others(type=kind), *others] if first and others else [*of_kind]


def instants(hours: Sequence[str]) -> list[datetime]:
    """Return a campaign's stored hours, such as 2027-05-04T08:00, as instants."""
    return [datetime.fromisoformat(each).replace(tzinfo=UTC) for each in hours]
