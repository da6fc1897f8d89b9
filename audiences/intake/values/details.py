"""Reads telephones, postal addresses, web sites, tags and notes as people type them.

Each function returns what the store keeps, and raises ValueError with the reason when a
cell is not understood.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from audiences import characters
from audiences.people.details import CELLS, TELEPHONES, tag

COLUMNS = (*CELLS, "tags", "second_address")
MAX_TELEPHONES = 10  # in one cell
MIN_DIGITS = 3  # of a telephone number
MAX_TELEPHONE = 60  # characters, with words such as “ext. 12”
MAX_POSTAL = 500
MAX_NOTES = 2_000
MAX_SITE = 500
MAX_TAGS = 50  # in one cell
MAX_TAG = 60

_BETWEEN_NUMBERS = re.compile(r"\s{0,9}(?::::|[;|\n]|,(?=\s{0,9}[+(\d])|\s/\s)\s{0,9}")
_SHORTENED = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
_BARE_SITE = re.compile(r"(?:[\w-]+\.)+[^\W\d_]{2,}(?::\d+)?(?:[/?#]\S*)?")
_BETWEEN_TAGS = re.compile(r":::|[,;|\n\u060c\u3001\uff0c\uff1b]")


class GivenDetails(NamedTuple):
    """What a row has about its contact in COLUMNS; few lists have it."""

    cells: tuple[str | None, ...]  # in the order of CELLS
    tags: tuple[str, ...]
    seconds: Mapping[bytes, str]  # second addresses by their fingerprints


def telephones(raw: str) -> str:
    """Return the numbers of a cell, as typed, separated by TELEPHONES."""
    found = dict.fromkeys(
        each
        for part in _BETWEEN_NUMBERS.split(raw)
        if (each := characters.printable(" ".join(part.split())).lstrip("'"))
    )
    if len(found) > MAX_TELEPHONES:
        raise ValueError(f"{len(found)} numbers; at most {MAX_TELEPHONES} are kept")
    for each in found:
        if _SHORTENED.fullmatch(each):
            raise ValueError(
                f"{each} is a number that a spreadsheet rounded; format the column as"
                " text and type the number again"
            )
        if sum(map(str.isdigit, each)) < MIN_DIGITS:
            raise ValueError(f"no telephone number: {each[:40]!r} has too few digits")
        if len(each) > MAX_TELEPHONE:
            raise ValueError(
                f"a telephone number of {len(each)} characters; at most"
                f" {MAX_TELEPHONE} are kept"
            )
    return TELEPHONES.join(found)


def postal_address(raw: str) -> str:
    """Return a postal address in lines."""
    return _lines(raw, MAX_POSTAL)


def notes(raw: str) -> str:
    """Return notes in lines."""
    return _lines(raw, MAX_NOTES)


def _lines(raw: str, most: int) -> str:
    """Return a text in lines without empty ones, each with single spaces."""
    if len(raw) > most:
        raise ValueError(f"{len(raw)} characters; at most {most} are kept")
    lines = [" ".join(line.split()) for line in raw.splitlines()]
    for line in lines:
        fault = characters.find_unusable(line)
        if fault is not None:
            place, kind = fault
            raise ValueError(f"{kind} (U+{ord(line[place]):04X}); remove it")
    return "\n".join(filter(None, lines))


def website(raw: str) -> str:
    """Return the address of a web site; one without a scheme gets https."""
    text = characters.printable(raw).strip()
    if _BARE_SITE.fullmatch(text):
        text = f"https://{text}"
    if len(text) > MAX_SITE or re.search(r"\s", text):
        raise ValueError("not one web address without spaces")
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        host = ""
    if "." not in host or parts.scheme not in {"http", "https"} or parts.username:
        raise ValueError("not a web address such as https://icom.example")
    return text


def tags(raw: str) -> tuple[str, ...]:
    """Return the tags of a cell, sorted, as `tag` returns them."""
    found = sorted({tag(each) for each in _BETWEEN_TAGS.split(raw)} - {""})
    if len(found) > MAX_TAGS:
        raise ValueError(f"{len(found)} tags; at most {MAX_TAGS} are kept")
    for each in found:
        if len(each) > MAX_TAG:
            raise ValueError(
                f"a tag of {len(each)} characters; at most {MAX_TAG} are kept"
            )
        if characters.find_unusable(each):
            raise ValueError(f"{each!r} has a control character; remove it")
    return tuple(found)
