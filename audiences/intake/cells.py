"""Parses the cells of an import. Pure functions; each error is a sentence."""

import re
import zoneinfo
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

from audiences import characters
from audiences.contacts import role_set
from audiences.errors import AddressRefusedError, RuleError
from audiences.intake.encodings import damage
from audiences.intake.values import details, typed_addresses
from audiences.intake.values.cell import CellError, Parse
from audiences.intake.values.typed_addresses import Typed
from audiences.intake.wishes import dates, optouts
from audiences.languages import OFFERED
from audiences.naming.names import language
from audiences.segments.facts import Values
from audiences.segments.vocabularies import Vocabulary
from audiences.suppressions import Why

MAX_TEXT = 200  # characters in a name
TEXTS = (
    *("name", "function", "organisation_name", "acronym"),
    *(f"organisation_name_{language}" for language in OFFERED),
)
_BREAKS = re.compile(r"(?<!\s)\s{0,9}[\r\n\t\v\f\u2028\u2029]\s{0,9}")
_SEPARATORS = re.compile(r"[,;|/、،\n]")
_JOINED = re.compile(  # between two names, as in “français et anglais”
    r"\s{1,9}(?:and|et|y|e|und|и)\s{1,9}|\s{0,9}[&+和与及]\s{0,9}|\s{1,9}و\s{0,9}"
)
_CODES = re.compile(r"[A-Za-z]{2,3}(?: [A-Za-z]{2,3})+")  # of countries, for example
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
    code = lru_cache(maxsize=50_000)(_code_parser(vocabulary))

    def one(values: Values) -> Parse:
        return lambda raw: code(raw, values)

    def several(values: Values) -> Parse:
        return lambda raw: _several(raw, one(values), _sorted)

    def roles(raw: str) -> int:
        return int(_several(raw.lower(), one(Values.ROLE), role_set))

    def languages(raw: str) -> str:
        return str(_several(raw, one(Values.LANGUAGE), " ".join))

    wishes = {name: partial(_wish, yes=yes) for name, yes in optouts.COLUMNS.items()}
    return {
        **dict.fromkeys(TEXTS, _repaired_text if repair else _line_of_text),
        "consent": _consent,
        **wishes,
        "address": addresses,
        **_DETAILS,
        "roles": roles,
        "languages": languages,
        "organisation_languages": languages,
        "timezone": _timezone,
        "organisation": _organisation,
        "kind": one(Values.KIND),
        "status": one(Values.STATUS),
        "level": one(Values.LEVEL),
        "country": one(Values.COUNTRY),
        "fields": several(Values.FIELD),
        "acts_in": several(Values.COUNTRY),
        "serves": several(Values.COUNTRY),
        "topics": several(Values.TOPIC),
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


def _reading(read: Parse) -> Parse:
    """Return a reader of values as a parser of cells."""

    def parse(raw: str) -> Any:
        try:
            return read(raw)
        except ValueError as fault:
            raise CellError(str(fault)) from None

    return parse


_PLACES = {
    "telephones": _reading(details.telephones),
    "postal_address": _reading(details.postal_address),
    "website": _reading(details.website),
}
_DETAILS: dict[str, Parse] = {
    "second_address": addresses,
    "tags": _reading(details.tags),
    "notes": _reading(details.notes),
    **_PLACES,
    **{f"organisation_{name}": parse for name, parse in _PLACES.items()},
}


def _several(raw: str, code: Parse, join: Callable[[list[str]], Any]) -> Any:
    """Return the joined codes of a cell with several codes or names.

    Raises CellError with the codes of the others when one is not understood.
    """
    try:
        return join([code(raw)])
    except CellError:
        found: dict[str, None] = {}
        faults: list[CellError] = []
        for part in _SEPARATORS.split(raw):
            if part.strip():
                _understand(part.strip(), code, found, faults)
    if faults:
        raise CellError(str(faults[0]), rest=join(list(found)) if found else None)
    return join(list(found))


def _understand(
    part: str, code: Parse, found: dict[str, None], faults: list[CellError]
) -> None:
    """Add the codes of a name, or of words with spaces between them."""
    try:
        found[code(part)] = None
    except CellError as fault:
        reason = fault
        for words in (_JOINED.split(part.casefold()), part.split()):
            if len(words) == 1:
                continue
            try:
                found.update(dict.fromkeys([code(word) for word in words]))
            except CellError as of_word:
                reason = of_word if _CODES.fullmatch(part) else fault
            else:
                return
        faults.append(reason)


def _sorted(codes: list[str]) -> str:
    return " ".join(sorted(codes))


def _code_parser(vocabulary: Vocabulary) -> Callable[[str, Values], str]:
    def in_use(raw: str, values: Values) -> str:
        found = code(raw, values)
        day = vocabulary.retired_on(found, values)
        # a retired topic is for who has it; that is known when the row is matched
        if day is not None and values is not Values.TOPIC:
            raise CellError(f"the {values} {found} retired on {day:%Y-%m-%d}")
        return found

    def code(raw: str, values: Values) -> str:
        if values is Values.LANGUAGE:
            return _language(raw)
        try:
            return vocabulary.resolve(raw, values, rule=raw, column=1)
        except RuleError as fault:
            raise CellError(fault.sentence) from None

    return in_use


def _language(raw: str) -> str:
    found = language(raw)
    if found is None:
        raise CellError(f"{raw!r} is not a language such as fr, zh-Hant or French")
    return found


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
