"""Collects the entries of a list of the directory, in the words of one language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import directory, suppressions
from audiences.contacts import Contact, Membership, Role
from audiences.entry import Correspondent, Entry
from audiences.institution import REGIONS
from audiences.languages import Names, name_in
from audiences.naming.folding import alphabetical
from audiences.organisations import (
    Country,
    Kind,
    Organisation,
    OrganisationCountry,
    Relation,
)
from mailer.rendering.entry import entry_lines
from mailer.rendering.language.catalogues import Catalogue
from mailer.reports.lists.kinds import ListKind

PAGE = 500  # organisations read at once
# Parts of addresses that belong to a function, not to a person.
_FUNCTIONS = """admin administration bureau commission communication communications
comms contact contacto correo delegation delegacion desk directorate direction director
editor email embassy focal-point general headquarters hello hq info informacion
information kontakt liaison mail mailbox media news office oficina permanent-mission
post presidence president presidency presidente press prensa presse public relations
secretaire secretaria secretariat secretary-general secretary unesco unesco-liaison"""
FUNCTIONS = frozenset(_FUNCTIONS.split())
UNSHOWN = "directory_editor"  # a role that matters to the unit alone


@dataclass(frozen=True, kw_only=True, slots=True)
class ListEntry:
    """One organisation of a list, in words; texts are empty where nothing is known."""

    number: int
    region: str
    country: str
    name: str
    acronym: str
    status: str
    fields: Sequence[str]
    serves: Sequence[str]
    languages: Sequence[str]
    addresses: Sequence[str]
    confirmed: date | None


async def collect(
    session: AsyncSession, kind: ListKind, catalogue: Catalogue, *, personal: bool
) -> list[ListEntry]:
    """Return the entries of a list by region, country and name.

    Addresses that are suppressed are left out. Without `personal`, so are names of
    persons, and addresses that have one and are not of a function.
    """
    places = await _places(session, kind)
    served = await _served(session, catalogue) if kind is ListKind.OFFICES else {}
    stopped = {each for _, each in await suppressions.listed(session) if each}
    found = []
    numbers = sorted(places)
    for start in range(0, len(numbers), PAGE):
        page = await directory.entries(session, numbers[start : start + PAGE])
        for number, entry in page.items():
            shown = _shown(entry, kind, stopped, personal=personal)
            if kind is not ListKind.FOCAL_POINTS or shown.correspondents:
                found.append(_entry(number, places[number], shown, served, catalogue))
    return sorted(found, key=_order)


async def _places(session: AsyncSession, kind: ListKind) -> dict[int, str | None]:
    """Return the organisations of a list with their regions, if known."""
    rows = await session.execute(
        select(Organisation.id, Country.region)
        .outerjoin(Country, Country.code == Organisation.country)
        .where(Organisation.retired_at.is_(None), _of(kind))
    )
    return {number: region for number, region in rows}


def _of(kind: ListKind) -> ColumnElement[bool]:
    match kind:
        case ListKind.OFFICES:
            return Organisation.kind == Kind.FIELD_OFFICE
        case ListKind.NGOS | ListKind.EXPERTS:
            return Organisation.kind == Kind.NGO
    point = Role.FOCAL_POINT.value
    primary = select(Contact.organisation_id).where(
        Contact.roles.bitwise_and(point) != 0
    )
    further = select(Membership.organisation_id).where(
        Membership.roles.bitwise_and(point) != 0
    )
    return or_(Organisation.id.in_(primary), Organisation.id.in_(further))


async def _served(session: AsyncSession, catalogue: Catalogue) -> dict[int, list[str]]:
    """Return the names of the countries that each office serves."""
    rows = await session.execute(
        select(OrganisationCountry.organisation_id, Country.names)
        .join(Country, Country.code == OrganisationCountry.country)
        .where(OrganisationCountry.relation == Relation.SERVES)
    )
    found: dict[int, list[str]] = {}
    for number, names in rows:
        found.setdefault(number, []).append(name_in(names, catalogue.language))
    return {number: sorted(names, key=alphabetical) for number, names in found.items()}


def _shown(entry: Entry, kind: ListKind, stopped: set[str], *, personal: bool) -> Entry:
    """Return an entry with those of its contacts that the list may show."""
    people = [each for each in entry.correspondents if each.address not in stopped]
    if kind is ListKind.FOCAL_POINTS:
        people = [each for each in people if "focal_point" in each.roles]
    if not personal:
        people = [replace(each, name=None) for each in people if functional(each)]
    return replace(
        entry,
        correspondents=tuple(
            replace(each, roles=tuple(r for r in each.roles if r != UNSHOWN))
            for each in people
        ),
    )


def functional(contact: Correspondent) -> bool:
    """Whether an address is of a function: no person is named, or its name says so."""
    local = contact.address.partition("@")[0].lower().replace("_", "-")
    return not contact.name or local in FUNCTIONS


def _entry(
    number: int,
    region: str | None,
    entry: Entry,
    served: Mapping[int, Sequence[str]],
    catalogue: Catalogue,
) -> ListEntry:
    lines = {line.key: line.values for line in entry_lines(entry, catalogue)}
    names: Names = entry.names or {}
    return ListEntry(
        number=number,
        region=catalogue.text(REGIONS[region]) if region else "",
        country=_first(lines["seat"]),
        name=names.get(catalogue.language) or entry.name,
        acronym=_first(lines["acronym"]),
        status=_first(lines["status"]),
        fields=lines["fields"],
        serves=served.get(number, ()),
        languages=lines["languages"],
        addresses=lines["correspondents"],
        confirmed=entry.confirmed,
    )


def _first(values: Sequence[str]) -> str:
    return values[0] if values else ""


def _order(entry: ListEntry) -> tuple[bool, str, str, str]:
    """Sort by region, country and name; those without a region come last."""
    return (
        not entry.region,
        alphabetical(entry.region),
        alphabetical(entry.country),
        alphabetical(entry.name),
    )
