"""The columns of an import, and the headings by which they are recognised."""

import unicodedata
from dataclasses import dataclass

from audiences.errors import FileRefusedError
from audiences.languages import OFFERED


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column: its name, its other headings, and what its cells contain."""

    name: str
    headings: tuple[str, ...] = ()
    holds: str


COLUMNS = (
    Column(
        name="address",
        headings=(
            "email",
            "e-mail",
            "email address",
            "mail",
            "adresse électronique",
            "courriel",
            "adresse e-mail",
            "contact_email",
            "focal_point_email",
        ),
        holds="the e-mail address, or several; a row without one is an organisation",
    ),
    Column(
        name="name",
        headings=("contact name", "full name", "nom", "nom du contact"),
        holds="the person or function",
    ),
    Column(
        name="roles",
        headings=("role", "function", "rôle", "fonction"),
        holds="representative, focal_point, head, directory_editor, press",
    ),
    Column(
        name="languages",
        headings=("language", "langue", "langues", "lang"),
        holds="the contact's own languages in order of preference: ar fr",
    ),
    Column(
        name="timezone",
        headings=("time zone", "fuseau horaire"),
        holds="an IANA zone: Africa/Dakar",
    ),
    Column(
        name="organisation",
        headings=("organization", "organisation code", "code", "org"),
        holds="the organisation's code",
    ),
    Column(
        name="organisation_name",
        headings=("organization name", "nom de l'organisation", "name_en"),
        holds="its official name; needed for a new organisation",
    ),
    *(
        Column(
            name=f"organisation_name_{language}",
            headings=(f"organization name {language}",),
            holds=f"its name in {language}",
        )
        for language in OFFERED
    ),
    Column(
        name="acronym",
        headings=("sigle", "acronyme"),
        holds="its acronym",
    ),
    Column(
        name="kind",
        headings=("type", "genre"),
        holds="ngo, delegation, natcom, …; needed for a new organisation",
    ),
    Column(name="status", headings=("statut",), holds="associate, consultative, …"),
    Column(
        name="level", headings=("niveau",), holds="international, regional, national"
    ),
    Column(
        name="country",
        headings=("pays", "iso2"),
        holds="country of its seat, ISO 3166-1: SN",
    ),
    Column(
        name="organisation_languages",
        headings=("organization languages", "langues de l'organisation"),
        holds="the organisation's languages in order: fr en",
    ),
    Column(
        name="fields",
        headings=("field", "domaines", "domaines d'action"),
        holds="sector, SDG or thesaurus codes: ED sdg-04",
    ),
    Column(
        name="acts_in",
        headings=("acts in", "countries of action", "pays d'action"),
        holds="countries it is active in: SN ML",
    ),
    Column(
        name="serves",
        headings=("covers", "countries served", "pays desservis", "countries"),
        holds="countries a field office covers",
    ),
    Column(
        name="topics",
        headings=("topic", "subscriptions", "abonnements"),
        holds="topics to subscribe to: monthly-letter field-news",
    ),
    Column(
        name="consent",
        headings=("basis", "consentement", "base"),
        holds="the basis of consent to the topics; or give --basis",
    ),
)

NAMES = tuple(column.name for column in COLUMNS)
MAX_COLUMNS = 200


def fold(heading: str) -> str:
    """Return a heading without case, accents, spaces and punctuation, to compare."""
    plain = unicodedata.normalize("NFKD", heading.casefold())
    return "".join(character for character in plain if character.isalnum())


_BY_HEADING = {
    fold(heading): column.name
    for column in COLUMNS
    for heading in (column.name, *column.headings)
}


def recognised(header: list[str]) -> int:
    """Count the headings that name a column."""
    return sum(fold(heading) in _BY_HEADING for heading in header)


def match(header: list[str]) -> tuple[dict[str, int], tuple[str, ...]]:
    """Return the position of each column from 0, and the headings that are not read.

    Raises FileRefusedError when no column has addresses or organisations, two headings
    name the same column, or there are more than MAX_COLUMNS.
    """
    if len(header) > MAX_COLUMNS:
        raise FileRefusedError(
            f"the first row has {len(header)} columns; at most {MAX_COLUMNS} are read"
        )
    positions: dict[str, int] = {}
    unread: list[str] = []
    for position, heading in enumerate(header):
        name = _BY_HEADING.get(fold(heading))
        if name is None:
            unread.append(heading.strip())
        elif name in positions:
            raise FileRefusedError(
                f"two columns are headed {name}: {header[positions[name]]!r} in column"
                f" {positions[name] + 1} and {heading!r} in column {position + 1};"
                " keep one"
            )
        else:
            positions[name] = position
    if not {"address", "organisation", "organisation_name"} & set(positions):
        found = ", ".join(repr(heading[:40]) for heading in header[:12]) or "nothing"
        raise FileRefusedError(
            f"no column is headed address (or e-mail); the first row has {found}"
        )
    return positions, tuple(filter(None, unread))
