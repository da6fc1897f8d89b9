"""The kinds of lines that a block may have, and the values each kind accepts.

A template's `blocks.toml` gives each line its kind. A value that does not fit is
refused with its file and line.
"""

import re
from collections.abc import Callable

from audiences import languages
from audiences.institution import ADDRESSEES
from audiences.intake.values import codes
from audiences.intake.values.cell import CellError
from mailer.errors import ContentError
from mailer.rendering.markup import addresses
from mailer.rendering.timing import day_spans, days, spans
from mailer.rendering.timing.occasions import ALL_DAY
from mailer.rendering.view import editions

_LINK = re.compile(
    r"((?i:https)://[^\s<>\"']+|(?i:mailto):[^\s<>\"']+@[^\s<>\"']+"
    r"|(?i:tel):\+?[0-9()./-]+)"
)
_ALL_DAY = {
    *(ALL_DAY, "all-day", "the whole day", "whole day", "full day", "ganztägig"),
    *("toute la journée", "journée entière", "todo el día", "весь день", "целый день"),
    *("全天", "整天", "طوال اليوم", "طيلة اليوم", "ganztags"),
}
_BETWEEN = re.compile(r"\s*[\s,;،؛，；、]\s*")  # items of a list
_AND = {"and", "et", "y", "e", "и", "و", "和", "&"}  # between the last two of a list
_NUMBER = re.compile(r"[0-9]{1,5}")
_PICTURE = re.compile(r"[^/\\<>\"]+\.(?:png|jpe?g|gif)", re.IGNORECASE)


def checked(value: str, kind: str, name: str, place: str) -> str:
    """Return a value that fits its kind; raise ContentError if it does not.

    Days and hours are returned in one form, however they are written.
    """
    _check_filled(value, name, place)
    try:
        return KINDS[kind](value) or value
    except KeyError:
        raise ContentError(
            "_layout/blocks.toml", f"{name} has the unknown kind {kind!r}"
        ) from None
    except (ValueError, languages.LanguageError) as fault:
        raise ContentError(place, f"{name}: {fault}") from None


def several_days(value: str, name: str, place: str) -> tuple[str, str]:
    """Return the first and the last day of a line, each in one form.

    Raises ContentError if it is neither a day nor days that follow each other.
    """
    _check_filled(value, name, place)
    try:
        first, last = day_spans.read(value)
    except days.DayError as fault:
        raise ContentError(place, f"{name}: {fault}") from None
    return first.isoformat(), last.isoformat()


def _check_filled(value: str, name: str, place: str) -> None:
    if not value:
        raise ContentError(place, f"{name} is empty; fill it or remove the line")


def _text(_value: str) -> None:
    """Accept any text."""


def _day(value: str) -> str:
    return days.read(value).isoformat()


def _time(value: str) -> str:
    if " ".join(value.casefold().split()).strip(".") in _ALL_DAY:
        return ALL_DAY
    return str(spans.read(value))


def _link(value: str) -> str:
    if value[:4].lower() == "tel:":
        value = addresses.dialled(value)
    if _LINK.fullmatch(value) is None:
        instead = addresses.instead(value)
        raise ValueError(
            f"{value[:60]!r} is not an https, mailto or tel address{instead}"
        )
    return value


def _items(value: str) -> list[str]:
    """Return the items of a list, with spaces, commas or semicolons between them."""
    return list(filter(None, _BETWEEN.split(value)))


def _languages(value: str) -> str:
    """Return the tags of languages that are written as tags or names."""
    listed = re.sub("[؛，；]", ",", " ".join(value.split()))
    try:
        found = codes.several(codes.LanguageTags(), listed, list)
    except CellError as fault:
        raise ValueError(str(fault)) from None
    if not found:
        raise ValueError(f"{value[:60]!r} names no language")
    exact = {
        each.split("-")[0].lower(): languages.tag(each)
        for each in _items(value)
        if "-" in each
    }
    return " ".join(exact.get(each, each) for each in found)


def _addressees(value: str) -> str:
    found = [each for each in _items(value.casefold()) if each not in _AND]
    for each in found:
        if each not in ADDRESSEES:
            known = ", ".join(ADDRESSEES)
            raise ValueError(
                f"no addressees are called {each[:60]!r}; there are {known}"
            )
    return " ".join(found)


def _number(value: str) -> None:
    if _NUMBER.fullmatch(value) is None:
        raise ValueError(f"{value[:60]!r} is not a number")


def _weight(value: str) -> None:
    if value not in {"main", "second"}:
        raise ValueError(f"{value[:60]!r} is neither main nor second")


def _picture(value: str) -> None:
    if _PICTURE.fullmatch(value) is None:
        raise ValueError(
            f"{value[:60]!r} is not a picture of files/; expected a name such as"
            " hall.jpg, with the ending .png, .jpg, .jpeg or .gif"
        )


def _editions(value: str) -> str:
    listed = re.sub(r"[,;،؛，；、]\s*(?=\S+=https|$)", " ", value)
    try:
        pairs = editions(listed)
    except ValueError:
        raise ValueError(
            f"{value[:60]!r} is not a list such as en=https://… fr=https://…"
        ) from None
    for language, address in pairs:
        if codes.LanguageTags.find(language) is None:
            raise ValueError(codes.LanguageTags().refused(language))
        _link(address)
    return " ".join(listed.split())


KINDS: dict[str, Callable[[str], str | None]] = {
    "text": _text,
    "day": _day,
    "time": _time,
    "link": _link,
    "languages": _languages,
    "addressees": _addressees,
    "number": _number,
    "weight": _weight,
    "editions": _editions,
    "picture": _picture,
}
