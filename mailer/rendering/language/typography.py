"""Spaces that must not break, as a language's typography asks; words are never changed.

A document's symbol, 36 C/Res.108, stays whole. In French a colon, a semicolon, a
question mark and quotation marks stand apart by a space at which no line may end.
Authors type a plain one; readers get the right one.
"""

import re

from mailer.rendering.language import text_nodes

NO_BREAK = "\u00a0"
_BEFORE = re.compile(r"(?<=\S) (?=[:;?!»](?:[\s)*_\]».,]|$))")
_SYMBOL = re.compile(r"(?<=\d) (?=(?:EX|C)/[A-Z0-9])")
_AFTER = re.compile(r"(?<=«) (?=\S)")


def settled(text: str, language: str) -> str:
    """Return a text with the spaces of its language made unbreakable."""
    text = _SYMBOL.sub(NO_BREAK, text)
    if language.partition("-")[0] != "fr":
        return text
    return _AFTER.sub(NO_BREAK, _BEFORE.sub(NO_BREAK, text))


def settled_html(html: str, language: str) -> str:
    """Settle what stands between the tags of a page, and nothing in them."""
    if language.partition("-")[0] != "fr":
        return html
    return text_nodes.changed(html, lambda text: settled(text, language))
