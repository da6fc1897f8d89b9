"""The kinds of lines that a block may have, and the values each kind accepts.

A template's `blocks.toml` gives each line its kind. A value that does not fit is
refused with its file and line.
"""

import re
from collections.abc import Callable
from datetime import date

from audiences import languages
from audiences.institution import ADDRESSEES
from mailer.errors import ContentError
from mailer.rendering.view import editions

_LINK = re.compile(
    r"(https://[^\s<>\"']+|mailto:[^\s<>\"']+@[^\s<>\"']+|tel:\+?[0-9()./-]+)"
)
_HOUR = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_NUMBER = re.compile(r"[0-9]{1,5}")


def checked(value: str, kind: str, name: str, place: str) -> str:
    """Return a value that fits its kind; raise ContentError if it does not."""
    if not value:
        raise ContentError(place, f"{name} is empty; fill it or remove the line")
    try:
        KINDS[kind](value)
    except KeyError:
        raise ContentError(
            "_layout/blocks.toml", f"{name} has the unknown kind {kind!r}"
        ) from None
    except (ValueError, languages.LanguageError) as fault:
        raise ContentError(place, f"{name}: {fault}") from None
    return value


def _text(_value: str) -> None:
    """Accept any text."""


def _day(value: str) -> None:
    try:
        date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"{value[:60]!r} is not a day such as 2027-05-04") from None


def _time(value: str) -> None:
    if _HOUR.fullmatch(value) is None:
        raise ValueError(f"{value[:60]!r} is not a time such as 15:00")


def _link(value: str) -> None:
    if _LINK.fullmatch(value) is None:
        raise ValueError(f"{value[:60]!r} is not an https, mailto or tel address")


def _languages(value: str) -> None:
    for each in value.split():
        languages.tag(each)


def _addressees(value: str) -> None:
    for each in value.split():
        if each not in ADDRESSEES:
            known = ", ".join(ADDRESSEES)
            raise ValueError(
                f"no addressees are called {each[:60]!r}; there are {known}"
            )


def _number(value: str) -> None:
    if _NUMBER.fullmatch(value) is None:
        raise ValueError(f"{value[:60]!r} is not a number")


def _weight(value: str) -> None:
    if value not in {"main", "second"}:
        raise ValueError(f"{value[:60]!r} is neither main nor second")


def _editions(value: str) -> None:
    try:
        pairs = editions(value)
    except ValueError:
        raise ValueError(
            f"{value[:60]!r} is not a list such as en=https://… fr=https://…"
        ) from None
    for language, address in pairs:
        languages.tag(language)
        _link(address)


KINDS: dict[str, Callable[[str], None]] = {
    "text": _text,
    "day": _day,
    "time": _time,
    "link": _link,
    "languages": _languages,
    "addressees": _addressees,
    "number": _number,
    "weight": _weight,
    "editions": _editions,
}
