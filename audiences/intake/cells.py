"""Parses the cells of an import. Pure functions; each error is a sentence."""

import re
import zoneinfo
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

from audiences import characters
from audiences.errors import AddressRefusedError
from audiences.intake.encodings import damage
from audiences.intake.values import codes, details, typed_addresses
from audiences.intake.values.cell import CellError, Parse
from audiences.intake.values.codes import Codes, CodesOf, LanguageTags
from audiences.intake.values.typed_addresses import Typed
from audiences.intake.wishes import dates, optouts
from audiences.languages import OFFERED
from audiences.naming.values import Values
from audiences.segments.vocabularies import Vocabulary
from audiences.suppressions import Why

MAX_TEXT = 200  # characters in a name
TEXTS = (
    *("name", "function", "organisation_name", "acronym"),
    *(f"organisation_name_{language}" for language in OFFERED),
)
_BREAKS = re.compile(r"(?<!\s)\s{0,9}[\r\n\t\v\f\u2028\u2029]\s{0,9}")
# columns in which a cell that is not understood is left empty
OPTIONAL = frozenset(
    {
        *("roles", "languages", "timezone", "status", "level", "country"),
        *("organisation_languages", "fields", "acts_in", "serves"),
        *("telephones", "website", "postal_address", "second_address"),
        *("organisation_telephones", "organisation_website"),
        *("organisation_postal_address", "tags", "notes"),
    }
)


def parsers(vocabulary: Vocabulary, *, repair: bool) -> dict[str, Parse]:
    """Return the parser of each column; sets of codes are sorted, with spaces.

    With `repair`, texts lose the damage of other programs.
    """

    def of(values: Values) -> Codes:
        return CodesOf(vocabulary, values)

    countries, roles, languages = of(Values.COUNTRY), of(Values.ROLE), LanguageTags()
    wishes = {name: partial(_wish, yes=yes) for name, yes in optouts.COLUMNS.items()}
    return {
        **dict.fromkeys(TEXTS, _repaired_text if repair else _line_of_text),
        "name": partial(_name, repair=repair),
        "consent": _consent,
        **wishes,
        optouts.OPT_IN: _agreement,
        "address": addresses,
        "second_address": addresses,
        **_PLACES,
        **{name: partial(_long_text, read, repair=repair) for name, read in _LONG},
        "roles": lambda raw: int(
            codes.several(roles, raw.lower(), vocabulary.roles.stored)
        ),
        **dict.fromkeys(
            ("languages", "organisation_languages"),
            partial(codes.several, languages, join=" ".join),
        ),
        "timezone": _timezone,
        "organisation": _organisation,
        "kind": partial(codes.one, of(Values.KIND)),
        "status": partial(codes.one, of(Values.STATUS)),
        "level": partial(codes.one, of(Values.LEVEL)),
        "country": partial(codes.one, countries),
        "fields": partial(codes.several, of(Values.FIELD), join=_sorted),
        "acts_in": partial(codes.several, countries, join=_sorted),
        "serves": partial(codes.several, countries, join=_sorted),
        "topics": partial(codes.several, of(Values.TOPIC), join=_sorted),
    }


def addresses(raw: str) -> list[Typed]:
    """Return the addresses of a cell; raise CellError when one is not valid."""
    try:
        found = typed_addresses.read(raw)
    except AddressRefusedError as fault:
        raise CellError(fault.reason) from None
    for each in found:
        _free_text(each.name or "")
    return found


def _reading(read: Callable[[str], Any]) -> Parse:
    """Return a reader of values as a parser of cells."""

    def parse(raw: str) -> Any:
        try:
            return read(raw)
        except ValueError as fault:
            raise CellError(str(fault)) from None

    return parse


_PLACES = {
    f"{whose}{name}": _reading(read)
    for name, read in (("telephones", details.telephones), ("website", details.website))
    for whose in ("", "organisation_")
}
_LONG = (
    ("tags", _reading(details.tags)),
    ("notes", _reading(details.notes)),
    ("postal_address", _reading(details.postal_address)),
    ("organisation_postal_address", _reading(details.postal_address)),
)


def _long_text(read: Parse, raw: str, *, repair: bool) -> Any:
    """Return what a cell of a longer text holds; its damage is a fault, or undone."""
    text = damage.repaired(raw) if repair else raw
    value = read(text)  # refuses what is too long
    damaged = damage.find(text)
    if damaged is not None:
        raise CellError(damaged)
    return value


def _sorted(codes: list[str]) -> str:
    return " ".join(sorted(codes))


def _free_text(raw: str) -> str:
    if len(raw) > MAX_TEXT:
        raise CellError(f"{len(raw)} characters; at most {MAX_TEXT} are allowed")
    damaged = damage.find(raw)
    if damaged is not None:
        raise CellError(damaged)
    fault = characters.find_unusable(raw)
    if fault is not None:
        place, kind = fault
        mark = f"U+{ord(raw[place]):04X}"
        raise CellError(f"{kind} ({mark}) at character {place + 1}; remove it")
    return raw


def _wish(raw: str, *, yes: Why) -> Why | None:
    try:
        return optouts.why(raw, yes=yes)
    except optouts.UnclearError as fault:
        raise CellError(
            f"{str(fault)[:40]!r} does not say whether this reader opted out; write yes"
            " or no"
        ) from None


def _agreement(raw: str) -> Why | None:
    try:
        return optouts.why_not(raw)
    except optouts.UnclearError as fault:
        raise CellError(
            f"{str(fault)[:40]!r} does not say whether this reader agreed; write yes or"
            " no"
        ) from None


def _consent(raw: str) -> str | None:
    if dates.is_none(raw):
        return None
    if optouts.declines(raw):
        raise CellError("this contact did not agree; leave the row out")
    return _free_text(raw)


def _line_of_text(raw: str) -> str:
    """Return a text on one line: a spreadsheet may break the lines of a cell."""
    return _free_text(_BREAKS.sub(" ", raw))


def _repaired_text(raw: str) -> str:
    return _line_of_text(damage.repaired(raw))


def _name(raw: str, *, repair: bool) -> str:
    """Return the name of a person, which no question mark ends."""
    text = _repaired_text(raw) if repair else _line_of_text(raw)
    if damage.in_name(text):
        raise CellError(damage.LETTER_LOST)
    return text


def _organisation(raw: str) -> str:
    if not re.fullmatch(r"[^\W_][\w.-]{0,79}", raw):
        raise CellError(
            "not a code of at most 80 letters, digits, points, hyphens and underscores,"
            " with a letter or digit first"
        )
    return raw


@lru_cache(maxsize=1000)
def _timezone(raw: str) -> str:
    try:
        return str(zoneinfo.ZoneInfo(raw))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise CellError("not a time zone such as Africa/Dakar") from None
