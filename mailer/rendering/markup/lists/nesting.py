"""Indents the items of a list within a list as Markdown needs them.

Markdown takes an item for one of an inner list if it stands below the first letter of
the outer item: three spaces below `1. `. People type one or two, or a tab.
"""

import re
from dataclasses import dataclass

from mailer.rendering.markup import fences

KEPT = "\ue000"  # begins an item whose mark is in its text
_ITEM = re.compile(r"(?P<indent>[ \t]*)(?P<mark>[-*+]|\d{1,9}[.)])(?P<space> +)(?=\S)")
_TYPED = re.compile(rf"{KEPT}([(（]?)([^\W_]+)(\W?)")
_COLUMNS = 4  # of a tab
_INNER = 2  # columns of indent that always make an inner list


@dataclass(frozen=True, slots=True)
class _Open:
    """An item that may have an inner list: its indent as typed and as set."""

    typed: int
    indent: int
    content: int  # the column of its first letter, as set
    kind: str  # of its mark: the same for 1. and 2.


def indent(lines: list[str]) -> None:
    """Set the indents of items that stand within another item, and of their lines."""
    opened: list[_Open] = []
    fence, empty = "", False
    for number, line in enumerate(lines):
        before, fence = fence, fences.after(line, fence)
        if before or fence:
            continue
        if not line.strip():
            empty = True
            continue
        item = _ITEM.match(line)
        typed = _columns(line)
        if item is not None:
            made = _placed(item, typed, opened)
            opened.append(made)
            if made.indent != typed:
                lines[number] = " " * made.indent + line.lstrip(" \t")
        elif opened and typed > opened[-1].typed:
            moved = opened[-1].indent - opened[-1].typed
            if moved:
                lines[number] = " " * (typed + moved) + line.lstrip(" \t")
        elif empty and not typed:
            opened.clear()
        empty = False


def _placed(item: re.Match[str], typed: int, opened: list[_Open]) -> _Open:
    """Return an item in its place below those that are open; close the others."""
    kind = _kind(item)
    while opened and opened[-1].typed > typed:
        opened.pop()
    if opened and opened[-1].typed == typed:
        place = opened.pop().indent
    elif not opened:
        place = typed
    elif typed - opened[-1].typed >= _INNER or kind != opened[-1].kind:
        place = opened[-1].content
    else:
        place = opened.pop().indent
    content = place + len(item["mark"]) + min(len(item["space"]), _COLUMNS)
    return _Open(typed, place, content, kind)


def _kind(item: re.Match[str]) -> str:
    """Return what items of one list have in common: 1. or -, or (a) as typed."""
    if item["mark"][-1] in ".)":
        return "1."
    typed = _TYPED.match(item.string, item.end())
    if typed is None:
        return "-"
    return f"{typed[1]}{'1' if typed[2].isdecimal() else 'a'}{typed[3]}"


def _columns(line: str) -> int:
    blank = line[: len(line) - len(line.lstrip(" \t"))]
    return len(blank.expandtabs(_COLUMNS))
