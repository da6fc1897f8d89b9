"""Which mail programs show what a letter is laid out with.

`clients.csv` holds facts of caniemail.com, which tests features of HTML and CSS in mail
programs: its data of 9 September 2025, under the MIT licence. A family of programs
shows a feature in all its editions (y), in some or in part (a), or in none (n). A style
sheet may hold what few programs know, since letters read well without it; what stands
in the body is looked at here.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

ENOUGH = 0.6  # of the families of mail programs; one that shows half counts half
SHARE = {"y": 1.0, "a": 0.5, "n": 0.0}
CLIENTS = {
    "apple-mail": "Apple Mail",
    "gmail": "Gmail",
    "outlook-windows": "Outlook for Windows",
    "outlook": "Outlook elsewhere",
    "yahoo": "Yahoo",
    "aol": "AOL",
    "samsung-email": "Samsung Email",
    "thunderbird": "Thunderbird",
    "mail-ru": "Mail.ru",
    "protonmail": "Proton Mail",
    "gmx": "GMX",
    "orange": "Orange",
    "laposte": "La Poste",
    "fastmail": "Fastmail",
}
# Where these are missing a letter wraps otherwise, or a link opens where it is.
HARMLESS = {
    *("css-cursor", "css-overflow", "css-overflow-wrap", "css-word-break"),
    *("css-word-wrap", "html-target"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Feature:
    """Something a letter may use, and who shows it."""

    name: str
    kind: str  # property, value, element, attribute
    written: tuple[str, ...]
    shown: Mapping[str, str]  # y, a or n by family; untested ones are left out

    @property
    def share(self) -> float:
        """Return how much of the families shows it, from 0 to 1."""
        return sum(SHARE[each] for each in self.shown.values()) / len(self.shown)

    @property
    def without(self) -> list[str]:
        """Name the families that do not show it at all."""
        return [CLIENTS[each] for each, shown in self.shown.items() if shown == "n"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Use:
    """A feature in use: the word it is found by, and how it is written."""

    word: str
    written: str
    feature: Feature

    @property
    def sentence(self) -> str:
        """Say who does not show it."""
        names = ", ".join(self.feature.without)
        return f"{self.written} is not shown by {names}; lay it out otherwise"


@cache
def features() -> tuple[Feature, ...]:
    """Return what is known of all features."""
    with Path(__file__).with_name("clients.csv").open(encoding="utf-8") as file:
        return tuple(
            Feature(
                name=row["feature"],
                kind=row["kind"],
                written=tuple(row["written"].split()),
                shown={each: row[each] for each in CLIENTS if row[each]},
            )
            for row in csv.DictReader(file)
        )


@cache
def _known(kind: str) -> Mapping[str, Feature]:
    return {
        word: each for each in features() if each.kind == kind for word in each.written
    }


def lacking(html: str) -> Iterator[Use]:
    """Yield what a letter uses that too few programs show, each once."""
    seen = set(HARMLESS)
    for use in used(html):
        if use.feature.share < ENOUGH and use.feature.name not in seen:
            seen.add(use.feature.name)
            yield use


def used(html: str) -> Iterator[Use]:
    """Yield the known features of a letter's body, as they are written there."""
    elements, named = _known("element"), _known("attribute")
    for tag, attributes in dict.fromkeys(_Body(html).found):
        if tag in elements:
            yield Use(word=tag, written=f"<{tag}>", feature=elements[tag])
        for name, value in attributes:
            if name == "style":
                yield from _styles(value)
            elif name in named:
                written = f"{name} of <{tag}>"
                yield Use(word=name, written=written, feature=named[name])


def _styles(style: str) -> Iterator[Use]:
    properties, values = _known("property"), _known("value")
    for declaration in style.lower().split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if name in properties:
            written = f"the style {name}"
            yield Use(word=name, written=written, feature=properties[name])
        line = re.sub(r"\s*([:,])\s*", r"\1", f"{name}:{value}")
        for word in values:
            if word in line:
                written = f"the style {name}: {value[:40]}"
                yield Use(word=name, written=written, feature=values[word])


class _Body(HTMLParser):
    """The elements of a letter's body with their attributes, and nothing of comments.

    Comments are where Outlook for Windows has its own layout, which MJML writes.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[tuple[str, str], ...]]] = []
        self.feed(html.partition("<body")[2])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element."""
        self.found.append((tag, tuple((name, value or "") for name, value in attrs)))
