"""Puts blocks into words: dates, lists and labels in the letter's language.

HTML and text are both made from these views, so they have the same content.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from audiences.institution import ADDRESSEES
from mailer.rendering import agenda
from mailer.rendering.language import hours, text_nodes, typography
from mailer.rendering.language.catalogues import Catalogue
from mailer.rendering.language.hours import Clock
from mailer.rendering.marks import Marks
from mailer.rendering.markup import markdown
from mailer.rendering.source import Block

_LABELS = {
    "organisation": "Organisation:",
    "place": "Place:",
    "sectors": "Sectors:",
    "contact": "Contact:",
    "asked": "What is asked of you:",
}


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


def view(
    block: Block,
    catalogue: Catalogue,
    marks: Marks,
    *,
    level: int = 2,
    clock: Clock | None = None,
) -> BlockView:
    """Return one block in the words of a language."""
    block = _with_no_break_spaces(block, catalogue.language)
    text = block.text
    if block.type == "signature":  # keep its line breaks
        text = text.replace("\n", "  \n")
    body = marks.marked(text)
    scheduled, clock = block.type == "agenda", clock or Clock()
    return BlockView(
        type=block.type,
        level=level,
        title=marks.marked(block.title),
        eyebrow=_eyebrow(block, catalogue, clock),
        facts=tuple(_facts(block.fields, catalogue)),
        html=Markup() if scheduled else _html(body, block, catalogue, level, marks),
        text="" if scheduled else markdown.to_text(body),
        steps=tuple(_steps(body, block, catalogue, clock)) if scheduled else (),
        link=block.fields.get("link", ""),
        label=block.fields.get("label") or catalogue.text("Read more"),
        second=block.fields.get("weight") == "second",
        catalogue=catalogue,
    )


def _with_no_break_spaces(block: Block, language: str) -> Block:
    """Return a block with the no-break spaces of its language."""
    return replace(
        block,
        title=typography.no_break_spaces(block.title, language),
        text=typography.no_break_spaces(block.text, language),
        fields={
            name: typography.no_break_spaces(value, language)
            for name, value in block.fields.items()
        },
    )


def _html(
    body: str, block: Block, catalogue: Catalogue, level: int, marks: Marks
) -> Markup:
    start = "right" if catalogue.direction == "rtl" else "left"
    titled = block.title or block.type in {"opening", "signature"}
    html = markdown.to_html(body, level=level + 1 if titled else level, start=start)
    if block.type == "table":
        title = escape(marks.marked(block.title))
        heading = f'<h{level} class="title">{title}</h{level}>'
        caption = f'<caption style="text-align: {start}">{heading}</caption>'
        html = html.replace('<table class="data">', f'<table class="data">{caption}', 1)
    return Markup(html)  # noqa: S704 (our Markdown)


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
    if "date" not in block.fields:
        return ""
    first = date.fromisoformat(block.fields["date"])
    if "time" in block.fields:
        hour = time.fromisoformat(block.fields["time"])
        moment = hours.in_both_zones(first, hour, catalogue, clock)
        return f"{catalogue.day(first, weekday=True)} · {moment}"
    if "until" not in block.fields:
        day = catalogue.day(first, weekday=True)
        if block.type != "agenda" or not clock.offsets:
            return day
        where = catalogue.text("%(city)s time", city=catalogue.city(clock.zone))
        return f"{day} · {where}"
    last = date.fromisoformat(block.fields["until"])
    return f"{catalogue.day(first)} – {catalogue.day(last)}"


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


def _facts(fields: Mapping[str, str], catalogue: Catalogue) -> Iterator[LabelledLine]:
    if "date" in fields and "addressees" in fields:
        day = catalogue.day(date.fromisoformat(fields["date"]))
        yield LabelledLine(label=catalogue.text("By:"), value=day)
    for name, label in _LABELS.items():
        if name in fields:
            yield LabelledLine(label=catalogue.text(label), value=fields[name])
    if "languages" in fields:
        yield _available(fields, catalogue)


def _available(fields: Mapping[str, str], catalogue: Catalogue) -> LabelledLine:
    """Return the line on the languages of a text, with the addresses of editions."""
    codes = fields["languages"].split()
    names = [catalogue.language_name(each) for each in codes]
    return LabelledLine(
        label=catalogue.text("Available in:"),
        value=catalogue.listed(names),
        targets=tuple(
            Target(
                label=catalogue.language_name(language),
                address=address,
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
    zone = ZoneInfo(clock.zone)
    for each in agenda.steps(body):
        start = datetime.combine(day, each.start, zone) if day else None
        when = catalogue.time(each.start)
        if each.end is not None:
            when = f"{when} – {catalogue.time(each.end)}"
        yield StepView(
            when=when,
            html=Markup(markdown.to_inline_html(each.what)),  # noqa: S704 (our Markdown)
            text=markdown.to_text(each.what),
            own=hours.in_readers_zone(start, each.end, catalogue, clock)
            if start
            else "",
        )
