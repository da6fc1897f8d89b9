"""Renders one variant of a campaign's content as a letter.

The gate, preview, test messages and the release all use `render`, so a reader gets what
was previewed, with their own values.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any

from markupsafe import Markup, escape

from mailer import links
from mailer.errors import ContentError
from mailer.rendering import marks, plaintext
from mailer.rendering.allowed import letters, places
from mailer.rendering.block_parts import PictureView
from mailer.rendering.language import bidi, quotation, typography
from mailer.rendering.language.catalogues import Catalogue
from mailer.rendering.letter_blocks import views
from mailer.rendering.marks import Field, Marks
from mailer.rendering.markup import look, mjml, widths
from mailer.rendering.source import Letter, Source, strings
from mailer.rendering.template_files import TemplateFiles
from mailer.rendering.view import BlockView, LabelledLine, isolate_marks

SERVICE = {  # what service mail is about → why its readers get it
    "entry": "We write to %(organisation)s about its entry; it is no subscription.",
    "request": "We write because of a request made on our pages for %(organisation)s.",
    "participation": "We write to %(organisation)s because it took part in this event.",
    "other": (
        "We write to %(organisation)s about a matter of its own; it is no subscription."
    ),
}
LEADING = {"ar": "1.8", "zh": "1.8"}  # line height: these scripts are taller


def render(source: Source, templates: TemplateFiles) -> Letter:
    """Return the letter; raise ContentError if that is not possible."""
    try:
        return _render(source, templates)
    except ContentError:
        raise
    except Exception as fault:
        raise ContentError(
            f"{source.template}/body.mjml",
            f"the letter cannot be rendered: {type(fault).__name__}: {fault}",
        ) from fault


def _render(source: Source, templates: TemplateFiles) -> Letter:
    catalogue = source.catalogue
    drawn = marks.draw(strings(source))
    subject = quotation.typeset(source.subject, catalogue.language)
    preheader = quotation.typeset(source.preheader, catalogue.language)
    source = replace(
        source,
        subject=drawn.marked(typography.in_subject(subject, catalogue.language)),
        preheader=drawn.marked(preheader),
    )
    blocks = views(source, drawn)
    values = _values(source, blocks, drawn) | _look(templates, catalogue.language)
    html = mjml.lay_out(
        templates, source.template, values, title=(drawn.title, source.subject)
    )
    text = plaintext.write(blocks, values, drawn)
    language, direction = catalogue.language, catalogue.direction
    html = bidi.isolate_html(
        typography.no_break_spaces_in_html(html, language), direction, drawn
    )
    html = widths.breakable(html, drawn)  # last: a run that is isolated stays whole
    _check(html, blocks, source, templates)
    return Letter(
        language=language,
        subject=bidi.in_header(source.subject, direction, drawn),
        html=html,
        text=bidi.isolate_text(
            typography.no_break_spaces(text, language), direction, drawn
        ),
        marks=drawn,
    )


def _check(
    html: str, blocks: list[BlockView], source: Source, templates: TemplateFiles
) -> None:
    """Raise ContentError at the first part of a letter that is not allowed."""
    written = frozenset(_written_addresses(blocks))
    for each in letters.refused(html, site_url=source.site_url, authors=written):
        where = places.locate_written(templates, source.template, each.part)
        raise ContentError(where, each.what)


def _written_addresses(blocks: list[BlockView]) -> Iterator[str]:
    """Yield the addresses that authors wrote."""
    for block in blocks:
        yield block.link
        pictures = (block.picture, *(part.picture for part in block.parts))
        for picture in filter(None, pictures):
            yield from (picture.address, picture.link)
        parts = (part.html + part.title for part in block.parts)
        steps = (step.html for step in block.steps)
        for html in (block.heading, block.html, *steps, *parts):
            yield from letters.addresses(html)
        for fact in block.facts:
            yield from letters.addresses(fact.html)
            yield from (target.address for target in fact.targets)


def _values(source: Source, blocks: list[BlockView], marks: Marks) -> dict[str, Any]:
    """Return the values that a template can use."""
    catalogue = source.catalogue
    url = source.site_url
    return {
        "language": catalogue.language,
        "direction": catalogue.direction,
        "start": _start(catalogue),
        "leading": LEADING.get(catalogue.language, "1.6"),
        "title_mark": marks.title,
        "subject": isolate_marks(source.subject, marks),
        "subject_text": source.subject,
        "preheader": typography.filled(source.preheader),
        "sender_name": source.sender_name,
        "reference_line": _reference(source),
        "stand_in": _stand_in(source),
        "content": [_block_values(block, source, marks) for block in blocks],
        "why": isolate_marks(why(source, marks), marks),
        "why_text": why(source, marks),
        "leaving": source.topic_name is not None,
        "preferences_label": catalogue.text("Choose what you receive"),
        "preferences_url": url
        + links.path(links.Purpose.PREFERENCES, marks.of(Field.PREFERENCES)),
        "unsubscribe_label": catalogue.text("Leave this letter"),
        "unsubscribe_url": url
        + links.path(links.Purpose.UNSUBSCRIBE, marks.of(Field.UNSUBSCRIBE)),
        "postal": source.postal,
    }


def _look(templates: TemplateFiles, language: str) -> dict[str, Any]:
    """Return the values of a site's look."""
    site = look.load(templates)
    return {
        "fonts": site.font(language),
        "look": site.colours,
        "dark": site.dark,
        "logo": f"cid:{site.logo_name}" if site.logo else "",
        "footer": site.footer_in(language),
    }


def why(source: Source, marks: Marks) -> str:
    """Return why the reader gets this letter, with marks for the reader's values."""
    catalogue = source.catalogue
    organisation = marks.of(Field.ORGANISATION)
    if source.topic_name is None:
        sentence = SERVICE[source.service or "other"]
        return catalogue.text(sentence, organisation=organisation)
    return catalogue.text(
        "You receive this because %(organisation)s %(reasons)s.",
        organisation=organisation,
        reasons=_reasons(source, source.topic_name),
    )


def _reasons(source: Source, topic: str) -> str:
    """Return the reasons as one phrase; the last is the subscription to a topic."""
    text = source.catalogue.text
    subscribes = text("subscribes to “%(topic)s”", topic=topic)
    if not source.reason:
        return subscribes
    told = source.catalogue.enumerated(source.reason)
    return text("%(reasons)s and %(last)s", reasons=told, last=subscribes)


def _reference(source: Source) -> str:
    day = source.catalogue.day(source.day)
    if not source.reference:
        return day
    number = source.catalogue.text("Ref.: %(reference)s", reference=source.reference)
    return f"{number} · {day}"


def _stand_in(source: Source) -> dict[str, str] | None:
    """Return a notice in the reader's language that the letter is in another one."""
    wanted = source.wanted
    if wanted is None:
        return None
    return _notice(
        wanted,
        wanted.text(
            "This letter is not available in %(wanted)s; you read it in %(language)s.",
            wanted=wanted.language_name(wanted.language),
            language=wanted.language_name(source.catalogue.language),
        ),
    )


def _block_stands_in(block: BlockView, source: Source) -> dict[str, str] | None:
    """Return a notice in the reader's language that a block is in another one."""
    if block.catalogue.language == source.catalogue.language:
        return None
    own = source.wanted or source.catalogue
    return _notice(
        own,
        own.text(
            "This part is not available in %(wanted)s; you read it in %(language)s.",
            wanted=own.language_name(own.language),
            language=own.language_name(block.catalogue.language),
        ),
    )


def _notice(own: Catalogue, sentence: str) -> dict[str, str]:
    return {
        "language": own.language,
        "direction": own.direction,
        "start": _start(own),
        "sentence": sentence,
    }


def _block_values(block: BlockView, source: Source, marks: Marks) -> dict[str, Any]:
    catalogue = block.catalogue
    shown = _plain_values(block, catalogue, marks)
    if catalogue.direction == source.catalogue.direction:
        return shown | {"stand_in": _block_stands_in(block, source)}
    isolated = _isolated(shown, ("title", "eyebrow", "html"), catalogue, marks)
    isolated["parts"] = [
        part | _isolated(part, ("title", "html"), catalogue, marks)
        for part in shown["parts"]
    ]
    return shown | isolated | {"stand_in": _block_stands_in(block, source)}


def _isolated(
    shown: Mapping[str, Any], names: tuple[str, ...], catalogue: Catalogue, marks: Marks
) -> dict[str, Any]:
    return {key: _isolate_runs(shown[key], catalogue.direction, marks) for key in names}


def _isolate_runs(words: str, direction: str, marks: Marks) -> Markup:
    """Isolate runs against a block's direction, which is not the letter's direction."""
    isolated = bidi.isolate_html(str(escape(words)), direction, marks)
    return Markup(isolated)  # noqa: S704 (escaped)


def _plain_values(
    block: BlockView, catalogue: Catalogue, marks: Marks
) -> dict[str, Any]:
    return {
        "type": block.type,
        "level": block.level,
        "language": catalogue.language,
        "direction": catalogue.direction,
        "start": _start(catalogue),
        "title": isolate_marks(block.heading, marks),
        "words": block.words,
        "anchor": block.anchor,
        "picture": _picture(block.picture),
        "parts": [
            {
                "title": isolate_marks(part.title, marks),
                "html": isolate_marks(part.html, marks),
                "picture": _picture(part.picture),
                "link": part.link,
            }
            for part in block.parts
        ],
        "eyebrow": block.eyebrow,
        "facts": [_fact(fact, marks) for fact in block.facts],
        "html": isolate_marks(block.html, marks),
        "steps": [
            {
                "when": step.when,
                "own": step.own,
                "html": isolate_marks(step.html, marks),
            }
            for step in block.steps
        ],
        "link": block.link,
        "label": isolate_marks(block.label, marks),
        "second": block.second,
    }


def _picture(picture: PictureView | None) -> dict[str, str] | None:
    return None if picture is None else asdict(picture)


def _fact(fact: LabelledLine, marks: Marks) -> dict[str, Any]:
    return {
        "label": fact.label,
        "value": isolate_marks(fact.html, marks),
        "targets": [asdict(target) for target in fact.targets],
    }


def _start(catalogue: Catalogue) -> str:
    return "right" if catalogue.direction == "rtl" else "left"
