"""Finds the file and line of a template that wrote a part of a letter."""

import re
from html import unescape
from pathlib import Path

from mailer.rendering import template_files

_JINJA_COMMENT = re.compile(r"\{#.*?(?:#\}|\Z)", re.DOTALL)


def locate(templates: Path, name: str, word: str) -> str:
    """Return the file and line where a letter type first uses a word.

    Returns "letter" where none of its files does.
    """
    pattern = re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])", re.IGNORECASE)
    for place in template_files.of_letter_type(templates, name):
        lines = template_files.text(templates, place).split("\n")
        for number, line in enumerate(lines, start=1):
            if pattern.search(line):
                return f"{place}, line {number}"
    return "letter"


def locate_written(templates: Path, name: str, part: str) -> str:
    """Return the file and line that most likely wrote a part of a letter.

    This is the line with the most of its words. Jinja's comments and HTML's references
    are no hiding place.
    """
    words = sorted(set(re.findall(r"[a-z0-9]{3,}", part.lower())))
    best = (0, f"{name}/body.mjml, line 1")
    files = template_files.of_letter_type(templates, name)
    for place in sorted(files, key=lambda each: each.endswith(".css")):
        text = template_files.text(templates, place)
        shown = _JINJA_COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text)
        for number, line in enumerate(unescape(shown).lower().split("\n"), start=1):
            score = sum(len(word) for word in words if word in line)
            if score > best[0]:
                best = (score, f"{place}, line {number}")
    return best[1]
