"""Puts the blocks with pictures, parts and lists into words: HTML and text of each.

A BlockBody is what `view` adds to a block's title and lines. Pictures are files of the
campaign, and lead to the address they are given.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote

from markupsafe import Markup, escape

from mailer.rendering.forms import listing, parts, table
from mailer.rendering.forms.parts import Part
from mailer.rendering.language.catalogues import Catalogue
from mailer.rendering.markup import addresses, markdown, plain, tables
from mailer.rendering.source import Block

_NOTHING = Markup()
_NOTE = re.compile(r"\[\^(\d{1,3})\]")
_IN_TEXT = r"[\1]"
_IN_HTML = r'<sup class="noteref"><a href="#note-\1">[\1]</a></sup>'


@dataclass(frozen=True, kw_only=True, slots=True)
class PictureView:
    """A picture: its address, its description, and where it leads."""

    address: str
    alt: str
    link: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PartView:
    """A part of a block: a column, a person, a partner, a title of the contents."""

    title: Markup = _NOTHING
    html: Markup = _NOTHING
    picture: PictureView | None = None
    link: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class BlockBody:
    """What a block shows below its title; `text` has the words of all the rest."""

    html: Markup = _NOTHING
    text: str = ""
    picture: PictureView | None = None
    parts: tuple[PartView, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """A block's text and title with marks, and where they stand."""

    block: Block
    body: str
    title: str
    level: int  # of a heading in the text
    catalogue: Catalogue

    @property
    def heading(self) -> Markup:
        """Return the title as HTML."""
        return noted(tables.inline(self.title))

    @property
    def words(self) -> str:
        """Return the title without marks of notes and addresses of links."""
        return str(tables.inline(_NOTE.sub("", self.title)).striptags())

    @property
    def start(self) -> str:
        """Return the side at which lines begin."""
        return "right" if self.catalogue.direction == "rtl" else "left"

    def html(self, text: str, level: int = 0) -> Markup:
        """Return a text as HTML."""
        made = markdown.to_html(text, level=level or self.level, start=self.start)
        return Markup(made)  # noqa: S704 (our Markdown)

    def field(self, name: str) -> str:
        """Return a line of the block; "" if it has none."""
        return self.block.fields.get(name, "")


def read(text: Text) -> BlockBody:
    """Return what a block of any type shows, with links to its notes."""
    body = _READERS.get(text.block.type, _plain)(text)
    if "[^" not in text.body:
        return body
    return replace(
        body,
        html=noted(body.html),
        text=_NOTE.sub(_IN_TEXT, body.text),
        parts=tuple(replace(each, html=noted(each.html)) for each in body.parts),
    )


def noted(html: Markup) -> Markup:
    """Return HTML with a link to its note for each mark of one."""
    return Markup(_NOTE.sub(_IN_HTML, str(html)))  # noqa: S704 (of HTML)


def in_text(line: str) -> str:
    """Return one line of Markdown as text, with its marks of notes."""
    return _NOTE.sub(_IN_TEXT, plain.to_text(line))


def _picture(name: str, alt: str, link: str = "") -> PictureView:
    return PictureView(address=f"cid:{quote(name)}", alt=alt, link=link)


def _own_picture(text: Text, link: str = "") -> PictureView | None:
    """Return the picture of the block's line `file`."""
    name = text.field("file")
    return _picture(name, text.field("alt"), link) if name else None


def _plain(text: Text) -> BlockBody:
    return BlockBody(html=text.html(text.body), text=plain.to_text(text.body))


def _picture_block(text: Text) -> BlockBody:
    caption, credit = text.field("caption"), text.field("credit")
    link = text.field("link")
    lines = [tables.inline(caption), escape(credit)]
    html = Markup("<br />").join(filter(None, lines))
    words = f"[{text.field('alt')}]" + (f" {link}" if link else "")
    return BlockBody(
        picture=_own_picture(text, link),
        html=Markup('<p class="caption">{}</p>').format(html) if html else html,
        text="\n".join(filter(None, [words, plain.to_text(caption), credit])),
    )


def _video(text: Text) -> BlockBody:
    body, still = _plain(text), _own_picture(text, text.field("link"))
    alt = text.field("alt")
    words = [f"[{alt}] {text.field('link')}"] if alt else []
    return replace(
        body, picture=still, text="\n".join(filter(None, [*words, body.text]))
    )


def _quote(text: Text) -> BlockBody:
    body = _plain(text)
    who, function = text.field("who"), text.field("function")
    by = Markup('<p class="by"><strong>{}</strong>').format(who)
    if function:
        by += Markup("<br />{}").format(function)
    return BlockBody(
        html=Markup("{}{}</p>").format(body.html, by),
        text="\n".join(filter(None, [body.text, "", who, function])),
    )


def _columns(text: Text) -> BlockBody:
    return _in_parts(text, parts.columns(text.body))


def _people(text: Text) -> BlockBody:
    broken = text.body.replace("\n", "  \n")  # keep the line breaks
    return _in_parts(text, parts.people(broken))


def _in_parts(text: Text, found: list[Part]) -> BlockBody:
    return BlockBody(
        parts=tuple(
            PartView(
                title=tables.inline(each.heading),
                html=text.html(each.text, text.level + 1),
                picture=_picture(each.file, each.alt) if each.file else None,
            )
            for each in found
        ),
        text="\n\n".join(_part_in_text(each) for each in found),
    )


def _part_in_text(part: Part) -> str:
    shown = f"[{part.alt}]" if part.alt else ""
    lines = [plain.to_text(part.heading), shown, plain.to_text(part.text)]
    return "\n".join(filter(None, lines))


def _links(text: Text) -> BlockBody:
    items = [tables.inline(each) for each in listing.links(text.body)]
    lines = Markup().join(Markup("<li>{}</li>").format(each) for each in items)
    return BlockBody(
        html=Markup('<ul class="links">{}</ul>').format(lines),
        text=plain.to_text(text.body),
    )


def _partners(text: Text) -> BlockBody:
    logos = listing.partners(text.body)
    return BlockBody(
        parts=tuple(
            PartView(
                picture=_picture(each.file, each.name, addresses.encoded(each.link))
            )
            for each in logos
        ),
        text="\n".join(
            f"{each.name} ({addresses.encoded(each.link)})" for each in logos
        ),
    )


def _notes(text: Text) -> BlockBody:
    items = enumerate(listing.notes(text.body), start=1)
    lines = [
        Markup('<li id="note-{}">{}</li>').format(number, tables.inline(each))
        for number, each in items
    ]
    return BlockBody(
        html=Markup("<ol>{}</ol>").format(Markup().join(lines)),
        text=plain.to_text(text.body),
    )


def _letterhead(text: Text) -> BlockBody:
    body, logo = _plain(text), text.field("logo")
    return replace(
        body,
        picture=_picture(logo, "") if logo else None,  # the name says what it shows
        text="\n".join(filter(None, [in_text(text.title), body.text])),
    )


def _signature(text: Text) -> BlockBody:
    kept = replace(text, body=text.body.replace("\n", "  \n"))  # its line breaks
    body = _plain(kept)
    name, alt = text.field("name"), text.field("alt")
    lines = [Markup("<strong>{}</strong>").format(name) if name else "", text.heading]
    signed = Markup("<br />").join(filter(None, lines))
    words = [f"[{alt}]" if alt else "", name, in_text(text.title)]
    return replace(
        body,
        picture=_own_picture(text),
        parts=(PartView(html=Markup("<p>{}</p>").format(signed)),) if signed else (),
        text="\n".join(filter(None, [body.text, *words])),
    )


def _table(text: Text) -> BlockBody:
    read_table = table.read(text.body)
    below = _plain(replace(text, body=read_table.below))
    rows = [*read_table.heads, *read_table.rows]
    lines = [" | ".join(map(plain.to_text, row)) for row in rows]
    level = text.level - 1  # of the title
    return BlockBody(
        html=tables.write(read_table, text.heading, level, text.start) + below.html,
        text="\n".join([*lines, "", below.text]).strip(),
    )


_READERS: Mapping[str, Callable[[Text], BlockBody]] = {
    "picture": _picture_block,
    "video": _video,
    "quote": _quote,
    "columns": _columns,
    "people": _people,
    "links": _links,
    "partners": _partners,
    "notes": _notes,
    "letterhead": _letterhead,
    "signature": _signature,
    "table": _table,
}
