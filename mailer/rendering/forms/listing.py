"""Reads texts that are lists: links, logos of partners, and notes at the foot."""

import re
from dataclasses import dataclass

from mailer.rendering.forms.fault import FormError

_ITEM = r"\s{0,9}(?:[-*+•–]\s{1,9})?"
_ADDRESS = r"\(\s{0,9}<?(?P<link>(?:https://|mailto:)[^\s<>\[\]]+?)>?\s{0,9}\)"
_LINK = re.compile(rf"{_ITEM}\[(?P<words>[^\[\]]+)\]{_ADDRESS}(?P<after>.*)")
_LOGO = re.compile(
    rf"{_ITEM}\[!\[(?P<name>[^\[\]]+)\]"
    r"\(\s{0,9}<?cid:(?P<file>(?:[^<>()\[\]]|\([^<>()\[\]]*\))+?)>?\s{0,9}\)\]"
    rf"{_ADDRESS}\s*"
)
_NOTE = re.compile(
    r"(?:(?:\[\^(?P<mark>\d+)\]:|(?P<number>\d+)[.)])\s+|(?P<wide>\d+)[、．]\s*)"
    r"(?P<text>\S.*)"
)


@dataclass(frozen=True, slots=True)
class Logo:
    """The logo of a partner: its name, the file, and where it leads."""

    name: str
    file: str
    link: str


def links(text: str) -> list[str]:
    """Return the items of a list of links as Markdown; raise FormError at another."""
    items = []
    for number, line in _lines(text):
        if _LINK.fullmatch(line) is None:
            what = f"found {line.strip()[:60]!r}; expected a link in each line"
            raise FormError(number, f"{what}: - [UNESCO on video](https://…)")
        items.append(re.sub(rf"^{_ITEM}", "", line).strip())
    return items


def links_as_markdown(text: str) -> str:
    """Return links as a list, each on its line."""
    return "\n".join(f"- {each}" for each in links(text))


def partners(text: str) -> list[Logo]:
    """Return the logos of partners; raise FormError at a line that is none."""
    logos = []
    for number, line in _lines(text):
        found = _LOGO.fullmatch(line)
        if found is None:
            what = f"found {line.strip()[:60]!r}; expected a logo with a link in each"
            raise FormError(
                number, f"{what} line: - [![Name](cid:logo.png)](https://…)"
            )
        logos.append(Logo(found["name"], found["file"], found["link"]))
    return logos


def notes(text: str) -> list[str]:
    """Return notes as Markdown, the first is number 1; raise FormError at a fault."""
    found: list[str] = []
    for number, line in _lines(text):
        note = _NOTE.fullmatch(line.strip())
        if note is None and found and line[:1].isspace():
            found[-1] += f" {line.strip()}"
            continue
        if note is None:
            what = f"found {line.strip()[:60]!r}; expected a note: 1. Its text"
            raise FormError(number, what)
        value = int(note["mark"] or note["number"] or note["wide"])
        if value != len(found) + 1:
            what = f"found note {value}; expected note {len(found) + 1}"
            raise FormError(number, f"{what}, as notes are numbered from 1 on")
        found.append(note["text"].strip())
    return found


def notes_as_markdown(text: str) -> str:
    """Return notes as a numbered list, each on its line."""
    return re.sub(
        r"^\s*(?:\[\^(\d+)\]:|(\d+)[、．]\s*(?=\S))",
        lambda found: f"{int(found[1])}." if found[1] else f"{int(found[2])}. ",
        text,
        flags=re.MULTILINE,
    )


def _lines(text: str) -> list[tuple[int, str]]:
    return [(n, line) for n, line in enumerate(text.split("\n")) if line.strip()]
