"""The official names that a source text has, with those of another language.

They are those of countries, fields of work, topics, sectors and offices: what `mailer
words` lists.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import directory
from audiences.organisations import Kind, Organisation
from audiences.store import folding
from audiences.topics import Topic

_BODIES = (Kind.FIELD_OFFICE, Kind.SECTOR)
_SHORTEST = 3  # characters of a name that is looked for
_TURNED = re.compile(r"(?P<name>[^(]+) \((?P<form>[^()]+)\)")


@dataclass(frozen=True, kw_only=True, slots=True)
class OfficialName:
    """One name in the language of a source, and in that of its translation."""

    source: str
    target: str


async def names(session: AsyncSession, source: str, target: str) -> list[OfficialName]:
    """Return the official names that both languages have, the longest first."""
    topics = await session.scalars(select(Topic.names))
    bodies = await session.scalars(
        select(Organisation.names).where(Organisation.kind.in_(_BODIES))
    )
    found: dict[str, str] = {}
    lists: Iterable[Iterable[Mapping[str, str]]] = (
        (await directory.country_names(session)).values(),
        (await directory.subject_names(session)).values(),
        topics.all(),
        bodies.all(),
    )
    for each in (names for rows in lists for names in rows):
        here, there = each.get(source, ""), each.get(target, "")
        if len(here) >= _SHORTEST and there:
            found.setdefault(_in_a_sentence(here), _in_a_sentence(there))
    longest = sorted(found.items(), key=lambda pair: (-len(pair[0]), pair[0]))
    return [OfficialName(source=here, target=there) for here, there in longest]


def _in_a_sentence(name: str) -> str:
    """Return a name as a sentence has it: without a form of State in brackets."""
    turned = _TURNED.fullmatch(name)
    return turned["name"] if turned else name


def within(text: str, known: Iterable[OfficialName]) -> list[OfficialName]:
    """Return the names that a text has; one within a longer one is not returned."""
    left, found = text, []
    for each in known:
        without = _without(left, each.source)
        if without != left:
            left = without
            found.append(each)
    return found


def _without(text: str, name: str) -> str:
    """Return a text with a line break for each place where a name stands whole."""
    at = text.find(name)
    while at >= 0:
        end = at + len(name)
        around = text[at - 1 : at] + text[end : end + 1] if at else text[end : end + 1]
        if not any(each.isalnum() or each == "_" for each in around):
            text, end = f"{text[:at]}\n{text[end:]}", at
        at = text.find(name, end)
    return text


def is_used(name: OfficialName, text: str) -> bool:
    """Whether a translation has a name, whatever its capitals, accents and spaces."""
    wanted, there = folding.folded(name.target), folding.folded(text)
    return bool(wanted and there and wanted in there)
