"""The phrases that distinguish returned mails, read from phrases.txt."""

import re
from functools import lru_cache
from importlib import resources

_SECTION = re.compile(r"\[([a-z -]+)\]")


def has(section: str, text: str) -> bool:
    """Return whether a text has one of the phrases of a section."""
    return _sections()[section].search(text) is not None


def first(section: str, text: str) -> int:
    """Return where the first phrase of a section begins in a text; its end if none."""
    match = _sections()[section].search(text)
    return match.start() if match else len(text)


@lru_cache
def _sections() -> dict[str, re.Pattern[str]]:
    lines: dict[str, list[str]] = {}
    table = resources.files("mailer.feedback").joinpath("phrases.txt")
    current: list[str] = []
    for line in table.read_text("utf-8").splitlines():
        if head := _SECTION.fullmatch(line):
            current = lines.setdefault(head[1], [])
        elif line and not line.startswith("#"):
            current.append(line)
    return {
        name: re.compile("|".join(each), re.IGNORECASE | re.MULTILINE)
        for name, each in lines.items()
    }
