"""Takes a text from elsewhere apart into blocks, each with its heading. Pure."""

import re
from dataclasses import dataclass

_HEADING = re.compile(r"##\s+(\S.*)")
_EMPHASIS = re.compile(r"\\([\\`*_\[\]<#.)>|+~-])|\*+|\[([^\[\]]*)\]\([^()]*\)")


@dataclass(frozen=True, kw_only=True, slots=True)
class PastedSection:
    """A heading, which may be empty, and the Markdown below it."""

    title: str
    text: str


def split(markdown: str) -> list[PastedSection]:
    """Return the sections of a text; smaller headings stay within them."""
    found: list[tuple[str, list[str]]] = [("", [])]
    for line in markdown.split("\n"):
        if heading := _HEADING.fullmatch(line):
            found.append((_plain(heading[1]), []))
        else:
            found[-1][1].append(line)
    sections = [
        PastedSection(title=t, text="\n".join(lines).strip()) for t, lines in found
    ]
    return [each for each in sections if each.title or each.text]


def _plain(heading: str) -> str:
    """Return a heading without marks of Markdown."""
    return _EMPHASIS.sub(lambda found: found[1] or found[2] or "", heading).strip()
