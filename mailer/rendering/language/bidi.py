"""Isolates runs of the other direction: document symbols, names, addresses (UAX 9).

In a right-to-left letter these are runs of Latin letters with their numbers, telephone
numbers and numbers with a sign; in a left-to-right letter runs of Arabic or Hebrew.
HTML uses `dir`, because mail programs drop isolate characters from it; plain text uses
isolate characters.
"""

import re

from mailer.rendering.language import text_nodes
from mailer.rendering.language.catalogues import LEFT_TO_RIGHT, POP_ISOLATE, isolated
from mailer.rendering.marks import Marks

RIGHT_TO_LEFT = "\u2067"
OPENS = {"ltr": LEFT_TO_RIGHT, "rtl": RIGHT_TO_LEFT}
_AND = r"&amp;|&(?!#?\w+;)"  # in HTML and in text; other entities end a run
_WORD = rf"(?:[\wÀ-ɏ./:@+'’°-]|[?=#%~](?=[A-Za-z0-9])|{_AND})*"
_END = r"(?:(?<=\b[A-Za-z]\.[A-Za-z]\.)|(?<![.:'’]))"  # a stop belongs to the line
_NUMBER = (  # a telephone number, or a number with a sign: Arabic would turn them
    r"(?:\(\+\d{1,4}\)[ .\u00a0-]?\d[\d ().\u00a0-]{1,40}\d"
    r"|\+\(?\d[\d ().\u00a0-]{3,40}\d)"
    r"|(?<![\d.,:])0\d{1,5}(?:[ .\u00a0-]\d{1,4}){2,6}(?![\d:])"
    r"|(?<!\d)8[ \u00a0-](?:\(\d{3,5}\)|\d{3})(?:[ .\u00a0-]\d{2,4}){2,4}(?!\d)"
    r"|\(\d{2,5}\)[ .\u00a0-]?\d{2,4}(?:[ .\u00a0-]\d{2,4}){1,4}(?!\d)"
    r"|(?<![\d-])\d{4}-\d\d-\d\d(?![\d-])"
    r"|(?<!\d)\d{2,4}(?:[ .\u00a0-]\d{2,4}){3,6}(?!\d)"
    r"|(?<![\w)])[+−-]\d[\d.,]{0,20}"
)
_LATIN = re.compile(
    rf"{_NUMBER}|(?:\d[\d.]{{0,30}},?[ \u00a0])?[A-Za-zÀ-ɏ]{_WORD}"
    rf"(?:(?:[ ,\u00a0]{{1,2}}|[ \u00a0](?:{_AND}|[+–-])[ \u00a0])"
    rf"[A-Za-zÀ-ɏ0-9]{_WORD})*{_END}",
    re.ASCII,
)
_ARABIC_LETTER = r"\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
_ARABIC = re.compile(rf"[{_ARABIC_LETTER}]+(?:[ ,.،0-9-]+[{_ARABIC_LETTER}]+)*")
_ENTITY = re.compile(r"(&(?!amp;)#?\w+;)")
_ISOLATED = ("\u2066", "\u2067", "\u2068")


def isolate_html(html: str, direction: str, marks: Marks) -> str:
    """Return HTML with a span with `dir` around each run of the other direction.

    A run with a mark stays as it is.
    """
    other = _other(direction)

    def wrap(run: re.Match[str]) -> str:
        if _keep(run, marks):
            return run[0]
        return f'<span dir="{other}">{run[0]}</span>'

    pattern = _pattern(direction)

    def wrapped(text: str) -> str:
        pieces = _ENTITY.split(text)
        pieces[::2] = [pattern.sub(wrap, piece) for piece in pieces[::2]]
        return "".join(pieces)

    return text_nodes.map_text(html, wrapped)


def isolate_text(text: str, direction: str, marks: Marks) -> str:
    """Return text with isolate characters around each run of the other direction.

    A run with a mark stays as it is.
    """
    opening = OPENS[_other(direction)]

    def wrap(run: re.Match[str]) -> str:
        if _keep(run, marks):
            return run[0]
        return f"{opening}{run[0]}{POP_ISOLATE}"

    return _pattern(direction).sub(wrap, text)


def in_header(subject: str, direction: str, marks: Marks) -> str:
    """Return a subject as the header has it; few programs show isolates well."""
    shown = isolate_text(subject, direction, marks)
    return marks.around_values(shown, isolated) if direction == "rtl" else shown


def _other(direction: str) -> str:
    return "ltr" if direction == "rtl" else "rtl"


def _pattern(direction: str) -> re.Pattern[str]:
    return _LATIN if direction == "rtl" else _ARABIC


def _keep(run: re.Match[str], marks: Marks) -> bool:
    """Return whether a run stays as it is: a web address, a mark, an isolate."""
    before = run.string[run.start() - 1 : run.start()]
    return (
        before in _ISOLATED
        or before == "&"
        or "://" in run[0]
        or marks.occur_in(run[0])
    )
