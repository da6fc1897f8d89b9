"""Recognises Chinese, Japanese and Korean characters, and full-width punctuation."""

import re

RANGES = (  # for a class of characters in a pattern
    "\u2e80-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f"
    "\uff01-\uffee\U00020000-\U0003ffff"
)
_ANY = re.compile(f"[{RANGES}]")
_KOREAN = re.compile("[\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff]")

NUMERALS = "〇一二三四五六七八九"


def number(word: str) -> int:
    """Return the number of Chinese numerals below a hundred, 二十一, or of digits."""
    plain = word.replace("零", "〇").replace("两", "二")
    if "十" not in plain:
        return int("".join(str(NUMERALS.index(each)) for each in plain))
    tens, _, ones = plain.partition("十")
    return (number(tens) if tens else 1) * 10 + (number(ones) if ones else 0)


def is_east_asian(character: str) -> bool:
    """Return whether a character is Chinese, Japanese, Korean or full-width."""
    return _ANY.match(character) is not None


def has_no_spaces(character: str) -> bool:
    """Return whether a character is of a script that puts no spaces between words."""
    return is_east_asian(character) and _KOREAN.match(character) is None
