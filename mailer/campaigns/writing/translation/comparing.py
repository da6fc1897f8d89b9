"""Compares a translated line or paragraph with its source. Pure.

A fault would spoil the letter, so a returned file with one is refused. A number that is
missing may be right, since languages write hours and ordinals in several ways: it is
shown to the translator, and stops nothing.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from audiences import characters
from mailer.campaigns.writing.translation import shapes
from mailer.campaigns.writing.translation.units import TranslationUnit

PLACEHOLDER = re.compile(r"\{[a-z_]{1,30}\}")
SYMBOL = re.compile(r"\b\d{1,3}[ \u00a0](?:EX|C)/(?:[\w.]*\w/)*[\w.]*\w")
ADDRESS = re.compile(r"(?:https?|mailto):[^\s<>)\"']+")
_APART = re.compile(f"{ADDRESS.pattern}|{SYMBOL.pattern}")  # compared by themselves
_HTML = re.compile(r"<(?!(?:https?|mailto):)/?[A-Za-z!?][^>\n]*>?")
_OPENING = re.compile(r"^#(\s|$)", re.MULTILINE)
_THOUSANDS = re.compile(r"(?<=\d)[.,’'٬ \u00a0\u2009\u202f](?=\d{3}(?!\d))")
_NUMBER = re.compile(r"[0-9]+")
_SMALL, _LONG = 12, 2  # numbers up to 12, of two digits, are often written as words


class FaultKind(StrEnum):
    """What is wrong in a translated line or paragraph."""

    PLACEHOLDER_LOST = "placeholder_lost"
    PLACEHOLDER_ADDED = "placeholder_added"
    SYMBOL_LOST = "symbol_lost"
    SYMBOL_ADDED = "symbol_added"
    ADDRESSES = "addresses"
    ITEMS = "items"
    LEVELS = "levels"
    ROWS = "rows"
    HTML = "html"
    CONTROL = "control"
    LINE_BREAK = "line_break"
    OPENS_BLOCK = "opens_block"


@dataclass(frozen=True, kw_only=True, slots=True)
class TranslationFault:
    """What is wrong: a part of the text, or what was found and what was expected."""

    kind: FaultKind
    what: str = ""
    expected: str = ""


def faults(text: str, entry: TranslationUnit) -> Iterator[TranslationFault]:
    """Yield what is wrong in the translation of a unit."""
    for pattern, lost, added in (
        (PLACEHOLDER, FaultKind.PLACEHOLDER_LOST, FaultKind.PLACEHOLDER_ADDED),
        (SYMBOL, FaultKind.SYMBOL_LOST, FaultKind.SYMBOL_ADDED),
    ):
        here, there = _counted(pattern, text), _counted(pattern, entry.text)
        yield from (TranslationFault(kind=lost, what=each) for each in there - here)
        yield from (TranslationFault(kind=added, what=each) for each in here - there)
    found, expected = (len(ADDRESS.findall(each)) for each in (text, entry.text))
    if found != expected:
        yield TranslationFault(
            kind=FaultKind.ADDRESSES, what=str(found), expected=str(expected)
        )
    if entry.kind == "paragraph":
        yield from _shape_faults(text, entry.text)
    if html := _HTML.search(text):
        yield TranslationFault(kind=FaultKind.HTML, what=html[0][:40])
    if characters.control_position(text) is not None:
        yield TranslationFault(kind=FaultKind.CONTROL)
    if entry.kind != "paragraph" and "\n" in text:
        yield TranslationFault(kind=FaultKind.LINE_BREAK)
    if entry.kind == "paragraph" and _OPENING.search(text):
        yield TranslationFault(kind=FaultKind.OPENS_BLOCK)


def _shape_faults(text: str, source: str) -> Iterator[TranslationFault]:
    """Yield how the lists and the table of a paragraph differ from its source's."""
    found, there = shapes.of(text), shapes.of(source)
    for kind, here, expected in (
        (FaultKind.ITEMS, found.items, there.items),
        (FaultKind.ROWS, found.rows, there.rows),
    ):
        if here != expected:
            yield TranslationFault(kind=kind, what=str(here), expected=str(expected))
    if found.items == there.items and found.levels != there.levels:
        yield TranslationFault(kind=FaultKind.LEVELS)


def _counted(pattern: re.Pattern[str], text: str) -> Counter[str]:
    return Counter(each.replace("\u00a0", " ") for each in pattern.findall(text))


def missing_numbers(text: str, source: str) -> list[str]:
    """Return the numbers of a source that its translation does not have, as they stand.

    Digits of any script count, with any mark between thousands. Numbers within
    addresses and document symbols, and small ones, do not.
    """
    return list((_numbers(source) - _numbers(text)).elements())


def _numbers(text: str) -> Counter[str]:
    plain = _THOUSANDS.sub("", characters.ascii_digits(_APART.sub(" ", text)))
    found = (each.lstrip("0") for each in _NUMBER.findall(plain))
    return Counter(
        each for each in found if len(each) > _LONG or int(each or 0) > _SMALL
    )
