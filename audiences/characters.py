"""Characters that a line of text may not hold, in one place.

Controls end a line or steer a terminal; embeddings, overrides and isolates turn round
what follows them (UAX 9); lone surrogates have no octets.
"""

import re
import unicodedata

_CONTROLS = "\x00-\x1f\x7f-\x9f\u2028\u2029"  # C0, DEL, C1, line separators
_EMBEDDINGS = "\u202a-\u202e"
_ISOLATES = "\u2066-\u2069"
_SURROGATES = "\ud800-\udfff"
_JOINERS = "\u200c\u200d"  # they tell letters of some scripts apart

_IN_A_LINE = re.compile(f"[{_CONTROLS}]")
_IN_A_TEXT = re.compile(f"(?![\\t\\n])[{_CONTROLS}{_EMBEDDINGS}]")
_RUN = re.compile(f"[{_CONTROLS}]+")
_UNFIT = re.compile(f"[{_CONTROLS}]+|[{_EMBEDDINGS}{_ISOLATES}{_SURROGATES}]")
_STEERING = re.compile(
    f"(?![\\t\\n])[{_CONTROLS}{_EMBEDDINGS}{_ISOLATES}{_SURROGATES}]"
)
_DIRECTION = re.compile(f"[{_EMBEDDINGS}{_ISOLATES}\u2028\u2029]")
_UNUSABLE = {"Cc", "Cs", "Co", "Cn"}  # controls, surrogates, private use, not assigned


def in_a_line(text: str) -> bool:
    """Whether a text that is to be one line holds a line break or control."""
    return _IN_A_LINE.search(text) is not None


def in_a_text(text: str) -> int | None:
    """Return where a text of several lines holds a control, None where it does not."""
    found = _IN_A_TEXT.search(text)
    return found.start() if found else None


def in_a_cell(text: str) -> tuple[int, str] | None:
    """Return where a cell holds what cannot be used, and what it is; or None."""
    if text.isprintable():  # nothing below is
        return None
    for position, character in enumerate(text):
        if _DIRECTION.match(character):
            return position, "an invisible direction or line mark"
        if unicodedata.category(character) in _UNUSABLE:
            breaks = character in "\r\n\x85"
            return position, "a line break" if breaks else "a control character"
    return None


def spaced(text: str) -> str:
    """Return a text as one line, controls as spaces."""
    return _RUN.sub(" ", text).strip()


def plain(text: str) -> str:
    """Return a value as one line that cannot turn round the text beside it."""
    if _UNFIT.search(text) is None:
        return text
    return _UNFIT.sub(lambda run: " " if run[0] < "\u202a" else "", text).strip()


def printable(text: str) -> str:
    """Return a text without any character that is not seen, but for joiners."""
    return "".join(each for each in text if each.isprintable() or each in _JOINERS)


def harmless(text: str) -> str:
    """Return a text that steers no terminal: each control stands as U+FFFD."""
    return _STEERING.sub("\N{REPLACEMENT CHARACTER}", text)
