"""What a letter says once decoded: both parts whole, filled in, and fit for readers."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib

from tools.verifier.header import Header, leave_link
from tools.verifier.mime import Part

RIGHT_TO_LEFT = ("ar", "fa", "he", "ur")
MAX_HTML = 102_000
_UNFILLED = re.compile(
    r"zq[0-9a-f]{16}[a-z]+qz|\{\{|\}\}|\{%|\{[a-z_]{1,30}\}|%\([a-z]+\)s"
)
_TWICE = re.compile(r"&amp;(?:amp|lt|gt|quot|nbsp|#\d+|#x[0-9a-f]+);")
_EMBEDDING = re.compile("[\u202a-\u202e]")


def faults(root: Part, header: Header) -> Iterator[str]:
    """Yield what is wrong with the letter's words."""
    yield from _structure(root)
    texts = {part.kind: part for part in root.walk() if part.kind.startswith("text/")}
    for kind in ("text/plain", "text/html"):
        if kind not in texts:
            yield f"B1: no {kind}"
            return
    undecoded = [fault for part in texts.values() for fault in _decodes(part)]
    yield from undecoded
    if any(fault.startswith("B3") for fault in undecoded):
        return
    plain, html = texts["text/plain"].text, texts["text/html"].text
    if len(html.encode()) > MAX_HTML:
        yield f"C1: {len(html.encode())} octets of HTML"
    link = leave_link(header)
    if link:
        for name, text in (("text", plain), ("HTML", html)):
            if link not in text:
                yield f"U: the link to leave is not in the {name} part"
    if len(plain.split()) < 20 or re.search(
        r"</?(p|div|td|tr|table|span|a|br)\b", plain
    ):
        yield "B2: the text part is not the letter in plain words"


def markup(root: Part, header: Header) -> Iterator[str]:
    """Yield what is wrong with the HTML as html5lib reads it."""
    for part in root.walk():
        if part.kind == "text/html" and not list(_decodes(part)):
            yield from _html(part.text, header)


def _structure(root: Part) -> Iterator[str]:
    """Check the order of parts (RFC 2046 section 5.1.4, RFC 6047 section 2.4)."""
    alternative = root.children[0] if root.kind == "multipart/mixed" else root
    if alternative.kind != "multipart/alternative":
        yield f"B1: the letter is {alternative.kind}"
        return
    shape = [
        child.kind.replace("multipart/related", "text/html")
        for child in alternative.children
    ]
    if shape not in (
        ["text/plain", "text/html"],
        ["text/plain", "text/html", "text/calendar"],
    ):
        yield f"B1: the alternatives are {', '.join(shape)}"
    if root is not alternative:
        for child in root.children[1:]:
            if not child.header.get("content-disposition").startswith("attachment"):
                yield f"F-ct: {child.kind} is not said to be an attachment"


def _decodes(part: Part) -> Iterator[str]:
    if part.parameters.get("charset", "").lower() != "utf-8":
        yield f"B3: {part.kind} has the charset {part.parameters.get('charset')!r}"
    try:
        text = part.text
    except UnicodeError:
        yield f"B3: {part.kind} does not decode"
        return
    for what, pattern in (
        ("B6: a place not filled", _UNFILLED),
        ("I3: an embedding", _EMBEDDING),
    ):
        if found := pattern.search(text):
            yield f"{what} in {part.kind}: {found[0]!r}"
    if "\ufffd" in text:
        yield f"B7: U+FFFD in {part.kind}"
    if part.kind == "text/html" and (found := _TWICE.search(text)):
        yield f"B8: escaped twice: {found[0]}"
    if part.kind == "text/plain" and re.search(r"&(?:amp|lt|gt|quot|#\d+);", text):
        yield "B8: an entity in the text part"
    if text.count("\u2066") + text.count("\u2067") + text.count("\u2068") != text.count(
        "\u2069"
    ):
        yield f"I3: isolates that do not close in {part.kind}"


def _html(html: str, header: Header) -> Iterator[str]:
    tree: Element = html5lib.parse(html, namespaceHTMLElements=False)
    language = header.get("content-language")
    wanted = "rtl" if language.partition("-")[0] in RIGHT_TO_LEFT else "ltr"
    if tree.get("lang") != language or tree.get("dir", "ltr") != wanted:
        yield f"A1: html lang={tree.get('lang')} dir={tree.get('dir')}"
    if not (tree.findtext("head/title") or "").strip():
        yield "A5: no title"
    anchors = {f"#{each.get('id')}" for each in tree.iter() if each.get("id")}
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        yield from _element(element, anchors)


def _element(element: Element, anchors: set[str]) -> Iterator[str]:
    """Yield the faults of an element; `anchors` are the places within the letter."""
    tag = str(element.tag)
    if tag in {"script", "form", "iframe", "object", "embed", "base", "link"}:
        yield f"C2: <{tag}>"
    if tag == "img":
        source = element.get("src", "")
        if element.get("alt") is None:
            yield "A7: an image without alt"
        if not source.startswith(("cid:", "https:")):
            yield f"C4: an image from {source[:60]}"
    if tag == "a":
        address = element.get("href", "")
        if address not in anchors and not re.match(
            r"(https:|mailto:|http://(127\.0\.0\.1|localhost)[:/])", address
        ):
            yield f"C3: a link to {address[:60]!r}"
        if not "".join(element.itertext()).strip() and element.find(".//img") is None:
            yield f"C6: a link without words to {address[:60]}"
    for name in element.attrib:
        if name.startswith("on"):
            yield f"C2: an attribute {name}"
