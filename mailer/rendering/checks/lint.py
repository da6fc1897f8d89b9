"""Checks the tags and attributes of templates, with the line of each problem.

MJML accepts what it does not know, and crashes on deep nesting. So every file is
checked before a letter is laid out. Only the elements and attributes of `elements` are
allowed. Nothing may be loaded from another host, and no script may run.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mailer.rendering import letter_types
from mailer.rendering.allowed.elements import HTML, MJML, TEXTS, VOID
from mailer.rendering.allowed.places import MAX_FILE, templates_of
from mailer.rendering.checks import problem
from mailer.rendering.checks.problem import Problem
from mailer.rendering.language import catalogues
from mailer.rendering.template_files import TemplateFiles

DEPTH = 60  # nested tags in one file; a letter needs 15
# What is not closed goes to the end, so that it is read once; Jinja refuses it.
_JINJA = re.compile(r"\{#.*?(?:#\}|\Z)|\{%.*?(?:%\}|\Z)|\{\{.*?(?:\}\}|\Z)", re.DOTALL)
_TAG = re.compile(
    r"<!--.*?-->|<(?P<close>/?)(?P<name>[a-zA-Z][\w:-]*)(?![\w:-])"
    r"(?P<rest>(?:[^<>\"']|\"[^\"]*\"|'[^']*')*?)(?P<alone>/?)>|<.*",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"([^\s=\"'/<>]+)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'<>]+))?")
_EXTERNAL = re.compile(
    r"(?:https?:)?//|^\s*(?:javascript|data|vbscript):", re.IGNORECASE
)
_STYLE_EXTERNAL = re.compile(
    r"@import|url\s*\(|expression\s*\(|@font-face", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Open:
    name: str
    line: int


def lint(templates: TemplateFiles, name: str) -> Iterator[Problem]:
    """Yield the problems of the files of one letter type."""
    for where, why in templates.refused.items():
        if where.split("/")[0] in {name, letter_types.LAYOUT, catalogues.FOLDER}:
            yield problem.error("", where, why)
    for where, text in templates_of(templates, name):
        if len(text) > MAX_FILE:
            what = f"found {len(text):,} characters; expected at most {MAX_FILE:,}"
            yield problem.error("", where, what)
        elif where.endswith(".css"):
            yield from _styles(text, where, 1)
        else:
            yield from markup(text, where)


def markup(text: str, where: str) -> Iterator[Problem]:
    """Yield the problems of one file of markup; Jinja's tags are not looked at."""
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
            what = _close(name, stack)
            if what:
                yield problem.error("", place, what)
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
    for tag_left in stack:
        place = f"{where}, line {tag_left.line}"
        what = f"<{tag_left.name}> is opened and never closed"
        yield problem.error("", place, what)


def _named(name: str, rest: str) -> str:
    """Return an element's name; h2 for a heading whose level comes from Jinja."""
    return "h2" if name == "h" and rest.startswith("\x00") else name.lower()


def _close(name: str, stack: list[_Open]) -> str | None:
    """Remove the innermost open element; return what is wrong, if anything is."""
    if not stack:
        return f"</{name}> closes no element"
    opened = stack.pop()
    if opened.name != name:
        return f"found </{name}>; expected </{opened.name}> for line {opened.line}"
    return None


def _misplaced(name: str, parent: str | None) -> Iterator[str]:
    """Yield a sentence if an element is not allowed in its parent.

    The parent of a file's outermost elements is not known.
    """
    if name in MJML:
        parents = MJML[name].parents
        if parent is not None and parent not in parents:
            allowed = " or ".join(f"<{each}>" for each in sorted(parents))
            expected = f"in {allowed}" if allowed else "outside all elements"
            yield f"<{name}> is in <{parent}>; expected {expected}"
    elif name in HTML:
        if parent in MJML and parent not in TEXTS:
            yield f"<{name}> is in <{parent}>; expected in <mj-text>"
        if name == "meta" and parent != "mj-raw":
            yield "<meta> is allowed in <mj-raw> only"
    elif name == "mj-include":
        yield "<mj-include> is not allowed; use {% include %} of Jinja"
    else:
        yield f"<{name}> is not an element that letters may use"


def _attributes(name: str, rest: str) -> Iterator[str]:
    """Yield a sentence for each attribute or value that an element may not have."""
    known = MJML[name].attributes if name in MJML else HTML.get(name, frozenset())
    if name not in MJML and name not in HTML:
        return
    for attribute, value in _ATTRIBUTE.findall(rest.replace("\x00", "x")):
        lowered = attribute.lower()
        if set(lowered) == {"x"}:  # written by Jinja
            continue
        if lowered not in known and not (name == "mj-class" or "xx" in lowered):
            yield f"<{name}> has no attribute {attribute}"
        content = value.strip("\"'")
        if lowered in {"src", "href"} and _EXTERNAL.search(content):
            yield (
                f"{attribute} of <{name}> must not be a web address, data or a script:"
                f" found {content[:60]}"
            )
        if lowered == "style" and _STYLE_EXTERNAL.search(content):
            yield f"the style of <{name}> must not load files: found {content[:60]}"
    if name in {"img", "mj-image"} and not re.search(r"\balt\s*=", rest):
        yield f"<{name}> has no alt"


def _styles(text: str, where: str, first: int) -> Iterator[Problem]:
    """Yield a problem for each line of a style sheet that loads a file."""
    for number, line in enumerate(text.split("\n"), start=first):
        loads = _STYLE_EXTERNAL.search(line)
        if loads:
            what = f"a style must not load files: found {loads[0]}"
            yield problem.error("", f"{where}, line {number}", what)
