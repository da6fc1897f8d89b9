"""Checks CSS against the properties and functions that letters may use.

A backslash is refused: an escape could hide a word from the check.
"""

import re

_FUNCTION = re.compile(r"(?<![a-z-])([a-z-]+)\(", re.IGNORECASE)
_COMMENT = re.compile(r"/\*.*?\*/|/\*.*", re.DOTALL)
_RULE = re.compile(r"\{([^{}]*)\}")
_AT = re.compile(r"@([a-z-]*)", re.IGNORECASE)
_QUOTED = re.compile(r"'[^'\"<>]*'|\"[^'\"<>]*\"")
_FUNCTIONS = {"rgb", "rgba", "hsl", "hsla", "calc", "not"}
_BOX = ("border", "margin", "padding", "background", "outline")
_WORDS = ("font", "text", "list-style", "mso", "word", "overflow")
_PROPERTIES = {
    *("border-collapse", "border-spacing", "bottom", "box-sizing", "caption-side"),
    *("clear", "color", "color-scheme", "cursor", "direction", "display", "float"),
    *("height", "hyphens", "left", "letter-spacing", "line-break", "line-height"),
    *("max-height", "max-width", "min-height", "min-width", "opacity", "right"),
    *("page-break-after", "page-break-inside"),
    *("table-layout", "top", "unicode-bidi", "vertical-align", "visibility"),
    *("white-space", "width", "-ms-interpolation-mode", "-ms-text-size-adjust"),
    *("-webkit-text-size-adjust", "-webkit-font-smoothing"),
}


def sheet_fault(css: str) -> tuple[str, str]:
    """Return what is wrong with a style sheet, and the part that is; or "" twice."""
    plain = _without_comments(css)
    for line in plain.split("\n"):
        others = {each.lower() for each in _AT.findall(line)} - {"media"}
        if others:
            return f"a style sheet may not use @{min(others)}", line
        if found := _fault(line):
            return found, line
    rules = map(declarations_fault, _RULE.findall(plain))
    return next(filter(any, rules), ("", ""))


def declarations_fault(css: str) -> tuple[str, str]:
    """Return what is wrong with declarations, and the one that is; or "" twice."""
    for each in _without_comments(css).split(";"):
        plain = _QUOTED.sub("x", each)
        name, _, value = (part.strip().lower() for part in plain.partition(":"))
        if name == "position" and value in {"relative", "static"}:
            continue
        if found := _fault(plain):
            return found, each
        if name and not _is_allowed(name):
            return f"the style {name[:40]} is not one that letters may use", each
    return "", ""


def _without_comments(css: str) -> str:
    """Return CSS with spaces for its comments; one that is not closed stays in it."""
    return _COMMENT.sub(
        lambda found: (
            " " if re.fullmatch(r"/\*.*\*/", found[0], re.DOTALL) else found[0]
        ),
        css,
    )


def _is_allowed(name: str) -> bool:
    first = next((each for each in (*_BOX, *_WORDS) if name.startswith(each)), None)
    grouped = first is not None and (name == first or name[len(first)] == "-")
    return name in _PROPERTIES or grouped


def _fault(css: str) -> str:
    if "\\" in css or "<" in css:
        return "a style may not have a backslash or <"
    for each in _FUNCTION.findall(css):
        if each.lower() not in _FUNCTIONS:
            return f"a style may not use {each}()"
    return ""
