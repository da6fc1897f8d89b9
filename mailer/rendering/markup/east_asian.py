"""Recognises Chinese, Japanese and Korean characters, and full-width punctuation."""

import re

RANGES = (  # for a class of characters in a pattern
    "\u2e80-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f"
    "\uff01-\uffee\U00020000-\U0003ffff"
)
_ANY = re.compile(f"[{RANGES}]")
_KOREAN = re.compile("[\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff]")


def is_east_asian(character: str) -> bool:
    """Return whether a character is Chinese, Japanese, Korean or full-width."""
    return _ANY.match(character) is not None


def has_no_spaces(character: str) -> bool:
    """Return whether a character is of a script that puts no spaces between words."""
    return is_east_asian(character) and _KOREAN.match(character) is None
