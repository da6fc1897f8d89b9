"""Blocks as readers see them: dates, lists and labels in the letter's language.

The same view is laid out as HTML and written as text, so neither can say more.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from audiences.entry import Entry
from audiences.institution import ADDRESSEES
from mailer import links
from mailer.rendering import agenda, marks
from mailer.rendering.entry import Line, in_words
from mailer.rendering.language import hours, typography
from mailer.rendering.language.catalogues import Catalogue
from mailer.rendering.language.hours import Clock
from mailer.rendering.marks import Field
from mailer.rendering.markup import markdown
from mailer.rendering.source import Block, Source

_LABELS = {
    "organisation": "Organisation:",
    "place": "Place:",
    "sectors": "Sectors:",
    "contact": "Contact:",
    "asked": "What is asked of you:",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """An address and what it is called."""

    label: str
    address: str
    language: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelledLine:
    """A labelled line below a block: Place, Contact, Available in."""

    label: str
    value: str
    targets: tuple[Target, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class StepView:
    """A line of an agenda: when, and what as HTML and as text."""

    when: str
    html: Markup
    text: str
    own: str = ""  # the same in the reader's own hour, where it is another


@dataclass(frozen=True, kw_only=True, slots=True)
class BlockView:
    """One block in words."""

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
    second: bool  # a button beside a more important one
    catalogue: Catalogue  # of the language it is read in


def views(source: Source) -> list[BlockView]:
    """Put blocks into words; a section nobody sees anything of is left out."""
    level, others, shown = 2, "", []
    blocks = source.blocks
    clock = Clock(zone=source.zone, offsets=source.offsets)
    for block, following in zip(blocks, [*blocks[1:], None], strict=True):
        catalogue = source.elsewhere.get(block.id, source.catalogue)
        if block.type == "section":
            if following is None or following.type in {"section", "signature"}:
                continue
            level = 3
            shown.append(view(block, catalogue))
            continue
        if block.type in {"signature", "enclosures", "button"}:
            level = 2
        if block.type == "heading":
            others = block.fields["of"]
        deeper = level + 1 if block.type == others else level
        seen = view(block, catalogue, level=deeper, clock=clock)
        shown += _with_entry(seen, source) if block.type == "entry" else [seen]
    return shown


def _with_entry(seen: BlockView, source: Source) -> list[BlockView]:
    """Put the entry of the reader's organisation into its block; add the answers."""
    catalogue = seen.catalogue
    link = source.site_url + links.path(links.Purpose.ENTRY, marks.mark(Field.ENTRY))
    answer = replace(seen, type="button", title="", html=Markup(), text="")
    lines = in_words(source.entry or Entry(), catalogue)
    return [
        replace(seen, steps=tuple(_held(line, catalogue) for line in lines)),
        replace(answer, link=link, label=catalogue.text("This entry is right")),
        replace(
            answer,
            link=f"{link}#change",
            label=catalogue.text("Correct this entry"),
            second=True,
        ),
    ]


def _held(line: Line, catalogue: Catalogue) -> StepView:
    """Return a line of an entry; an empty one says so."""
    if not line.values:
        empty = catalogue.text("not known to us")
        html = Markup('<span class="missing">{}</span>').format(empty)
        return StepView(when=line.label, html=html, text=f"[{empty}]")
    html = Markup("<br />").join(line.values)
    return StepView(when=line.label, html=html, text="; ".join(line.values))


def view(
    block: Block, catalogue: Catalogue, *, level: int = 2, clock: Clock | None = None
) -> BlockView:
    """Put a block into the words of a language."""
    block = _settled(block, catalogue.language)
    text = block.text
    if block.type == "signature":  # its lines are lines
        text = text.replace("\n", "  \n")
    body = marks.marked(text)
    scheduled, clock = block.type == "agenda", clock or Clock()
    return BlockView(
        type=block.type,
        level=level,
        title=marks.marked(block.title),
        eyebrow=_eyebrow(block, catalogue, clock),
        facts=tuple(_facts(block.fields, catalogue)),
        html=Markup() if scheduled else _html(body, block, catalogue, level),
        text="" if scheduled else markdown.to_text(body),
        steps=tuple(_steps(body, block, catalogue, clock)) if scheduled else (),
        link=block.fields.get("link", ""),
        label=block.fields.get("label") or catalogue.text("Read more"),
        second=block.fields.get("weight") == "second",
        catalogue=catalogue,
    )


def _settled(block: Block, language: str) -> Block:
    """Return a block with the spaces of its language."""
    return replace(
        block,
        title=typography.settled(block.title, language),
        text=typography.settled(block.text, language),
        fields={
            name: typography.settled(value, language)
            for name, value in block.fields.items()
        },
    )


def _html(body: str, block: Block, catalogue: Catalogue, level: int) -> Markup:
    start = "right" if catalogue.direction == "rtl" else "left"
    titled = block.title or block.type in {"opening", "signature"}
    html = markdown.to_html(body, level=level + 1 if titled else level, start=start)
    if block.type == "table":
        title = escape(marks.marked(block.title))
        heading = f'<h{level} class="title">{title}</h{level}>'
        caption = f'<caption style="text-align: {start}">{heading}</caption>'
        html = html.replace('<table class="data">', f'<table class="data">{caption}', 1)
    return Markup(html)  # noqa: S704 (our Markdown)


def isolate_marks(html: str) -> str:
    """Let a reader's name stand in a line of the other direction without harm."""
    return marks.MARK.sub(
        lambda place: (
            f'<span dir="auto">{place[0]}</span>'
            if place[1] in marks.OPEN_TO_AUTHORS
            else place[0]
        ),
        str(escape(html)) if not isinstance(html, Markup) else html,
    )


def _eyebrow(block: Block, catalogue: Catalogue, clock: Clock) -> str:
    if block.type == "recommendation":
        return _recommended(block.fields, catalogue)
    if "date" not in block.fields:
        return ""
    first = date.fromisoformat(block.fields["date"])
    if "time" in block.fields:
        hour = time.fromisoformat(block.fields["time"])
        moment = hours.said(first, hour, catalogue, clock)
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
    """Say which recommendation this is, and whom it addresses."""
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
    return catalogue.listed(
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
    """Say in which languages a text exists, each with its address where it has one."""
    spoken = fields["languages"].split()
    names = [catalogue.language_name(each) for each in spoken]
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
    """Read `en=https://… fr=https://…`; raise ValueError where it is not that."""
    pairs = [each.partition("=") for each in value.split()]
    for language, sign, address in pairs:
        if not (language and sign and address):
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
            own=hours.own(start, each.end, catalogue, clock) if start else "",
        )
