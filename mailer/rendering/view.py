"""Puts blocks into words: dates, lists and labels in the letter's language.

HTML and text are both made from these views, so they have the same content.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from markupsafe import Markup, escape

from audiences.institution import ADDRESSEES
from mailer.rendering import block_parts
from mailer.rendering.block_parts import BlockBody, PartView, PictureView, Text
from mailer.rendering.language import quotation, text_nodes, typography
from mailer.rendering.language.catalogues import Catalogue
from mailer.rendering.marks import Marks
from mailer.rendering.markup import addresses, markdown, plain
from mailer.rendering.source import Block
from mailer.rendering.timing import agenda, hours, occasions
from mailer.rendering.timing.hours import Clock

LABELS = {  # lines that are shown with their label
    "organisation": "Organisation:",
    "place": "Place:",
    "sectors": "Sectors:",
    "contact": "Contact:",
    "asked": "What is asked of you:",
    "from": "From:",
    "to": "To:",
    "reference": "Reference:",
}
_TITLE_INSIDE = {"letterhead", "signature"}  # not a heading above the text
_LINK_INSIDE = {"picture"}
_NOT_WORDS = {"editions", "file", "logo"}  # lines that stay as they are typed


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """A web address with its label."""

    label: str
    address: str
    language: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelledLine:
    """A line with a label in a block, such as its place or contact."""

    label: str
    value: str
    html: Markup  # the value with links
    targets: tuple[Target, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class StepView:
    """A step of an agenda, or a line of an entry; `when` is its time or its label."""

    when: str
    html: Markup
    text: str
    own: str = ""  # the time in the reader's zone, if it differs


@dataclass(frozen=True, kw_only=True, slots=True)
class BlockView:
    """One block in the words of its language."""

    type: str
    level: int  # of its heading
    title: str
    eyebrow: str
    facts: tuple[LabelledLine, ...]
    html: Markup
    text: str
    steps: tuple[StepView, ...]
    link: str
    label: str
    second: bool  # whether its button is less important than another
    catalogue: Catalogue  # of its language
    heading: Markup  # its title as HTML
    words: str  # its title without the addresses of links
    anchor: str = ""  # what the contents of the letter lead to
    picture: PictureView | None = None
    parts: tuple[PartView, ...] = ()


def view(
    block: Block,
    catalogue: Catalogue,
    marks: Marks,
    *,
    level: int = 2,
    clock: Clock | None = None,
) -> BlockView:
    """Return one block in the words of a language."""
    block = _as_shown(block, catalogue.language, marks)
    title = block.title or _default_title(block, catalogue)
    text = Text(
        block=block,
        body=block.text,
        title=title,
        level=level + 1 if title and block.type not in _TITLE_INSIDE else level,
        catalogue=catalogue,
    )
    scheduled, clock = block.type == "agenda", clock or Clock()
    body = BlockBody() if scheduled else block_parts.read(text)
    return BlockView(
        type=block.type,
        level=level,
        title="" if block.type in _TITLE_INSIDE else block_parts.in_text(title),
        heading=text.heading,
        words=text.words,
        eyebrow=_eyebrow(block, catalogue, clock),
        facts=tuple(_facts(block.fields, catalogue, marks)),
        html=body.html,
        text=body.text,
        picture=body.picture,
        parts=body.parts,
        steps=tuple(_steps(text.body, block, catalogue, clock)) if scheduled else (),
        link="" if block.type in _LINK_INSIDE else block.fields.get("link", ""),
        label=block.fields.get("label") or _label(block, catalogue),
        second=block.fields.get("weight") == "second",
        catalogue=catalogue,
    )


def _default_title(block: Block, catalogue: Catalogue) -> str:
    match block.type:
        case "contents":
            return catalogue.text("In this letter")
        case "notes":
            return catalogue.text("Notes")
    return ""


def _label(block: Block, catalogue: Catalogue) -> str:
    if block.type == "video":
        host = addresses.host(block.fields["link"])
        return catalogue.text("Watch the video on %(host)s", host=host)
    return catalogue.text("Read more")


def _as_shown(block: Block, language: str, marks: Marks) -> Block:
    """Return a block with the typography of its language, and with marks.

    What the directory says in a block `entry` has its quotation marks.
    """

    def shown(words: str) -> str:
        pieces = quotation.TARGET.split(words)
        pieces[::2] = [
            typography.no_break_spaces(each, language, dates=block.type == "table")
            for each in pieces[::2]
        ]
        return marks.marked("".join(pieces))

    def typeset(text: str) -> str:
        return text if block.type == "entry" else quotation.typeset(text, language)

    def in_markdown(text: str) -> str:  # code is shown as it was typed
        text = typeset(text)
        pieces = quotation.CODE.split(text) if "`" in text or "~~~" in text else [text]
        pieces[::2] = map(shown, pieces[::2])
        return "".join(pieces)

    def line(name: str, value: str) -> str:
        if name == "link":
            return addresses.encoded(value)
        if name in _NOT_WORDS:
            return value
        return in_markdown(value) if name == "caption" else shown(typeset(value))

    return replace(
        block,
        title=in_markdown(block.title),
        text=in_markdown(block.text),
        fields={name: line(name, value) for name, value in block.fields.items()},
    )


def isolate_marks(html: str, marks: Marks) -> Markup:
    """Return HTML with names isolated, whose direction may differ from the line's.

    Text that is not Markup is escaped. Marks in attributes stay as they are.
    """
    escaped = str(escape(html))
    if not marks.occur_in(escaped):
        return Markup(escaped)  # noqa: S704 (escaped)
    isolated = text_nodes.map_text(
        escaped,
        lambda text: marks.around_values(text, '<span dir="auto">{}</span>'.format),
    )
    return Markup(isolated)  # noqa: S704 (escaped)


def _eyebrow(block: Block, catalogue: Catalogue, clock: Clock) -> str:
    if block.type == "recommendation":
        return _recommended(block.fields, catalogue)
    occasion = occasions.of(block.fields)
    if occasion is None:
        return ""
    when = hours.written(occasion, catalogue, clock)
    if block.type != "agenda" or not clock.offsets:
        return when
    where = catalogue.text("%(city)s time", city=catalogue.city(clock.zone))
    return f"{when} · {where}"


def _recommended(fields: Mapping[str, str], catalogue: Catalogue) -> str:
    """Return the number of a recommendation and its addressees."""
    whom = catalogue.text(
        "For the attention of: %(addressees)s",
        addressees=_addressees(fields["addressees"], catalogue),
    )
    if "number" not in fields:
        return whom
    number = catalogue.text(
        "Recommendation %(number)s", number=catalogue.number(int(fields["number"]))
    )
    return f"{number} · {whom}"


def _addressees(value: str, catalogue: Catalogue) -> str:
    return catalogue.enumerated(
        [catalogue.text(ADDRESSEES[each].name) for each in value.split()]
    )


def _facts(
    fields: Mapping[str, str], catalogue: Catalogue, marks: Marks
) -> Iterator[LabelledLine]:
    def is_whole(target: str) -> bool:
        return not marks.occur_in(target)

    if "date" in fields and "addressees" in fields:
        day = catalogue.day(date.fromisoformat(fields["date"]))
        yield LabelledLine(label=catalogue.text("By:"), value=day, html=escape(day))
    for name, label in LABELS.items():
        if name in fields:
            yield LabelledLine(
                label=catalogue.text(label),
                value=fields[name],
                html=addresses.linked(fields[name], wanted=is_whole),
            )
    if "languages" in fields:
        yield _available(fields, catalogue)


def _available(fields: Mapping[str, str], catalogue: Catalogue) -> LabelledLine:
    """Return the line on the languages of a text, with the addresses of editions."""
    codes = fields["languages"].split()
    listed = catalogue.listed([catalogue.language_name(each) for each in codes])
    return LabelledLine(
        label=catalogue.text("Available in:"),
        value=listed,
        html=escape(listed),
        targets=tuple(
            Target(
                label=catalogue.language_name(language),
                address=addresses.encoded(address),
                language=language,
            )
            for language, address in editions(fields.get("editions", ""))
        ),
    )


def editions(value: str) -> list[tuple[str, str]]:
    """Return (language, address) pairs of `en=https://… fr=https://…`.

    Raises ValueError where the value has another form.
    """
    pairs = [each.partition("=") for each in value.split()]
    for language, equals, address in pairs:
        if not (language and equals and address):
            raise ValueError(value)
    return [(language, address) for language, _, address in pairs]


def _steps(
    body: str, block: Block, catalogue: Catalogue, clock: Clock
) -> Iterator[StepView]:
    day = date.fromisoformat(block.fields["date"]) if "date" in block.fields else None
    for each in agenda.steps(body):
        yield StepView(
            when=hours.of_span(each.span, catalogue),
            html=Markup(markdown.to_inline_html(each.what)),  # noqa: S704 (our Markdown)
            text=plain.to_text(each.what),
            own=hours.own_time(day, each.span, catalogue, clock) if day else "",
        )
