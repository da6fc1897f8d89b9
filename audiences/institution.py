"""Names of the institution: regions, statuses, levels, roles, reasons, addressees.

Read from reference/institution.toml. The names are English msgids of the catalogues,
except those of fields, which are in six languages.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources


class Kind(StrEnum):
    """The kind of an organisation."""

    NGO = "ngo"
    DELEGATION = "delegation"
    NATCOM = "natcom"
    FIELD_OFFICE = "field_office"
    SECTOR = "sector"
    LIAISON_COMMITTEE = "liaison_committee"
    OBSERVER = "observer"


class Status(StrEnum):
    """The official status of an NGO at the institution."""

    ASSOCIATE = "associate"
    CONSULTATIVE = "consultative"
    FOUNDATION = "foundation"
    OBSERVER = "observer"
    ICH_ACCREDITED = "ich_accredited"
    UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Addressee:
    """A group that a recommendation can be addressed to, and the rule that picks it."""

    name: str
    rule: str


_WORDS = tomllib.loads(
    resources.files("audiences.reference")
    .joinpath("institution.toml")
    .read_text(encoding="utf-8")
)
ZONE: str = _WORDS["zone"]  # for a campaign without a time zone
REGIONS: Mapping[str, str] = _WORDS["regions"]  # code → name
GROUPS: tuple[str, ...] = tuple(_WORDS["groups"])
PARTNERS = frozenset(_WORDS["partners"])  # statuses of official partners
STATUSES: Mapping[str, str] = _WORDS["statuses"]
LEVELS: Mapping[str, str] = _WORDS["levels"]
ROLES: Mapping[str, str] = _WORDS["roles"]
PARTNER: str = _WORDS["reasons"]["partner"]
SUBJECT: str = _WORDS["reasons"]["subject"]
PLACE: str = _WORDS["reasons"]["place"]
GROUP: str = _WORDS["reasons"]["group"]
KINDS: Mapping[str, str] = _WORDS["reasons"]["kinds"]  # kind → reason
FIELDS: Mapping[str, Mapping[str, str]] = _WORDS["fields"]  # code → language → name
ADDRESSEES: Mapping[str, Addressee] = {
    code: Addressee(**each) for code, each in _WORDS["addressees"].items()
}


def strings() -> Iterator[str]:
    """Yield every name and reason that the catalogues translate."""
    for names in (REGIONS, STATUSES, LEVELS, ROLES, KINDS):
        yield from names.values()
    yield from (PARTNER, SUBJECT, PLACE, GROUP)
    yield from (each.name for each in ADDRESSEES.values())
