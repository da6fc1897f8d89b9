"""Blocks as readers see them: dates, lists and labels in the letter's language.

The same view is laid out as HTML and written as text, so neither can say more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup, escape

from mailer.rendering import markdown, merge
from mailer.rendering.catalogue import Catalogue
from mailer.rendering.source import Block

ADDRESSEES = {
    "states": "Member States and National Commissions",
    "sectors": "Programme sectors",
    "offices": "Field offices",
    "ngos": "Non-governmental partners",
    "secretariat": "The Secretariat",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """A labelled line below a block: Place, Contact, Available in."""

    label: str
    value: str


@dataclass(frozen=True, kw_only=True, slots=True)
class BlockView:
    """One block in words."""

    type: str
    title: str
    eyebrow: str
    facts: tuple[Fact, ...]
    html: Markup
    text: str
    link: str
    label: str


def view(block: Block, catalogue: Catalogue) -> BlockView:
    """Put a block into the words of a language."""
    body = merge.marked(block.text)
    html = markdown.to_html(body).replace("<table>", '<table class="data">')
    return BlockView(
        type=block.type,
        title=merge.marked(block.title),
        eyebrow=_eyebrow(block, catalogue),
        facts=tuple(_facts(block.fields, catalogue)),
        html=Markup(html.replace("<th>", '<th scope="col">')),  # noqa: S704 (our Markdown)
        text=markdown.to_text(body),
        link=block.fields.get("link", ""),
        label=block.fields.get("label") or catalogue.text("Read more"),
    )


def isolate_marks(html: str) -> str:
    """Let a reader's name stand in a line of the other direction without harm."""
    return merge.MARK.sub(
        lambda place: (
            f'<span dir="auto">{place[0]}</span>'
            if place[1] in merge.OPEN_TO_AUTHORS
            else place[0]
        ),
        str(escape(html)) if not isinstance(html, Markup) else html,
    )


def _eyebrow(block: Block, catalogue: Catalogue) -> str:
    if block.type == "recommendation":
        return catalogue.text(
            "For the attention of: %(addressees)s",
            addressees=_addressees(block.fields["addressees"], catalogue),
        )
    if "date" not in block.fields:
        return ""
    first = date.fromisoformat(block.fields["date"])
    if "until" not in block.fields:
        return catalogue.day(first, weekday=True)
    last = date.fromisoformat(block.fields["until"])
    return f"{catalogue.day(first)} – {catalogue.day(last)}"


def _addressees(value: str, catalogue: Catalogue) -> str:
    return catalogue.listed(
        [catalogue.text(ADDRESSEES[each]) for each in value.split()]
    )


def _facts(fields: Mapping[str, str], catalogue: Catalogue) -> list[Fact]:
    labels = {
        "organisation": "Organisation:",
        "place": "Place:",
        "sectors": "Sectors:",
        "contact": "Contact:",
    }
    facts = [
        Fact(label=catalogue.text(label), value=fields[name])
        for name, label in labels.items()
        if name in fields
    ]
    if "languages" in fields:
        spoken = [catalogue.language_name(each) for each in fields["languages"].split()]
        facts.append(
            Fact(label=catalogue.text("Available in:"), value=catalogue.listed(spoken))
        )
    return facts
