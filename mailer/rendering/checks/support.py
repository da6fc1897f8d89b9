"""Finds HTML and CSS in a letter that too few mail programs show.

`clients.csv` has data of caniemail.com (9 September 2025, MIT licence), which tests
features of HTML and CSS in mail programs. A family of programs shows a feature in all
its editions (y), in some or in part (a), or in none (n). Only the body is checked: a
letter is readable without its style sheet.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

ENOUGH = 0.6  # share of the families of mail programs; `a` counts as half
SHARE = {"y": 1.0, "a": 0.5, "n": 0.0}
CLIENTS = {
    "apple-mail": "Apple Mail",
    "gmail": "Gmail",
    "outlook-windows": "Outlook for Windows",
    "outlook": "Outlook on other systems",
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
# Without these, lines break at other places, or links open in the same window.
HARMLESS = {
    *("css-cursor", "css-overflow", "css-overflow-wrap", "css-word-break"),
    *("css-word-wrap", "html-target"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Feature:
    """A feature of HTML or CSS, and the families of mail programs that show it."""

    name: str
    kind: str  # property, value, element, attribute
    written: tuple[str, ...]
    shown: Mapping[str, str]  # family → y, a or n; untested families are left out

    @property
    def share(self) -> float:
        """Return the share of the tested families that show it, from 0 to 1."""
        return sum(SHARE[each] for each in self.shown.values()) / len(self.shown)

    @property
    def without(self) -> list[str]:
        """Return the names of the families that do not show it at all."""
        return [CLIENTS[each] for each, shown in self.shown.items() if shown == "n"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Use:
    """A use of a feature: `word` finds it in a template, `written` describes it."""

    word: str
    written: str
    feature: Feature

    @property
    def sentence(self) -> str:
        """Return a sentence that names the programs that do not show it."""
        names = ", ".join(self.feature.without)
        return f"{self.written} is not shown by {names}; use another layout"


@cache
def features() -> tuple[Feature, ...]:
    """Return all features of `clients.csv`."""
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


def poorly_shown(html: str) -> Iterator[Use]:
    """Yield the uses in a letter that too few programs show, one for each feature."""
    seen = set(HARMLESS)
    for use in used(html):
        if use.feature.share < ENOUGH and use.feature.name not in seen:
            seen.add(use.feature.name)
            yield use


def used(html: str) -> Iterator[Use]:
    """Yield the uses of known features in a letter's body."""
    elements, named = _known("element"), _known("attribute")
    for tag, attributes in dict.fromkeys(_Body(html).elements):
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
        line = re.sub(r"\s+", " ", f"{name}:{value}")
        line = re.sub(r" ?([:,]) ?", r"\1", line)
        for word in values:
            if word in line:
                written = f"the style {name}: {value[:40]}"
                yield Use(word=name, written=written, feature=values[word])


class _Body(HTMLParser):
    """Collects the elements of a letter's body with their attributes.

    It ignores comments, in which MJML writes the layout for Outlook for Windows.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[tuple[str, str], ...]]] = []
        self.feed(html.partition("<body")[2])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Store an element; HTMLParser calls this."""
        self.elements.append((tag, tuple((name, value or "") for name, value in attrs)))
