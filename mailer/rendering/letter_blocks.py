"""Puts the blocks of a letter into words, with the levels of their headings.

An entry is shown with two buttons; a confirmation is a button.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from markupsafe import Markup, escape

from audiences.entry import Entry
from mailer import links
from mailer.rendering.block_parts import PartView
from mailer.rendering.entry import Line, entry_lines
from mailer.rendering.language.catalogues import Catalogue
from mailer.rendering.marks import Field, Marks
from mailer.rendering.markup import addresses
from mailer.rendering.source import Block, Source
from mailer.rendering.timing.hours import Clock
from mailer.rendering.view import BlockView, StepView, view

_HIGHEST = 2  # level of a heading below the subject
# Blocks that belong to the whole letter, not to the section before them.
_OF_THE_WHOLE = {"signature", "enclosures", "button", "partners", "links", "notes"}
_AFTER_ALL = {"section", "signature", "notes"}  # a section above them has no blocks
_LEADS: dict[str, tuple[str, ...]] = {  # line of an entry → the schemes of its links
    "website": ("https:", "http:"),
    "telephones": ("tel:",),
    "correspondents": ("mailto:", "tel:"),
}
_NOT_LISTED = {"contents", "signature", "letterhead", "button", "notes"}


def views(source: Source, marks: Marks) -> list[BlockView]:
    """Return the views of a letter's blocks; an empty section is left out."""
    level, below_heading, shown = _HIGHEST, "", []
    blocks = source.blocks
    clock = Clock(zone=source.zone, offsets=source.offsets)
    for block, following in zip(blocks, [*blocks[1:], None], strict=True):
        catalogue = source.block_catalogues.get(block.id, source.catalogue)
        if block.type == "section":
            if _is_empty(block, following):
                continue
            level = 3
            shown.append(view(block, catalogue, marks))
            continue
        if block.type in _OF_THE_WHOLE:
            level = _HIGHEST
        if block.type == "heading":
            below_heading = block.fields["of"]
        own_level = level + 1 if block.type == below_heading else level
        made = view(block, catalogue, marks, level=own_level, clock=clock)
        match block.type:
            case "entry":
                shown += _with_entry(made, source, marks)
            case "confirmation":
                shown.append(_with_confirmation(made, source, marks))
            case _:
                shown.append(made)
    return _with_contents(shown)


def left_out(blocks: Sequence[Block]) -> Iterator[tuple[Block, str]]:
    """Yield the blocks that no letter would show, and why."""
    for number, block in enumerate(blocks):
        below = blocks[number + 1 :]
        if block.type == "section" and _is_empty(block, below[0] if below else None):
            what = "no block of its own stands below it, so no letter shows it"
            yield block, f"{what}; write a block below it, or remove it"
        listed = (each for each in below if each.type not in _NOT_LISTED)
        if block.type == "contents" and not any(each.title for each in listed):
            yield block, "no title stands below it to be listed; remove it"


def _is_empty(section: Block, following: Block | None) -> bool:
    return not section.text and (following is None or following.type in _AFTER_ALL)


def _with_contents(blocks: list[BlockView]) -> list[BlockView]:
    """Fill blocks `contents` with the titles below them; leave out those without.

    The titles are those of the highest level.
    """
    if all(block.type != "contents" for block in blocks):
        return blocks
    made: list[BlockView] = []
    for number, block in enumerate(blocks, start=1):
        listed = block.level == _HIGHEST and block.type not in _NOT_LISTED
        anchor = f"part-{number}" if listed and block.words else ""
        made.append(replace(block, anchor=anchor))
    return [
        _filled(block, made[number + 1 :]) if block.type == "contents" else block
        for number, block in enumerate(made)
        if block.type != "contents" or any(each.anchor for each in made[number + 1 :])
    ]


def _filled(contents: BlockView, below: list[BlockView]) -> BlockView:
    listed = [block for block in below if block.anchor]
    return replace(
        contents,
        parts=tuple(
            PartView(title=escape(block.words), link=f"#{block.anchor}")
            for block in listed
        ),
        text="\n".join(f"- {block.words}" for block in listed),
    )


def _with_confirmation(block: BlockView, source: Source, marks: Marks) -> BlockView:
    """Return a block as the button that confirms a subscription."""
    path = links.path(links.Purpose.CONFIRM, marks.of(Field.CONFIRM))
    return replace(block, type="button", link=source.site_url + path)


def _with_entry(block: BlockView, source: Source, marks: Marks) -> list[BlockView]:
    """Return a block with the entry of the reader's organisation, and two buttons."""
    catalogue = block.catalogue
    link = source.site_url + links.path(links.Purpose.ENTRY, marks.of(Field.ENTRY))
    button = replace(block, type="button", title="", html=Markup(), text="")
    lines = entry_lines(source.entry or Entry(), catalogue)
    return [
        replace(block, steps=tuple(_entry_step(line, catalogue) for line in lines)),
        replace(button, link=link, label=catalogue.text("This entry is right")),
        replace(
            button,
            link=f"{link}#change",
            label=catalogue.text("Correct this entry"),
            second=True,
        ),
    ]


def _entry_step(line: Line, catalogue: Catalogue) -> StepView:
    """Return a line of an entry; without values, it says that they are not known."""
    if not line.values:
        empty = catalogue.text("not known to us")
        html = Markup('<span class="missing">{}</span>').format(empty)
        return StepView(when=line.label, html=html, text=f"[{empty}]")
    html = Markup("<br />").join(_with_links(line))
    return StepView(when=line.label, html=html, text=catalogue.enumerated(line.values))


def _with_links(line: Line) -> Iterator[Markup]:
    """Yield the values of a line of an entry; what may be a name leads to no page."""
    schemes = _LEADS.get(line.key, ())
    for each in line.values:
        yield addresses.linked(each, wanted=lambda target: target.startswith(schemes))
