"""Finds the file and line of a template that wrote a part of a letter."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from html import unescape

from mailer.rendering.template_files import TemplateFiles

MAX_FILE = 200_000  # characters
_WORDS = 200  # of a part that are looked for
_JINJA_COMMENT = re.compile(r"\{#.*?(?:#\}|\Z)", re.DOTALL)


def templates_of(templates: TemplateFiles, name: str) -> Iterator[tuple[str, str]]:
    """Yield path and text of the MJML and CSS files of a letter type and the layout."""
    for folder in (f"{name}/", "_layout/"):
        for ending in (".mjml", ".css"):
            for path in sorted(templates.files):
                if path.startswith(folder) and path.endswith(ending):
                    yield path, templates.files[path].decode("utf-8", "replace")


def locate(templates: TemplateFiles, name: str, word: str) -> str:
    """Return the file and line where a letter type first uses a word.

    Returns "letter" where none of its files does.
    """
    pattern = re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])", re.IGNORECASE)
    for path, text in templates_of(templates, name):
        for number, line in enumerate(text.split("\n"), start=1):
            if pattern.search(line):
                return f"{path}, line {number}"
    return "letter"


def locate_written(templates: TemplateFiles, name: str, part: str) -> str:
    """Return the file and line that most likely wrote a part of a letter.

    This is the line with the most of its words; a word of many lines counts little.
    Jinja's comments and HTML's references are no hiding place. Where no line has any,
    it is the file of the letter type.
    """
    words = sorted(set(re.findall(r"[a-z0-9]{3,}", part.lower())))[:_WORDS]
    words = words or [part.lower()]
    files = list(templates_of(templates, name))
    files.sort(key=lambda each: each[0].endswith(".css"))
    return (
        _best(files, words)
        or _best(_others(templates, files), words)
        or f"{name}/body.mjml"
    )


def _best(files: Iterable[tuple[str, str]], words: Sequence[str]) -> str:
    """Return the file and line with the most of some words; empty if none has any."""
    found: list[tuple[str, list[str]]] = []
    lines_with: Counter[str] = Counter()
    for path, text in files:
        shown = _JINJA_COMMENT.sub(
            lambda comment: "\n" * comment[0].count("\n"), text[:MAX_FILE]
        )
        for number, line in enumerate(unescape(shown).lower().split("\n"), start=1):
            if inside := [word for word in words if word in line]:
                found.append((f"{path}, line {number}", inside))
                lines_with.update(inside)
    best, place = 0.0, ""
    for each, inside in found:
        score = sum(len(word) / lines_with[word] for word in inside)
        if score > best:
            best, place = score, each
    return place


def _others(
    templates: TemplateFiles, files: Iterable[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    """Yield the other files that a template can include."""
    known = {path for path, _ in files}
    for path in sorted(templates.files.keys() - known):
        if not path.endswith((".po", ".toml")):
            yield path, templates.files[path].decode("utf-8", "replace")
