"""Changes the text of HTML, but not its tags."""

import re
from collections.abc import Callable

_TAGS = re.compile(
    r"(<!--.*?-->|<style\b.*?</style>|<title\b.*?</title>|<[^>]+>)", re.DOTALL
)


def map_text(html: str, change: Callable[[str], str]) -> str:
    """Return HTML with each text node changed, except comments, styles and title."""
    pieces = _TAGS.split(html)
    pieces[::2] = [change(piece) for piece in pieces[::2]]
    return "".join(pieces)
