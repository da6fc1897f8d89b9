"""Checks the HTML and CSS of a rendered letter against lists of what it may have.

A template can write its tags in pieces, so that `lint` does not see them. So the letter
is checked as it will be sent. Addresses are those of the site, or those that an author
wrote. css_inline wrote the tags: attributes are in double quotes, and a < in text is
escaped.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

from mailer.rendering.allowed import styles
from mailer.rendering.allowed.elements import HTML, RENDERED, RENDERED_ANYWHERE

_TOKEN = re.compile(
    # what is not closed goes to the end, so that it is read once, and is refused
    r"<!--.*?(?:-->|\Z)|<!doctype html>|<style\b[^<>]*>.*?(?:</style>|\Z)"
    r"|</?[a-z][^<>]*>|<",
    re.DOTALL | re.IGNORECASE,
)
_TAG = re.compile(
    r'<([a-z][a-z0-9:]*)((?:\s+[a-z:-]+(?:="[^"]*")?)*)\s*/?>', re.IGNORECASE
)
_ATTRIBUTE = re.compile(r'([a-z:-]+)(?:="([^"]*)")?', re.IGNORECASE)
_END = re.compile(r"</[a-z][a-z0-9:]*>", re.IGNORECASE)
_STYLE = re.compile(r"(<style\b[^<>]*>)(.*?)</style>", re.DOTALL | re.IGNORECASE)
_FOR_OUTLOOK = re.compile(r"<!--\[if [A-Za-z0-9 |]+\]>(.*)<!\[endif\]-->", re.DOTALL)
_NOT_FOR_OUTLOOK = {"<!--[if !mso]><!-->", "<!--[if !mso]><!-- -->", "<!--<![endif]-->"}
_META = {
    "http-equiv": {"x-ua-compatible", "content-type"},
    "name": {"viewport", "color-scheme", "supported-color-schemes"},
}
_OUTLOOK = {
    "noscript",
    "xml",
    "o:officedocumentsettings",
    "o:allowpng",
    "o:pixelsperinch",
}
_SCHEMES = {
    "href": ("https:", "http:", "mailto:", "tel:", "#"),
    "src": ("https:", "http:", "cid:"),
}
_LOCAL = ("mailto:", "tel:", "cid:", "#")


@dataclass(frozen=True, slots=True)
class Refused:
    """A part of a letter that is not allowed: what is wrong, and the part."""

    what: str
    part: str


@dataclass(frozen=True, slots=True)
class _Read:
    """What a token has: the first fault and what has it, and the addresses."""

    fault: str = ""
    part: str = ""
    addresses: tuple[str, ...] = ()


def refused(html: str, *, site_url: str, authors: frozenset[str]) -> Iterator[Refused]:
    """Yield the parts of a letter that are not allowed.

    `authors` are the addresses that its author wrote.
    """
    for token in _TOKEN.findall(html):
        read = _read(token)
        if read.fault:
            yield Refused(read.fault, read.part or token)
        for each in read.addresses:
            own = each == site_url or each.startswith(f"{site_url}/")
            if not (own or each in authors or each.startswith(_LOCAL)):
                what = f"a template may not link to or load {each[:60]!r}"
                yield Refused(what, each)


def addresses(html: str) -> Iterator[str]:
    """Yield the addresses of links and images in our own HTML."""
    for token in _TOKEN.findall(html):
        yield from _read(token).addresses


@lru_cache(maxsize=8192)
def _read(token: str) -> _Read:
    lowered = token.lower()
    if lowered == "<!doctype html>" or _END.fullmatch(token):
        return _Read()
    if lowered.startswith("<!--"):
        return _comment(token)
    style = _STYLE.fullmatch(token)
    if style is not None:
        opening = _tag(style[1])
        return opening if opening.fault else _Read(*styles.sheet_fault(style[2]))
    if lowered.startswith("<style"):
        return _Read("<style> is opened and never closed")
    return _tag(token)


def _comment(token: str) -> _Read:
    """Read a comment: MJML writes the layout of Outlook for Windows in comments."""
    if token in _NOT_FOR_OUTLOOK:
        return _Read()
    inside = _FOR_OUTLOOK.fullmatch(token)
    if inside is None:
        return _Read("a comment is not allowed in a letter")
    found: tuple[str, ...] = ()
    for each in _TOKEN.findall(inside[1]):
        read = _Read("a comment in a comment") if each[:2] == "<!" else _read(each)
        if read.fault:
            return read
        found += read.addresses
    return _Read(addresses=found)


def _tag(token: str) -> _Read:
    tag = _TAG.fullmatch(token)
    if tag is None:
        return _Read("a tag that cannot be read is not allowed")
    name = tag[1].lower()
    if name in _OUTLOOK:
        return _Read(f"<{name}> has an attribute" if tag[2] else "")
    if name not in RENDERED and name not in HTML:
        return _Read(f"<{name}> is not an element that letters may use")
    known = RENDERED.get(name, frozenset()) | HTML.get(name, frozenset())
    found = []
    for attribute, written in _ATTRIBUTE.findall(tag[2]):
        key, value = attribute.lower(), unescape(written).strip()
        if key not in known and key not in RENDERED_ANYWHERE:
            return _Read(f"<{name}> has no attribute {key}", f"{key} {value}")
        fault, part = _value_fault(name, key, value)
        if fault:
            return _Read(fault, part)
        if key in {"href", "src"}:
            found.append(value)
    return _Read(addresses=tuple(found))


def _value_fault(name: str, key: str, value: str) -> tuple[str, str]:
    """Return what is wrong with the value of an attribute, and the part that is."""
    if key == "style":
        return styles.declarations_fault(value)
    if name == "meta" and value.lower() not in _META.get(key, {value.lower()}):
        return f"<meta> may not have {key} {value[:40]!r}", value
    if key in {"href", "src"} and not value.lower().startswith(_SCHEMES[key]):
        expected = " or ".join(_SCHEMES[key])
        return f"found {value[:60]!r} in {key}; expected {expected}", value
    return "", ""
