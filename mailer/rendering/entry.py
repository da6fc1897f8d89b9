"""Puts an organisation's entry into the words of a language, for letters and pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from audiences.characters import printable
from audiences.entry import Correspondent, Entry
from audiences.institution import LEVELS, ROLES, STATUSES
from audiences.languages import Names, name_in
from audiences.naming.folding import alphabetical
from audiences.people.site_roles import KnownRole
from mailer.rendering.language.catalogues import Catalogue

LINES = {  # key → label, a string of the catalogues
    "name": "Name",
    "acronym": "Acronym",
    "status": "Status",
    "level": "Reach",
    "seat": "Seat",
    "postal_address": "Postal address",
    "telephones": "Telephone",
    "website": "Website",
    "acts_in": "Countries of action",
    "fields": "Fields of work",
    "languages": "Languages",
    "correspondents": "Addresses",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of an entry; without values where none is stored."""

    key: str
    label: str
    values: tuple[str, ...]


def entry_lines(entry: Entry, catalogue: Catalogue) -> list[Line]:
    """Return all lines of an entry in a language, also those without values."""
    written = {
        "name": _names(entry, catalogue),
        "acronym": (entry.acronym,),
        "status": (_word(STATUSES, entry.status, catalogue),),
        "level": (_word(LEVELS, entry.level, catalogue),),
        "seat": (name_in(entry.seat, catalogue.language) if entry.seat else None,),
        "postal_address": tuple((entry.postal_address or "").splitlines()),
        "telephones": entry.telephones,
        "website": (entry.website,),
        "acts_in": _sorted(entry.acts_in, catalogue),
        "fields": _sorted(entry.fields, catalogue),
        "languages": tuple(catalogue.language_name(each) for each in entry.languages),
        "correspondents": tuple(
            _correspondent(each, entry.role_names, catalogue)
            for each in entry.correspondents
        ),
    }
    return [
        Line(
            key=key,
            label=catalogue.text(label),
            values=tuple(
                plain for each in written[key] if (plain := _plain(each or ""))
            ),
        )
        for key, label in LINES.items()
    ]


def _plain(value: str) -> str:
    """Return a value as one line."""
    return " ".join(printable(value).split())


def _word(
    words: Mapping[str, str], value: str | None, catalogue: Catalogue
) -> str | None:
    return catalogue.text(words[value]) if value and value in words else value


def _names(entry: Entry, catalogue: Catalogue) -> tuple[str, ...]:
    """Return the official name, then the names in other languages that differ."""
    others = {
        name: language
        for language, name in (entry.names or {}).items()
        if name != entry.name
    }
    return (
        entry.name,
        *(
            catalogue.noted(name, catalogue.language_name(language))
            for name, language in others.items()
        ),
    )


def _sorted(names: Sequence[Names], catalogue: Catalogue) -> tuple[str, ...]:
    shown = (name_in(each, catalogue.language) for each in names)
    return tuple(sorted(shown, key=alphabetical))


def role_name(code: str, given: Names, catalogue: Catalogue) -> str:
    """Return a role in a language: as the site named it, or else as the program does.

    `given` are the names that the site gave, by language. A role of the site without
    a name in the language has its English one.
    """
    if code in ROLES and catalogue.language not in given:
        return catalogue.text(ROLES[code])
    return name_in(given, catalogue.language, code)


def role_names(role: KnownRole, catalogues: Mapping[str, Catalogue]) -> Names:
    """Return the names of a role in languages, by language."""
    return {
        language: role_name(role.code, role.names, catalogue)
        for language, catalogue in catalogues.items()
    }


def _correspondent(
    each: Correspondent, named: Mapping[str, Names], catalogue: Catalogue
) -> str:
    roles = [role_name(role, named.get(role, {}), catalogue) for role in each.roles]
    parts = (each.name, each.function, each.address, *each.telephones)
    return catalogue.noted(catalogue.row(filter(None, parts)), catalogue.listed(roles))
