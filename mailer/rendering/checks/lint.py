"""Reads templates as markup: which tags and attributes stand where, line by line.

MJML accepts what it does not know and dies of what is nested too deep, so every file
is read before any letter is laid out. Only elements and attributes of the table
(elements.py) pass; nothing is loaded from another host, and no script runs.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mailer.rendering.checks import problem
from mailer.rendering.checks.elements import HTML, MJML, TEXTS, VOID
from mailer.rendering.checks.problem import Problem

DEPTH = 60  # nested tags in one file; a letter needs fifteen
MAX_FILE = 200_000  # characters
_JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_TAG = re.compile(
    r"<!--.*?-->|<(?P<close>/?)(?P<name>[a-zA-Z][\w:-]*)"
    r"(?P<rest>(?:[^<>\"']|\"[^\"]*\"|'[^']*')*?)(?P<alone>/?)>|<",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"([^\s=\"'/<>]+)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'<>]+))?")
_AWAY = re.compile(r"(?:https?:)?//|^\s*(?:javascript|data|vbscript):", re.IGNORECASE)
_STYLE_AWAY = re.compile(r"@import|url\s*\(|expression\s*\(|@font-face", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Open:
    name: str
    line: int


def templates_of(templates: Path, name: str) -> Iterator[Path]:
    """Yield the files a letter is laid out from."""
    for folder in (templates / name, templates / "_layout"):
        yield from sorted(folder.glob("*.mjml"))
        yield from sorted(folder.glob("*.css"))


def lint(templates: Path, name: str) -> Iterator[Problem]:
    """Yield everything wrong in the files of one letter type."""
    for path in templates_of(templates, name):
        where = path.relative_to(templates).as_posix()
        text = path.read_text(encoding="utf-8", errors="replace")
        if len(text) > MAX_FILE:
            what = f"{len(text):,} characters, at most {MAX_FILE:,}"
            yield problem.error("", where, what)
        elif path.suffix == ".css":
            yield from _styles(text, where, 1)
        else:
            yield from markup(text, where)


def place(templates: Path, name: str, word: str) -> str:
    """Return where a letter type's files first say a word, or that it is the letter."""
    said = re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])", re.IGNORECASE)
    for path in templates_of(templates, name):
        lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
        for number, line in enumerate(lines, start=1):
            if said.search(line):
                return f"{path.relative_to(templates).as_posix()}, line {number}"
    return "letter"


def markup(text: str, where: str) -> Iterator[Problem]:
    """Yield what is wrong in one file of markup; Jinja's own parts are passed over."""
    blank = _JINJA.sub(lambda part: re.sub(r"[^\n]", "\x00", part[0]), text)
    stack: list[_Open] = []
    line, read = 1, 0
    for tag in _TAG.finditer(blank):
        line += blank.count("\n", read, tag.start())
        read = tag.start()
        place = f"{where}, line {line}"
        if tag[0].startswith("<!--"):
            continue
        if tag["name"] is None:
            yield problem.error("", place, "a < that opens no tag; write &lt;")
            return
        name = _named(tag["name"], tag["rest"])
        if tag["close"]:
            wrong = _closed(name, stack)
            if wrong:
                yield problem.error("", place, wrong)
                return
            continue
        parent = stack[-1].name if stack else None
        for what in (*_misplaced(name, parent), *_attributes(name, tag["rest"] or "")):
            yield problem.error("", place, what)
        if tag["alone"] or name in VOID:
            continue
        stack.append(_Open(name, line))
        if len(stack) > DEPTH:
            what = f"tags are nested more than {DEPTH} deep"
            yield problem.error("", place, what)
            return
    for left in stack:
        place = f"{where}, line {left.line}"
        what = f"<{left.name}> is opened and never closed"
        yield problem.error("", place, what)


def _named(name: str, rest: str) -> str:
    """Return an element's name; a heading's number may come from Jinja."""
    return "h2" if name == "h" and rest.startswith("\x00") else name.lower()


def _closed(name: str, stack: list[_Open]) -> str | None:
    """Close an element; say what is wrong with that."""
    if not stack:
        return f"</{name}> closes nothing"
    opened = stack.pop()
    if opened.name != name:
        return f"</{name}> stands where <{opened.name}> of line {opened.line} is open"
    return None


def _misplaced(name: str, parent: str | None) -> Iterator[str]:
    """Say where an element may stand; a file's outermost ones are not known yet."""
    if name in MJML:
        within = MJML[name].within
        if parent is not None and parent not in within:
            homes = " or ".join(f"<{each}>" for each in sorted(within)) or "the top"
            yield f"<{name}> stands in <{parent}>; it belongs in {homes}"
    elif name in HTML:
        if parent in MJML and parent not in TEXTS:
            yield f"<{name}> stands in <{parent}>; text belongs in <mj-text>"
        if name == "meta" and parent != "mj-raw":
            yield "<meta> belongs in <mj-raw>"
    elif name == "mj-include":
        yield "<mj-include> is not allowed; use {% include %} of Jinja"
    else:
        yield f"<{name}> is not an element of letters"


def _attributes(name: str, rest: str) -> Iterator[str]:
    """Say which attributes an element does not know, and what they may not hold."""
    known = MJML[name].attributes if name in MJML else HTML.get(name, frozenset())
    if name not in MJML and name not in HTML:
        return
    for attribute, value in _ATTRIBUTE.findall(rest.replace("\x00", "x")):
        lowered = attribute.lower()
        if set(lowered) == {"x"}:  # Jinja writes it
            continue
        if lowered not in known and not (name == "mj-class" or "xx" in lowered):
            yield f"<{name}> has no attribute {attribute}"
        content = value.strip("\"'")
        if lowered in {"src", "href"} and _AWAY.search(content):
            yield f"{attribute} of <{name}> is an address of its own: {content[:60]}"
        if lowered == "style" and _STYLE_AWAY.search(content):
            yield f"the style of <{name}> loads something: {content[:60]}"
    if name in {"img", "mj-image"} and not re.search(r"\balt\s*=", rest):
        yield f"<{name}> has no alt"


def _styles(text: str, where: str, first: int) -> Iterator[Problem]:
    """Yield what a style sheet may not do, and what mail programs do not do."""
    for number, line in enumerate(text.split("\n"), start=first):
        loads = _STYLE_AWAY.search(line)
        if loads:
            what = f"a style that loads something: {loads[0]}"
            yield problem.error("", f"{where}, line {number}", what)
