"""Variants: what a group of readers sees, in which order, with which hours. Pure.

The store writes down of each reader which rules hold, as a short text: the blocks
shown as bits, the blocks to come first as bits, the reason, the time zone. Two readers
of whom different things are noted may still see the same; `canonical` makes one text
of all that look alike, so that each letter is rendered once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

MANY = 500  # variants above which the gate warns
ADDRESSED = {
    "states": "kind in (delegation, natcom)",
    "sectors": "kind = sector",
    "offices": "kind = field_office",
    "ngos": "kind = ngo",
    "secretariat": "kind in (sector, field_office)",
}


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


def read(variant: str, *, ruled: Sequence[str], firsts: Sequence[str]) -> Traits:
    """Read what is noted; an empty text is a letter that is the same for everyone."""
    parts = [*variant.split("/", 4), "", "", "", ""][:5]
    shown, first, reason, organisation, zone = parts
    return Traits(
        hidden=frozenset(_with(ruled, shown, "0")),
        first=frozenset(_with(firsts, first, "1")),
        reason=reason,
        organisation=organisation,
        zone=zone,
    )


def _with(names: Sequence[str], bits: str, bit: str) -> Iterator[str]:
    return (name for name, each in zip(names, bits, strict=False) if each == bit)


def written(traits: Traits, *, ruled: Sequence[str], firsts: Sequence[str]) -> str:
    """Note traits as the store would."""
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


def first_rule(addressees: str) -> str:
    """Return who sees a recommendation first: those it is addressed to."""
    return " or ".join(ADDRESSED[each] for each in addressees.split())
