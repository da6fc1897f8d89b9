"""What each cell of an import may hold: pure, and each refusal is a sentence."""

import re
import zoneinfo
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from audiences import addresses, characters
from audiences.contacts import role_set
from audiences.errors import AddressRefusedError, RuleError
from audiences.languages import OFFERED
from audiences.segments.facts import Values
from audiences.segments.vocabularies import Vocabulary

MAX_TEXT = 200  # characters in a name
_SEPARATORS = re.compile(r"[\s,;|]+")

Parse = Callable[[str], Any]


class CellError(Exception):
    """The cell cannot be taken; the message is the reason."""


def parsers(vocabulary: Vocabulary) -> dict[str, Parse]:
    """Return, for each column, what reads its cells; a set is its codes in order."""
    one = lru_cache(maxsize=50_000)(_one(vocabulary))

    def of(values: Values) -> Parse:
        return lambda raw: one(raw, values)

    def several(values: Values) -> Parse:
        return lambda raw: " ".join(sorted({one(each, values) for each in _split(raw)}))

    def roles(raw: str) -> int:
        return role_set(one(each.lower(), Values.ROLE) for each in _split(raw))

    def spoken(raw: str) -> str:
        ordered = [one(each, Values.LANGUAGE) for each in _split(raw)]
        return " ".join(dict.fromkeys(ordered))

    texts = ["name", "organisation_name", "acronym", "consent"]
    texts += [f"organisation_name_{language}" for language in OFFERED]
    return {
        **dict.fromkeys(texts, _free_text),
        "address": address,
        "roles": roles,
        "languages": spoken,
        "organisation_languages": spoken,
        "timezone": _timezone,
        "organisation": _code,
        "kind": of(Values.KIND),
        "status": of(Values.STATUS),
        "level": of(Values.LEVEL),
        "country": of(Values.COUNTRY),
        "fields": several(Values.FIELD),
        "acts_in": several(Values.COUNTRY),
        "serves": several(Values.COUNTRY),
        "topics": several(Values.TOPIC),
    }


def address(raw: str) -> addresses.Address:
    """Read the cell every row needs."""
    try:
        return addresses.parse(raw)
    except AddressRefusedError as fault:
        raise CellError(fault.reason) from None


def _split(raw: str) -> list[str]:
    return [each for each in _SEPARATORS.split(raw) if each]


def _one(vocabulary: Vocabulary) -> Callable[[str, Values], str]:
    def one(raw: str, values: Values) -> str:
        try:
            return vocabulary.resolve(raw, values, rule=raw, column=1)
        except RuleError as fault:
            raise CellError(fault.sentence) from None

    return one


def _free_text(raw: str) -> str:
    if len(raw) > MAX_TEXT:
        raise CellError(f"{len(raw)} characters, at most {MAX_TEXT}")
    fault = characters.find_unusable(raw)
    if fault is not None:
        place, kind = fault
        mark = f"U+{ord(raw[place]):04X}"
        raise CellError(f"{kind} ({mark}) at character {place + 1}; remove it")
    return raw


def _code(raw: str) -> str:
    if not re.fullmatch(r"[^\W_][\w.-]{0,79}", raw):
        raise CellError("a code has letters, digits, points and hyphens, at most 80")
    return raw


@lru_cache(maxsize=1000)
def _timezone(raw: str) -> str:
    try:
        return str(zoneinfo.ZoneInfo(raw))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise CellError("not a time zone such as Africa/Dakar") from None
