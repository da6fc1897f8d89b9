"""Finds and removes characters that are not allowed in a line of text.

Control characters end a line or control a terminal. Embeddings, overrides and isolates
change the direction of the text after them (Unicode UAX 9). Lone surrogates cannot be
encoded.
"""

import re
import unicodedata

_CONTROLS = "\x00-\x1f\x7f-\x9f\u2028\u2029"  # C0, DEL, C1, line separators
_EMBEDDINGS = "\u202a-\u202e"
_ISOLATES = "\u2066-\u2069"
_SURROGATES = "\ud800-\udfff"
_JOINERS = "\u200c\u200d"  # some scripts need them for spelling

_CONTROL = re.compile(f"[{_CONTROLS}]")
_NOT_IN_TEXT = re.compile(f"(?![\\t\\n])[{_CONTROLS}{_EMBEDDINGS}]")
_RUN = re.compile(f"[{_CONTROLS}]+")
_NOT_IN_LINE = re.compile(f"[{_CONTROLS}]+|[{_EMBEDDINGS}{_ISOLATES}{_SURROGATES}]")
_NOT_IN_TERMINAL = re.compile(
    f"(?![\\t\\n])[{_CONTROLS}{_EMBEDDINGS}{_ISOLATES}{_SURROGATES}]"
)
_DIRECTION = re.compile(f"[{_EMBEDDINGS}{_ISOLATES}\u2028\u2029]")
_UNUSABLE = {"Cc", "Cs", "Co", "Cn"}  # controls, surrogates, private use, not assigned


def ascii_digits(text: str) -> str:
    """Return a text with the digits of all scripts as 0 to 9.

    Keyboards of Arabic and Persian, and input methods of Chinese, write others.
    """
    return "".join(
        str(unicodedata.decimal(each)) if each.isdecimal() else each for each in text
    )


def has_control(text: str) -> bool:
    """Whether a text contains a line break or other control character."""
    return _CONTROL.search(text) is not None


def control_position(text: str) -> int | None:
    """Return the index of the first control or embedding in a text of several lines.

    Tabs and line feeds are allowed. None when the text has no such character.
    """
    match = _NOT_IN_TEXT.search(text)
    return match.start() if match else None


def described(control: str) -> str:
    """Return the number of a control character, and the sign it is in Windows-1252."""
    number = f"U+{ord(control):04X}"
    if not "\x80" <= control <= "\x9f":
        return number
    sign = control.encode("latin-1").decode("cp1252", "ignore")
    return f"{number}, {sign} in Windows-1252" if sign else number


def find_unusable(text: str) -> tuple[int, str] | None:
    """Return the index and kind of the first character a cell may not contain.

    None when all characters are allowed.
    """
    if text.isprintable():  # the common case: all characters below are unprintable
        return None
    for position, character in enumerate(text):
        if _DIRECTION.match(character):
            return position, "an invisible direction or line mark"
        if unicodedata.category(character) in _UNUSABLE:
            breaks = character in "\r\n\x85"
            return position, "a line break" if breaks else "a control character"
    return None


def on_one_line(text: str) -> str:
    """Return a text with a space for each run of control characters."""
    return _RUN.sub(" ", text).strip()


def plain(text: str) -> str:
    """Return a text on one line, without characters that change the text around it.

    Control characters become spaces; direction marks and surrogates are removed.
    """
    if _NOT_IN_LINE.search(text) is None:
        return text
    return _NOT_IN_LINE.sub(lambda run: " " if run[0] < "\u202a" else "", text).strip()


def printable(text: str) -> str:
    """Return a text without its invisible characters, except joiners."""
    return "".join(each for each in text if each.isprintable() or each in _JOINERS)


def escaped_json(text: str) -> str:
    """Return a JSON document with an escape for each character unsafe on a terminal.

    In a document of json.dumps they stand in strings only.
    """
    return _NOT_IN_TERMINAL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def for_terminal(text: str) -> str:
    """Return a text that is safe to print, with U+FFFD for each unsafe character."""
    return _NOT_IN_TERMINAL.sub("\N{REPLACEMENT CHARACTER}", text)
