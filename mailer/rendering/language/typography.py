"""Replaces spaces by no-break spaces where a language's typography needs them.

In every language these are the spaces of a document symbol, 36 C/Res.108. In French
they are also those before : ; ? ! » and after «. Authors type plain spaces.
"""

import re

from mailer.rendering.language import text_nodes

NO_BREAK = "\u00a0"
_BEFORE = re.compile(r"(?<=\S) (?=[:;?!»](?:[\s)*_\]».,]|$))")
_SYMBOL = re.compile(r"(?<=\d) (?=(?:EX|C)/[A-Z0-9])")
_AFTER = re.compile(r"(?<=«) (?=\S)")


def no_break_spaces(text: str, language: str) -> str:
    """Return a text with the no-break spaces of its language."""
    text = _SYMBOL.sub(NO_BREAK, text)
    if language.partition("-")[0] != "fr":
        return text
    return _AFTER.sub(NO_BREAK, _BEFORE.sub(NO_BREAK, text))


def no_break_spaces_in_html(html: str, language: str) -> str:
    """Return HTML with the no-break spaces of French in its text, if it is French."""
    if language.partition("-")[0] != "fr":
        return html
    return text_nodes.map_text(html, lambda text: no_break_spaces(text, language))
