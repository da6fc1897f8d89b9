"""Finds the file and line of a template that wrote a part of a letter."""

import re
from collections.abc import Iterator
from html import unescape

from mailer.rendering.template_files import TemplateFiles

MAX_FILE = 200_000  # characters
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

    This is the line with the most of its words. Jinja's comments and HTML's references
    are no hiding place.
    """
    words = sorted(set(re.findall(r"[a-z0-9]{3,}", part.lower())))
    best = (0, f"{name}/body.mjml, line 1")
    files = templates_of(templates, name)
    for path, text in sorted(files, key=lambda each: each[0].endswith(".css")):
        shown = _JINJA_COMMENT.sub(
            lambda found: "\n" * found[0].count("\n"), text[:MAX_FILE]
        )
        for number, line in enumerate(unescape(shown).lower().split("\n"), start=1):
            score = sum(len(word) for word in words if word in line)
            if score > best[0]:
                best = (score, f"{path}, line {number}")
    return best[1]
