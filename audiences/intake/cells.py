"""Parses the cells of an import. Pure functions; each error is a sentence."""

import re
import zoneinfo
from collections.abc import Callable
from functools import lru_cache

from audiences import characters
from audiences.contacts import role_set
from audiences.errors import AddressRefusedError, RuleError
from audiences.intake.encodings import damage
from audiences.intake.values import typed_addresses
from audiences.intake.values.cell import CellError, Parse
from audiences.intake.values.typed_addresses import Typed
from audiences.languages import OFFERED
from audiences.segments.facts import Values
from audiences.segments.vocabularies import Vocabulary

MAX_TEXT = 200  # characters in a name
TEXTS = (
    *("name", "organisation_name", "acronym", "consent"),
    *(f"organisation_name_{language}" for language in OFFERED),
)
_SEPARATORS = re.compile(r"[\s,;|]+")


def parsers(vocabulary: Vocabulary, *, repair: bool) -> dict[str, Parse]:
    """Return the parser of each column; sets of codes are sorted, with spaces.

    With `repair`, texts lose the damage of other programs.
    """
    code = lru_cache(maxsize=50_000)(_code_parser(vocabulary))

    def one(values: Values) -> Parse:
        return lambda raw: code(raw, values)

    def several(values: Values) -> Parse:
        return lambda raw: " ".join(
            sorted({code(each, values) for each in _split(raw)})
        )

    def roles(raw: str) -> int:
        return role_set(code(each.lower(), Values.ROLE) for each in _split(raw))

    def languages(raw: str) -> str:
        ordered = [code(each, Values.LANGUAGE) for each in _split(raw)]
        return " ".join(dict.fromkeys(ordered))

    return {
        **dict.fromkeys(TEXTS, _repaired_text if repair else _free_text),
        "address": addresses,
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


def _split(raw: str) -> list[str]:
    return [each for each in _SEPARATORS.split(raw) if each]


def _code_parser(vocabulary: Vocabulary) -> Callable[[str, Values], str]:
    def code(raw: str, values: Values) -> str:
        try:
            return vocabulary.resolve(raw, values, rule=raw, column=1)
        except RuleError as fault:
            raise CellError(fault.sentence) from None

    return code


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


def _repaired_text(raw: str) -> str:
    return _free_text(damage.repaired(raw))


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
