"""Changes the text between the tags of HTML, and nothing in them."""

import re
from collections.abc import Callable

_TAGS = re.compile(
    r"(<!--.*?-->|<style\b.*?</style>|<title\b.*?</title>|<[^>]+>)", re.DOTALL
)


def changed(html: str, change: Callable[[str], str]) -> str:
    """Return HTML with each text node changed; comments, styles and title stay."""
    pieces = _TAGS.split(html)
    pieces[::2] = [change(piece) for piece in pieces[::2]]
    return "".join(pieces)
