"""What the cells of a column show: addresses, codes, countries, yes or no, days."""

import re
from collections.abc import Callable, Sequence
from functools import cache

from babel import Locale

from audiences.intake.mapping import synonyms
from audiences.intake.wishes import dates, optouts
from audiences.organisations import Kind, Level, Status
from audiences.suppressions import Why

MOST = 0.6  # the share of cells that shows what a column is
Holds = Callable[[str], bool]
LETTERS = 2  # of a code of ISO 3166-1 or ISO 639-1
_CODE = re.compile(r"[^\W_][\w.-]{0,79}")
LANGUAGES = frozenset((*synonyms.LANGUAGES, "it"))
# what has the code of a country: states of the USA, courtesies, languages
_LIKE_COUNTRIES = frozenset(
    (
        *("AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "FL", "GA", "HI", "ID"),
        *("IL", "IN", "IA", "KS", "KY", "LA", "ME", "MD", "MA", "MI", "MN", "MS"),
        *("MO", "MT", "NE", "NV", "NH", "NJ", "NM", "NY", "NC", "ND", "OH", "OK"),
        *("OR", "PA", "RI", "SC", "SD", "TN", "TX", "UT", "VT", "VA", "WA", "WV"),
        *("WI", "WY", "DC", "MR", "SR", "ES", "FR", "RU", "PT", "IT"),
    )
)


def share(cells: Sequence[str], holds: Holds) -> float:
    """Return which part of the cells that are not empty fits; 0 when all are empty."""
    filled = [cell for cell in cells if cell]
    return sum(map(holds, filled)) / len(filled) if filled else 0.0


def has_at(cell: str) -> bool:
    """Whether a cell may have an e-mail address."""
    return "@" in cell


def is_code(cell: str) -> bool:
    """Whether a cell may be the code of an organisation."""
    return _CODE.fullmatch(cell) is not None


def is_proper_name(cell: str) -> bool:
    """Whether a cell is written as names are, such as Greenpeace, and codes are not.

    A word of a script without capitals is a name, too; our codes have hyphens there.
    """
    if cell[:1].isalpha() and cell.lower() == cell.upper():
        return "-" not in cell
    return cell[:1].isupper() and cell[1:2].islower()


def is_words(cell: str) -> bool:
    """Whether a cell has letters, and neither an address nor digits."""
    return (
        any(map(str.isalpha, cell))
        and not has_at(cell)
        and not any(map(str.isdecimal, cell))
    )


def is_place(cell: str) -> bool:
    """Whether a cell looks like a postal address: words, with a comma or a number."""
    return " " in cell and ("," in cell or any(map(str.isdecimal, cell)))


def is_answer(cell: str) -> bool:
    """Whether a cell says yes or no; a number other than 0 and 1 does not."""
    if not synonyms.fold(cell) or (cell.isdecimal() and cell not in {"0", "1"}):
        return False
    try:
        optouts.why(cell, yes=Why.ASKED)
    except optouts.UnclearError:
        return False
    return not dates.is_day(cell)


def is_country(cell: str) -> bool:
    """Whether a cell is the name or the code of a country."""
    return synonyms.fold(cell) in _names("territories")


def is_language(cell: str) -> bool:
    """Whether a cell is the name or the code of a language."""
    return synonyms.fold(cell) in _names("languages")


def proves_country(cell: str) -> bool:
    """Whether a cell is a country, and no state, courtesy or language with its code."""
    bare = "".join(filter(str.isalnum, cell))
    if len(bare) == LETTERS and bare.isascii():
        return bare.isupper() and is_country(bare) and bare not in _LIKE_COUNTRIES
    return is_country(cell)


def proves_language(cell: str) -> bool:
    """Whether a cell is a language, and no country or courtesy with its code."""
    bare = "".join(filter(str.isalnum, cell))
    if len(bare) == LETTERS and bare.isascii():
        return bare.casefold() in LANGUAGES and (bare.islower() or not is_country(bare))
    return is_language(cell)


def is_kind(cell: str) -> bool:
    """Whether a cell is a kind of organisation."""
    return cell.casefold() in tuple(Kind)


def is_status(cell: str) -> bool:
    """Whether a cell is the status of an organisation."""
    return cell.casefold() in tuple(Status)


def is_level(cell: str) -> bool:
    """Whether a cell is the level of an organisation."""
    return cell.casefold() in tuple(Level)


def is_han(text: str) -> bool:
    """Whether a text has Chinese characters only."""
    return bool(text) and all("\u3400" <= each <= "\u9fff" for each in text)


@cache
def _names(what: str) -> frozenset[str]:
    """Return the codes and names of countries or languages, folded."""
    found: set[str] = set()
    for language in synonyms.LANGUAGES:
        names = getattr(Locale(language), what)
        found |= {
            synonyms.fold(each)
            for code, name in names.items()
            if len(code) == LETTERS  # longer codes of languages are names of people
            for each in (code, name)
        }
    return frozenset(found)
