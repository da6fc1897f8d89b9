"""Spaces, separators and dashes of each language, for letters, subjects and pages.

Authors type plain spaces. In every language a document symbol, 36 C/Res.108, stays on
one line. French has narrow no-break spaces before ; ? ! and no-break spaces before :,
inside « », in hours and dates. A Russian dash stays on the line of the word before it,
and a number on that of its sign: № 3, п. 5.
"""

import re

from mailer.rendering.language import text_nodes

NO_BREAK = "\u00a0"
NARROW = "\u202f"
_PREVIEW = 110  # characters that lists of messages show at most
_SEMICOLONS = {"ar": "؛ ", "zh": "；"}
_COLONS = {"zh": "："}  # a space follows the colon in all other languages
_DASHES = {"ru": " — ", "zh": "——"}
_COMMAS = {"ar": "، ", "zh": "，"}
_MONTHS = (
    "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre"
    "|décembre"
)
_SYMBOL = re.compile(
    r"(?<=\d) (?=(?:EX|C|م ?ت|م)/[A-Z0-9])|(?<=/R[eé]s\.) (?=\d)", re.ASCII
)
_SIGNS = (re.compile(r"(?<=\d) (?=[%€$])"), NO_BREAK)
_ENDS = r"(?=[\s)*_\]».,…\u2069]|$)"
_FRENCH = (
    (re.compile(rf"(?<=\S)[ \u00a0](?=[;?!]+{_ENDS})"), NARROW),
    (re.compile(rf"(?<=\S) (?=[:»]{_ENDS})"), NO_BREAK),
    (re.compile(r"(?<=«) (?=\S)"), NO_BREAK),
    (re.compile(r"(?<=\d) (?=h\b)|(?<=\d[ \u00a0]h) (?=\d\d\b)"), NO_BREAK),
    (re.compile(rf"(?<=\d) (?=(?:{_MONTHS})\b)|(?<=\b1er) (?={_MONTHS})"), NO_BREAK),
    (re.compile(r"(?<=\bn°) (?=\d)|(?<=\d) (?=\d{3}(?!\d))"), NO_BREAK),
    _SIGNS,
)
_RUSSIAN = (
    (re.compile(r"(?<=\S) (?=—\s)"), NO_BREAK),
    (re.compile(r"(?:(?<=№)|(?<=\b[пстг]\.)|(?<=\bст\.)) (?=\d)"), NO_BREAK),
    (re.compile(r"(?<=\d) (?=(?:г\.|года|год|млн|млрд|тыс\.)(?!\w))"), NO_BREAK),
    _SIGNS,
)
_RULES = {"fr": _FRENCH, "ru": _RUSSIAN, "es": (_SIGNS,)}


def no_break_spaces(text: str, language: str) -> str:
    """Return a text with the no-break spaces of its language."""
    text = _SYMBOL.sub(NO_BREAK, text)
    for pattern, space in _RULES.get(_primary(language), ()):
        text = pattern.sub(space, text)
    return text


def no_break_spaces_in_html(html: str, language: str) -> str:
    """Return HTML with the no-break spaces of its language in its text."""
    if _primary(language) not in _RULES:
        return html  # the symbols in texts of authors have theirs
    return text_nodes.map_text(html, lambda text: no_break_spaces(text, language))


def semicolon(language: str) -> str:
    """Return what stands between items that may themselves contain a comma."""
    language = _primary(language)
    return _SEMICOLONS.get(language, f"{NARROW}; " if language == "fr" else "; ")


def colon(language: str) -> str:
    """Return what stands between a label and its value."""
    language = _primary(language)
    return _COLONS.get(language, f"{NO_BREAK}: " if language == "fr" else ": ")


def dash(language: str) -> str:
    """Return what stands between the parts of a heading."""
    return _DASHES.get(_primary(language), " – ")


def comma(language: str) -> str:
    """Return what stands between the parts of an address."""
    return _COMMAS.get(_primary(language), ", ")


def filled(preheader: str) -> str:
    """Return a preheader with spaces that keep lists of messages from showing more."""
    return preheader + "\u034f\u200c\u00a0" * (_PREVIEW - len(preheader))


def _primary(language: str) -> str:
    return language.partition("-")[0]
