"""Follows the fences of code, ``` and ~~~, through the lines of a text."""

import re

_FENCE = re.compile(r"\s*(`{3,}|~{3,})")


def after(line: str, fence: str) -> str:
    """Return the fence that is open after a line; "" if none is.

    `fence` is the one that is open before it.
    """
    found = _FENCE.match(line)
    if found is None or not found[1].startswith(fence):
        return fence
    return "" if fence else found[1]
