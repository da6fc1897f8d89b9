"""The headings by which columns are known, and the presets of other programs, as data.

`headings.toml` and `presets.toml` are read once.
"""

import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

from audiences.intake import columns

LANGUAGES = ("en", "fr", "es", "ar", "ru", "zh", "de", "pt")  # of lists
# letters that Arabic lists write in two ways, and the stroke that only fills a line
_ARABIC = str.maketrans({"ة": "ه", "ى": "ي", "ـ": None})


class Meaning(NamedTuple):
    """What a heading means: the name of a column or of its part."""

    target: str
    sure: bool
    near: bool = False  # the heading is one letter from a known one


@dataclass(frozen=True, kw_only=True, slots=True)
class Preset:
    """How the export of a program is read."""

    name: str
    needs: tuple[str, ...]  # headings, folded
    columns: dict[str, tuple[str, ...]]  # column → headings, of which some may lack
    ignored: tuple[str, ...]
    # headings for rows in which those of a column are empty
    instead: dict[str, tuple[str, ...]] = field(default_factory=dict)
    # column → cell → what it is taken as
    values: dict[str, dict[str, str]] = field(default_factory=dict)


def fold(heading: str) -> str:
    """Return a heading without case, accents, spaces and punctuation, to compare."""
    plain = unicodedata.normalize("NFKD", heading.casefold()).translate(_ARABIC)
    return "".join(character for character in plain if character.isalnum())


def _data(name: str) -> dict[str, Any]:
    """Return the content of a TOML file of this folder."""
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def meanings() -> dict[str, Meaning]:
    """Return what each known heading means, by its folded form."""
    found: dict[str, Meaning] = {}
    for target, lists in _data("headings.toml").items():
        for key, headings in lists.items():
            if key != "part_of":
                meaning = Meaning(target, key != "maybe")
                found |= {fold(each): meaning for each in headings}
    return found


# what a heading with a wrong letter may name; an address, a wish or a consent is asked
_MISTYPED = frozenset(
    (
        *("address", "name", "given_name", "family_name", "middle_name", "nom"),
        *("function", "languages", "organisation", "organisation_name", "acronym"),
        *("country", "telephones", "postal_address", "street", "city"),
        *columns.WISHES,
    )
)
_ASKED = columns.WISHES | {"address"}
_LEAST = 7  # letters of a heading in which one may be wrong


def near(folded: str) -> Meaning | None:
    """Return what a heading with one letter wrong, lacking or too many means.

    `folded` is no known heading. None when it may mean two things.
    """
    if len(folded) < _LEAST or not folded.isalpha():
        return None
    found = {target for each in _shortened(folded) for target in _near().get(each, ())}
    if len(found) != 1:
        return None
    target = found.pop()
    return Meaning(target, sure=target not in _ASKED, near=True)


def _shortened(folded: str) -> set[str]:
    """Return a text, and what it is without one of its letters."""
    without = (folded[:n] + folded[n + 1 :] for n in range(len(folded)))
    return {folded, *without}


@cache
def _near() -> dict[str, set[str]]:
    """Return the targets of known headings, by the headings without one letter."""
    found: dict[str, set[str]] = {}
    for folded, meaning in meanings().items():
        if meaning.sure and meaning.target in _MISTYPED and len(folded) >= _LEAST:
            for each in _shortened(folded):
                found.setdefault(each, set()).add(meaning.target)
    return found


@cache
def parts() -> dict[str, str]:
    """Return the column that each part belongs to: given_name → name."""
    return {
        target: lists["part_of"]
        for target, lists in _data("headings.toml").items()
        if "part_of" in lists
    }


@cache
def presets() -> tuple[Preset, ...]:
    """Return the presets, in the order of their file."""
    return tuple(
        Preset(
            name=each["name"],
            needs=tuple(map(fold, each["needs"])),
            columns={key: tuple(value) for key, value in each["columns"].items()},
            ignored=tuple(map(fold, each.get("ignored", ()))),
            instead={
                key: tuple(value) for key, value in each.get("instead", {}).items()
            },
            values=each.get("values", {}),
        )
        for each in _data("presets.toml")["preset"]
    )


def fitting(header: Iterable[str]) -> list[Preset]:
    """Return the presets that fit a row of headings.

    One whose needs another has, and more, is left out.
    """
    there = set(map(fold, header))
    fit = [each for each in presets() if there.issuperset(each.needs)]
    return [
        each for each in fit if not any({*each.needs} < {*other.needs} for other in fit)
    ]
