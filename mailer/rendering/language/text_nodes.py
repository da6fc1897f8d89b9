"""Changes the text of HTML, but not its tags."""

import re
from collections.abc import Callable

_TAGS = re.compile(  # what is not closed goes to the end, so that it is read once
    r"(<!--.*?(?:-->|\Z)|<style\b.*?(?:</style>|\Z)|<title\b.*?(?:</title>|\Z)"
    r"|<textarea\b.*?(?:</textarea>|\Z)"
    r"|<[^>]+(?:>|\Z))",
    re.DOTALL,
)


def map_text(html: str, change: Callable[[str], str]) -> str:
    """Return HTML with its text nodes changed, not comments, styles, titles, fields."""
    pieces = _TAGS.split(html)
    pieces[::2] = [change(piece) for piece in pieces[::2]]
    return "".join(pieces)
