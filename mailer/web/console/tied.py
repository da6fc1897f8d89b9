"""Ties a refusal to the fields that it is about, for those who hear a page.

A refusal is a sentence of a verb, which knows no page. It is about a field whose value
it quotes or whose label it has, or about the only one of its form; else about the form.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

FAULT = "fault"  # the id of a refusal, see parts.html
_SHORTEST = 3  # characters of a value or label that is found in a sentence
_TYPED = frozenset({"text", "email", "number", "password", "search", "date", "url"}) | {
    "datetime-local",
    "file",
}
_SPACES = re.compile(r"[\s\u2066-\u2069]+")
_DESCRIBED = re.compile(r'aria-describedby="([^"]*)"')


@dataclass(kw_only=True)
class _Tag:
    """A form or a field: where its tag stands, and what it holds."""

    at: int
    text: str  # of the tag
    name: str
    value: str
    label: str = ""
    fields: list["_Tag"] = field(default_factory=list)  # of a form


class _Reader(HTMLParser):
    """Reads where the refusal, the forms and their fields stand."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.fault, self.after, self.forms = "", -1, list[_Tag]()
        self.labels: dict[str, str] = {}
        self._lines = [0]
        for each in re.finditer("\n", html):
            self._lines.append(each.end())
        self._depth, self._label, self._area = 0, "", False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a tag; `attrs` are its attributes."""
        given = {key: value or "" for key, value in attrs}
        line, column = self.getpos()
        found = _Tag(
            at=self._lines[line - 1] + column,
            text=self.get_starttag_text() or "",
            name=given.get("id", ""),
            value=given.get("value", ""),
        )
        if tag == "div" and (self._depth or given.get("id") == FAULT):
            self._depth, self.after = self._depth + 1, found.at
        elif tag == "label":
            self._label = given.get("for", "")
        elif tag == "form":
            self.forms.append(found)
        elif self.forms and _is_typed(tag, given):
            self.forms[-1].fields.append(found)
        self._area = tag == "textarea"

    def handle_endtag(self, tag: str) -> None:
        """Take the end of an element."""
        if tag == "div" and self._depth:
            self._depth -= 1
        if tag == "label":
            self._label = ""
        self._area = False

    def handle_data(self, data: str) -> None:
        """Take a text."""
        if self._depth:
            self.fault += data
        if self._label:
            self.labels[self._label] = self.labels.get(self._label, "") + data
        if self._area and self.forms and self.forms[-1].fields:
            self.forms[-1].fields[-1].value += data


def to_fields(html: str) -> str:
    """Return a page whose refusal is tied to its fields, or else to its form."""
    read = _Reader(html)
    forms = (each for each in read.forms if _follows(each, read.after))
    form = next(forms, None)
    if not read.fault or form is None:
        return html
    for each in form.fields:
        each.label = read.labels.get(each.name, "")
    named = list(_named(form, _plain(read.fault)))
    for each in reversed(named or [form]):
        tag = _described(each.text, invalid=bool(named))
        html = f"{html[: each.at]}{tag}{html[each.at + len(each.text) :]}"
    return html


def _is_typed(tag: str, given: dict[str, Any]) -> bool:
    kind = given.get("type", "text")
    return tag in {"textarea", "select"} or (tag == "input" and kind in _TYPED)


def _follows(form: _Tag, after: int) -> bool:
    return any(each.at > after for each in form.fields)


def _named(form: _Tag, sentence: str) -> Iterator[_Tag]:
    for each in form.fields:
        said = (_plain(each.value), _plain(each.label))
        found = any(len(text) >= _SHORTEST and text in sentence for text in said)
        if found or len(form.fields) == 1:
            yield each


def _plain(text: str) -> str:
    return _SPACES.sub(" ", text).strip().casefold()


def _described(tag: str, *, invalid: bool) -> str:
    """Return a tag with the refusal as its description."""
    mark = ' aria-invalid="true"' if invalid else ""
    if _DESCRIBED.search(tag):
        return _DESCRIBED.sub(rf'aria-describedby="\1 {FAULT}"{mark}', tag, count=1)
    return f'{tag[:-1].rstrip("/")} aria-describedby="{FAULT}"{mark}>'
