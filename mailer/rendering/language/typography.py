"""Spaces, separators and dashes of each language, for letters, subjects and pages.

Authors type plain spaces. In every language a number stays on one line, with its sign,
unit, currency or hour: 1 234,5, 10 %, № 5, 3 pm, +33 1 45 68 10 00. So does a document
symbol, 36 C/Res.108, and in a table a day with its month. French has narrow no-break
spaces before ; ? ! and no-break spaces before :, inside « », in hours and dates.
A Russian dash stays on the line of the word before it.
"""

import re
from functools import cache

from babel import Locale, UnknownLocaleError

from mailer.rendering.language import text_nodes

NO_BREAK = "\u00a0"
NARROW = "\u202f"
_PREVIEW = 110  # characters that lists of messages show at most
_SEMICOLONS = {"ar": "؛ ", "zh": "；"}
_COLONS = {"zh": "："}  # a space follows the colon in all other languages
_DASHES = {"ru": " — ", "zh": "——"}
_COMMAS = {"ar": "، ", "zh": "，"}
_BRACKETS = {"zh": ("（", "）")}
_MONTHS = (
    "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre"
    "|décembre"
)
_CURRENCIES = (
    "AUD|BRL|CAD|CHF|CNY|DKK|EGP|EUR|GBP|INR|JPY|KES|MAD|MXN|NGN|NOK|RUB|SEK|USD|XAF"
    "|XOF|ZAR"
)
_AFTER_NUMBER = (
    r"\d{3}(?!\d)|[%٪‰€$£¥₽°]|(?:h|[ap]\.?m|km|cm|mm|kg|ha|[KMGT][Bo]|milli[oa]n\w*"
    rf"|milli?ard\w*|billion\w*|SP|CEDEX|{_CURRENCIES})(?![\w’'])"
)
_BEFORE_NUMBER = (  # each of one length, as lookbehind wants it
    *("[€$£¥№§]", r"\b[NnNn][°ºo]", r"\b[Nn]o\.", r"\b[Nn]os\.", r"\bn[úu]m\."),
    *(r"\bp\.", r"\bpp\.", r"\b[Aa]rt\.", r"\bст\.", r"\b[пстг]\.", r"\bرقم"),
    rf"\b(?:{_CURRENCIES})",
)
_NUMBERS = re.compile(
    rf" (?:(?<=\d )(?={_AFTER_NUMBER})"
    rf"|(?=\d)(?:{'|'.join(rf'(?<={each} )' for each in _BEFORE_NUMBER)}))"
)
_TELEPHONE = re.compile(
    r"(?<![\w.+])(?:\+\d|\(\+?\d|0\d|8[ \u00a0][(\d])"
    r"[\d ().\u00a0-]{5,24}\d(?![\w.-])"
)
_BESIDE_NUMBER = re.compile(r" \d|\d ")
_MORE_MONTHS = {"ar": ("ar_LB",)}  # حزيران beside يونيو
_DATED = {"ru"}  # with its days on one line everywhere, as French has by its rules
_FEWEST_DIGITS = 8  # of a telephone number
_SYMBOL = re.compile(
    r"(?<=\d) (?=(?:EX|C|م ?ت|م)/[A-Z0-9])|(?<=/R[eé]s\.) (?=\d)", re.ASCII
)
# Each begins with its space, which is found at once; what is before it comes second.
_SIGNS = (re.compile(r" (?<=\d )(?=[%€$])"), NO_BREAK)
_ENDS = r"(?=[\s)*_\]».,…\u2069]|$)"
_FRENCH = (
    (re.compile(rf"[ \u00a0](?=[;?!]+{_ENDS})(?<=\S[ \u00a0])"), NARROW),
    (re.compile(rf" (?=[:»]{_ENDS})(?<=\S )"), NO_BREAK),
    (re.compile(r" (?<=« )(?=\S)"), NO_BREAK),
    (re.compile(r" (?:(?<=\d )(?=h\b)|(?<=\d[ \u00a0]h )(?=\d\d\b))"), NO_BREAK),
    (re.compile(rf" (?:(?<=\d )|(?<=\b1er ))(?=(?:{_MONTHS})\b)"), NO_BREAK),
    (re.compile(r" (?:(?<=\bn° )(?=\d)|(?<=\d )(?=\d{3}(?!\d)))"), NO_BREAK),
    _SIGNS,
)
_RUSSIAN = (
    (re.compile(r" (?=—\s)(?<=\S )"), NO_BREAK),
    (re.compile(r" (?=\d)(?:(?<=№ )|(?<=\b[пстг]\. )|(?<=\bст\. ))"), NO_BREAK),
    (re.compile(r" (?<=\d )(?=(?:г\.|года|год|млн|млрд|тыс\.)(?!\w))"), NO_BREAK),
    _SIGNS,
)
_RULES = {"fr": _FRENCH, "ru": _RUSSIAN, "es": (_SIGNS,)}


def in_subject(text: str, language: str) -> str:
    """Return a subject with the no-break spaces of its language.

    A subject is one line: the numbers of a language without rules stay as typed, so
    that it is found by what it says.
    """
    if _BESIDE_NUMBER.search(text):
        text = _SYMBOL.sub(NO_BREAK, text)
    for pattern, space in _RULES.get(_primary(language), ()):
        text = pattern.sub(space, text)
    return text


def no_break_spaces(text: str, language: str, *, dates: bool = False) -> str:
    """Return a text with the no-break spaces of its language, and those of numbers.

    With `dates`, those of days are in it in every language, as narrow columns need it.
    """
    text = in_subject(text, language)
    if _BESIDE_NUMBER.search(text) is None:
        return text
    if dates or _primary(language) in _DATED:
        text = _days(_primary(language)).sub(NO_BREAK, text)
    return _TELEPHONE.sub(_telephone, _NUMBERS.sub(NO_BREAK, text))


def no_break_spaces_in_html(html: str, language: str) -> str:
    """Return HTML with the no-break spaces of its language in its text."""
    return text_nodes.map_text(html, lambda text: no_break_spaces(text, language))


def _telephone(found: re.Match[str]) -> str:
    digits = sum(each.isdigit() for each in found[0])
    return found[0].replace(" ", NO_BREAK) if digits >= _FEWEST_DIGITS else found[0]


@cache
def _days(language: str) -> re.Pattern[str]:
    """Return the pattern of the spaces between a day and its month."""
    names = [re.escape(each) for each in _months(language)]
    if not names:
        return re.compile(r"(?!)")
    months = "|".join(names)
    before = "|".join(rf"(?<=\b{each} )" for each in names)
    return re.compile(
        rf" (?:(?<=\d )(?=(?:de )?(?:{months})(?!\w))|(?<=\d de )(?=(?:{months})(?!\w))"
        rf"|(?=\d\d?(?!\d))(?:{before}))"
    )


def _months(language: str) -> list[str]:
    """Return the names of the months beside a day; none for an unknown language."""
    found: list[str] = []
    try:
        for each in (language, *_MORE_MONTHS.get(language, ())):
            found += Locale.parse(each).months["format"]["wide"].values()
    except (UnknownLocaleError, ValueError):
        return []
    return [each for each in found if not each[:1].isdigit()]


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


def brackets(language: str) -> tuple[str, str]:
    """Return what stands before and after a note."""
    return _BRACKETS.get(_primary(language), (" (", ")"))


def filled(preheader: str) -> str:
    """Return a preheader with spaces that keep lists of messages from showing more."""
    return preheader + "\u034f\u200c\u00a0" * (_PREVIEW - len(preheader))


def _primary(language: str) -> str:
    return language.partition("-")[0]
