"""An organisation's entry in words: the lines of its letter and of its page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from audiences.entry import Correspondent, Entry
from audiences.languages import Names, named
from mailer.rendering import merge
from mailer.rendering.catalogue import Catalogue

LINES = {  # key → label, a string of the catalogues
    "name": "Name",
    "acronym": "Acronym",
    "status": "Status",
    "level": "Reach",
    "seat": "Seat",
    "acts_in": "Countries of action",
    "fields": "Fields of work",
    "languages": "Languages",
    "correspondents": "Addresses",
}
STATUS = {
    "associate": "Associate partner",
    "consultative": "Consultative partner",
    "foundation": "Foundation in official relations",
    "observer": "Observer",
    "ich_accredited": "Accredited for living heritage",
    "unconfirmed": "To be confirmed",
}
LEVEL = {
    "international": "Several world regions",
    "regional": "One world region",
    "national": "One country",
}
ROLE = {
    "representative": "representative",
    "focal_point": "focal point",
    "head": "head",
    "directory_editor": "directory",
    "press": "press",
}
JOINERS = "\u200c\u200d"  # letters of some scripts are told apart by them
STRINGS = {*LINES.values(), *STATUS.values(), *LEVEL.values(), *ROLE.values()}


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of an entry: what it is of, and its values; none is known to us."""

    key: str
    label: str
    values: tuple[str, ...]


def in_words(entry: Entry, catalogue: Catalogue) -> list[Line]:
    """Put an entry into the words of a language, empty lines too."""
    said = {
        "name": _names(entry, catalogue),
        "acronym": (entry.acronym,),
        "status": (_word(STATUS, entry.status, catalogue),),
        "level": (_word(LEVEL, entry.level, catalogue),),
        "seat": (named(entry.seat, catalogue.language) if entry.seat else None,),
        "acts_in": _sorted(entry.acts_in, catalogue),
        "fields": _sorted(entry.fields, catalogue),
        "languages": tuple(catalogue.language_name(each) for each in entry.languages),
        "correspondents": tuple(
            _correspondent(each, catalogue) for each in entry.correspondents
        ),
    }
    return [
        Line(
            key=key,
            label=catalogue.text(label),
            values=tuple(plain for each in said[key] if (plain := _plain(each or ""))),
        )
        for key, label in LINES.items()
    ]


def _plain(value: str) -> str:
    """Return a value as one line; what would be taken for a place is taken out."""
    shown = "".join(
        each for each in value if each.isprintable() or each in JOINERS or each == " "
    )
    return " ".join(merge.MARK.sub("", shown).split())


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
            f"{name} ({catalogue.language_name(language)})"
            for name, language in others.items()
        ),
    )


def _sorted(names: Sequence[Names], catalogue: Catalogue) -> tuple[str, ...]:
    return tuple(sorted(named(each, catalogue.language) for each in names))


def _correspondent(each: Correspondent, catalogue: Catalogue) -> str:
    roles = [catalogue.text(ROLE[role]) for role in each.roles]
    whom = f"{each.name}, {each.address}" if each.name else each.address
    return f"{whom} ({catalogue.listed(roles)})" if roles else whom
