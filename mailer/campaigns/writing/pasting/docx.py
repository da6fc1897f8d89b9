"""Reads the text of a Word document, .docx, as HTML of our own. Pure.

The archive is read within limits; entities and document types in its XML are refused.
"""

import zipfile
from collections.abc import Iterator, Mapping
from html import escape
from io import BytesIO
from typing import Any

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from audiences.intake.workbooks.archive import DAMAGE
from mailer.campaigns.writing.pasting.html_pages import to_markdown
from mailer.errors import ContentError

MAX_PART = 10_000_000  # octets of one part of the document, unpacked
MAX_TAGS = 800_000  # of a part; 500 pages have about 300,000
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_SHIFTED = {"superscript": "sup", "subscript": "sub"}
_DOCUMENT, _RELATIONS = "word/document.xml", "word/_rels/document.xml.rels"
_NUMBERING, _STYLES = "word/numbering.xml", "word/styles.xml"
_WHERE = "the document"


def docx_to_markdown(octets: bytes) -> str:
    """Return the text of a .docx as Markdown; raise ContentError if it is none."""
    try:
        with zipfile.ZipFile(BytesIO(octets)) as archive:
            parts = {
                name: _part(archive, name)
                for name in archive.namelist()[:2000]
                if name in {_DOCUMENT, _RELATIONS, _NUMBERING, _STYLES}
            }
        document = ElementTree.fromstring(parts[_DOCUMENT])
        others = {
            name: ElementTree.fromstring(parts[name])
            for name in (_RELATIONS, _NUMBERING, _STYLES)
            if name in parts
        }
    except (ElementTree.ParseError, DefusedXmlException):
        what = "cannot be read; open it in a word processor and save it again as .docx"
        raise ContentError(_WHERE, what) from None
    except (KeyError, *DAMAGE):
        what = "is no Word document (.docx), or is damaged; save it again as .docx"
        raise ContentError(_WHERE, what) from None
    return to_markdown("".join(_Document(others).body(document)))


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as file:
        octets = file.read(MAX_PART + 1)
    if len(octets) > MAX_PART or octets.count(b"<") > MAX_TAGS:
        what = (
            f"has more than {MAX_PART // 1_000_000} MB of text, or {MAX_TAGS:,} tags;"
            " bring it in parts"
        )
        raise ContentError(_WHERE, what)
    return octets


class _Document:
    """A document's links, lists and styles, by which its paragraphs are read."""

    def __init__(self, parts: Mapping[str, Any]) -> None:
        self._links = {
            each.get("Id"): each.get("Target", "") for each in parts.get(_RELATIONS, ())
        }
        self._bullets = _bullets(parts.get(_NUMBERING))
        self._headings = _headings(parts.get(_STYLES))

    def body(self, document: Any) -> Iterator[str]:
        """Yield the HTML of each paragraph and table."""
        body = document.find(f"{_W}body")
        for each in () if body is None else body:
            if each.tag == f"{_W}p":
                yield self._paragraph(each)
            elif each.tag == f"{_W}tbl":
                yield self._table(each)
            elif each.tag == f"{_W}sdt":  # such as a table of contents
                for inside in each.iter(f"{_W}p"):
                    yield self._paragraph(inside)

    def _table(self, table: Any) -> str:
        rows = []
        for row in _outermost(table, f"{_W}tr"):
            cells = (
                "<br>".join(self._words(each) for each in cell.iter(f"{_W}p"))
                for cell in _outermost(row, f"{_W}tc")
            )
            rows.append("".join(f"<td>{cell or '&#8203;–'}</td>" for cell in cells))
        return f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"

    def _paragraph(self, paragraph: Any) -> str:
        words = self._words(paragraph)
        style = _value(paragraph.find(f"{_W}pPr/{_W}pStyle"))
        if level := self._headings.get(style, 0):
            return f"<h{level}>{words}</h{level}>"
        numbering = paragraph.find(f"{_W}pPr/{_W}numPr")
        if numbering is None:
            return f"<p>{words}</p>"
        level = _number(_value(numbering.find(f"{_W}ilvl"))) + 1
        number = _value(numbering.find(f"{_W}numId"))
        mark = "·" if (number, level - 1) in self._bullets else "1."
        list_style = f"mso-list:l0 level{min(level, 9)} lfo1"
        ignored = f"<span style='mso-list:Ignore'>{mark}</span>"
        return f"<p style='{list_style}'>{ignored}{words}</p>"

    def _words(self, paragraph: Any) -> str:
        found = []
        for each in paragraph:
            if each.tag == f"{_W}hyperlink":
                address = self._links.get(each.get(f"{_R}id"), "")
                inner = "".join(_run(run) for run in each.iter(f"{_W}r"))
                found.append(f'<a href="{escape(address)}">{inner}</a>')
            elif each.tag == f"{_W}r":
                found.append(_run(each))
            elif each.tag in {f"{_W}ins", f"{_W}smartTag", f"{_W}sdt"}:
                found += [_run(run) for run in each.iter(f"{_W}r")]
        return "".join(found)


def _outermost(element: Any, tag: str) -> Iterator[Any]:
    """Yield the elements of a name in an element that are in no other of that name.

    The words of a table in a cell are words of the cell, once.
    """
    waiting = [iter(element)]
    while waiting:
        each = next(waiting[-1], None)
        if each is None:
            waiting.pop()
        elif each.tag == tag:
            yield each
        else:
            waiting.append(iter(each))


def _run(run: Any) -> str:
    words = []
    for each in run:
        if each.tag == f"{_W}t":
            words.append(escape(each.text or ""))
        elif each.tag in {f"{_W}br", f"{_W}cr"}:
            words.append("<br>" if each.get(f"{_W}type") is None else "")
        elif each.tag == f"{_W}tab":
            words.append(" ")
    text = "".join(words)
    if _is_on(run.find(f"{_W}rPr/{_W}vanish")):
        return ""
    if tag := _SHIFTED.get(_value(run.find(f"{_W}rPr/{_W}vertAlign"))):
        text = f"<{tag}>{text}</{tag}>"
    if _is_on(run.find(f"{_W}rPr/{_W}b")):
        text = f"<b>{text}</b>"
    return f"<i>{text}</i>" if _is_on(run.find(f"{_W}rPr/{_W}i")) else text


def _is_on(element: Any) -> bool:
    return element is not None and _value(element) not in {"0", "false", "none"}


def _value(element: Any) -> str:
    return "" if element is None else str(element.get(f"{_W}val") or "")


def _number(value: str) -> int:
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 3 else 0  # noqa: PLR2004


def _bullets(numbering: Any) -> set[tuple[str, int]]:
    """Return the lists and levels that have bullets, not numbers."""
    if numbering is None:
        return set()
    kinds = {}
    for each in numbering.iter(f"{_W}abstractNum"):
        for level in each.iter(f"{_W}lvl"):
            key = (each.get(f"{_W}abstractNumId"), _number(level.get(f"{_W}ilvl", "0")))
            kinds[key] = _value(level.find(f"{_W}numFmt"))
    found = set()
    for each in numbering.iter(f"{_W}num"):
        of = _value(each.find(f"{_W}abstractNumId"))
        found |= {
            (each.get(f"{_W}numId"), level)
            for (name, level), kind in kinds.items()
            if name == of and kind == "bullet"
        }
    return found


def _headings(styles: Any) -> dict[str, int]:
    """Return style → level of heading, by its name: it is English in every document."""
    found = {}
    for each in () if styles is None else styles.iter(f"{_W}style"):
        name = _value(each.find(f"{_W}name")).lower()
        if name == "title":
            found[each.get(f"{_W}styleId")] = 1
        elif name.startswith("heading ") and name[8:].isdecimal():
            found[each.get(f"{_W}styleId")] = min(int(name[8:10]), 6)
    return found
