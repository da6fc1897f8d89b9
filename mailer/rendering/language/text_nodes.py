"""Changes the text of HTML, but not its tags."""

import re
from collections.abc import Callable

_TAGS = re.compile(  # what is not closed goes to the end, so that it is read once
    r"(<!--.*?(?:-->|\Z)|<style\b.*?(?:</style>|\Z)|<title\b.*?(?:</title>|\Z)"
    r"|<[^>]+(?:>|\Z))",
    re.DOTALL,
)


def map_text(html: str, change: Callable[[str], str]) -> str:
    """Return HTML with each text node changed, except comments, styles and title."""
    pieces = _TAGS.split(html)
    pieces[::2] = [change(piece) for piece in pieces[::2]]
    return "".join(pieces)
