"""Finds the file and line of a template that wrote a part of a letter."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

MAX_FILE = 200_000  # characters
_JINJA_COMMENT = re.compile(r"\{#.*?(?:#\}|\Z)", re.DOTALL)


def templates_of(templates: Path, name: str) -> Iterator[Path]:
    """Yield the MJML and CSS files of a letter type."""
    for folder in (templates / name, templates / "_layout"):
        yield from sorted(folder.glob("*.mjml"))
        yield from sorted(folder.glob("*.css"))


def locate(templates: Path, name: str, word: str) -> str:
    """Return the file and line where a letter type first uses a word.

    Returns "letter" where none of its files does.
    """
    pattern = re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])", re.IGNORECASE)
    for path in templates_of(templates, name):
        lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
        for number, line in enumerate(lines, start=1):
            if pattern.search(line):
                return f"{path.relative_to(templates).as_posix()}, line {number}"
    return "letter"


def locate_written(templates: Path, name: str, part: str) -> str:
    """Return the file and line that most likely wrote a part of a letter.

    This is the line with the most of its words. Jinja's comments and HTML's references
    are no hiding place.
    """
    words = sorted(set(re.findall(r"[a-z0-9]{3,}", part.lower())))
    best = (0, f"{name}/body.mjml, line 1")
    files = templates_of(templates, name)
    for path in sorted(files, key=lambda each: each.suffix == ".css"):
        text = path.read_text(encoding="utf-8", errors="replace")[:MAX_FILE]
        shown = _JINJA_COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text)
        for number, line in enumerate(unescape(shown).lower().split("\n"), start=1):
            score = sum(len(word) for word in words if word in line)
            if score > best[0]:
                place = path.relative_to(templates).as_posix()
                best = (score, f"{place}, line {number}")
    return best[1]
