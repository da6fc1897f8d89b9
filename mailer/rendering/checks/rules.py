"""Checks an author's text and a rendered letter; yields problems with their place."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from mailer.rendering import letter_blocks, marks
from mailer.rendering.checks import leftovers, link_rules, placeholders, problem
from mailer.rendering.checks.notes import check_notes
from mailer.rendering.checks.pasted import check_pasted
from mailer.rendering.checks.problem import Problem
from mailer.rendering.checks.run_on import check_run_on
from mailer.rendering.checks.stray_lines import check_stray_lines, check_unfinished
from mailer.rendering.language import quotation, recognition
from mailer.rendering.markup import markdown
from mailer.rendering.markup.markdown import Reference, ReferenceKind
from mailer.rendering.source import Block, Letter, Translation
from mailer.rendering.view import LABELS

MAX_HTML = 102_000  # octets; Gmail cuts off what is beyond, the footer among it
WARN_HTML = 90_000
MAX_SUBJECT = 120  # characters
LONG_SUBJECT = 80
_IS_ADDRESS = re.compile(r"https?://|mailto:|tel:|[\w-]+=https?://", re.IGNORECASE)
_QUOTED = re.compile(r"\"[^\"]+\"|'[^']+'")  # as YAML has values, which lines are not
_UNPAIRED = (
    "has no partner, and is shown as typed; close the quotation, or write ’ or ″"
)
_FILE = re.compile(
    r"\S+\.(?:png|jpe?g|gif)|(?:IMG|DSCN?|image|picture|photo)[_ -]?\d+",
    re.IGNORECASE,
)
_SIZE = re.compile(r"\|\s?\d{2,4}(?:x\d{2,4})?$")  # as Obsidian writes it
_IN_MARKDOWN = {"title", "caption"}  # the other lines are shown as they are
_IN_ADDRESS = (
    "an address cannot have a placeholder: it is the same for every reader; remove it"
)


def check_text(
    translation: Translation, *, host: str, invites: bool = False
) -> Iterator[Problem]:
    """Yield the problems of a text in one language.

    `host` is the site's own, the only one that images may come from. `invites` says
    whether the letter has an invitation, whose words are the same for every reader.
    """
    language = translation.language
    yield from _check_subject(translation, invites=invites)
    yield from _check_language(translation)
    yield from check_notes(translation)
    yield from check_pasted(translation)
    yield from check_run_on(translation)
    yield from check_stray_lines(translation)
    yield from check_unfinished(translation)
    for block in translation.blocks:
        yield from _check_lines(block, language, host)
        yield from _check_title(block, language, host)
        for leftover in leftovers.in_text(_without_rows(block)):
            where = block.line(leftover.line)
            yield problem.error(language, where, leftover.sentence)
        for line, what in _unpaired(block.text, language):
            yield problem.warning(language, block.line(line), what)
        for line, what in link_rules.check_cut(block.text):
            yield problem.error(language, block.line(line), what)
        for line in markdown.code_blocks(block.text):
            what = "a block of code, which letters seldom have; remove ``` or ~~~"
            yield problem.warning(language, block.line(line), what)
        for reference in markdown.references(block.text):
            where = block.line(reference.line)
            yield from _check_reference(reference, language, where, host)


def _check_language(translation: Translation) -> Iterator[Problem]:
    """Ask about a text, or else a block, that is clearly in another language.

    The words of a person, in a quote, may be in their own.
    """
    language = translation.language
    blocks = [each for each in translation.blocks if each.type != "quote"]
    whole = recognition.other_language(
        "\n".join(each.text for each in blocks), language
    )
    if whole is not None:
        what = f"the text reads like {whole}, and is the one for readers of {language}"
        yield problem.warning(language, translation.where, what)
        return
    for block in blocks:
        other = recognition.other_language(block.text, language)
        if other is not None:
            what = f"the text of {block.id} reads like {other}; write it in {language}"
            yield problem.warning(language, block.line(0), what)


def _without_rows(block: Block) -> str:
    """Return the text of a block, with empty lines for the rows of a table.

    `forms.table` reads them: a table may have two heads, which Markdown does not know.
    """
    if block.type != "table":
        return block.text
    lines = block.text.split("\n")
    return "\n".join("" if each.startswith("|") else each for each in lines)


def _check_lines(block: Block, language: str, host: str) -> Iterator[Problem]:
    """Yield the problems of a block's title and lines."""
    for name, value in {"title": block.title, **block.fields}.items():
        where = block.line_of(name)
        if name in LABELS:
            for reference in markdown.references_of_line(value):
                yield from _check_reference(reference, language, where, host)
        elif _IS_ADDRESS.match(value):
            yield from _check_address(name, value, language, where)
            continue
        look = leftovers.in_text if name in _IN_MARKDOWN else leftovers.in_line
        for leftover in look(value):
            yield problem.error(language, where, f"{name}: {leftover.sentence}")
        if name == "alt":
            yield from _check_alt(value, language, where)
        if name == "label" and link_rules.points(value):
            what = f"the label “{value}” does not say where the link leads"
            yield problem.warning(language, where, what)
        if _QUOTED.fullmatch(value):
            what = f"the quotation marks around {value[:60]} are shown"
            yield problem.warning(language, where, f"{name}: {what}; are they meant?")
            continue
        for _, what in _unpaired(value, language):
            yield problem.warning(language, where, f"{name}: {what}")


def _check_address(
    name: str, value: str, language: str, where: str
) -> Iterator[Problem]:
    """Yield the problems of a line that is an address."""
    if placeholders.is_in_address(value):
        yield problem.error(language, where, _IN_ADDRESS)
        return
    wrong, odd = link_rules.fault(value), link_rules.doubtful(value)
    if name == "link" and (wrong or odd):
        level = problem.error if wrong else problem.warning
        yield level(language, where, f"the link {value[:60]!r} {wrong or odd}")


def _unpaired(text: str, language: str) -> Iterator[tuple[int, str]]:
    """Yield the lines, from 0, with a straight mark that typography cannot set."""
    seen: set[int] = set()
    for place in quotation.unpaired(text, language):
        line = text.count("\n", 0, place)
        if line not in seen:
            seen.add(line)
            yield line, f"the mark {text[place]} {_UNPAIRED}"


def _check_alt(alt: str, language: str, where: str) -> Iterator[Problem]:
    """Ask about a description that is only the name of a file."""
    if _FILE.fullmatch(alt.strip()):
        what = f"the description “{alt[:60]}” is the name of a file"
        yield problem.warning(language, where, f"{what}; say what the picture shows")
    if size := _SIZE.search(alt):
        what = f"the description “{alt[:60]}” ends in a size, which is shown"
        yield problem.warning(language, where, f"{what}; remove {size[0]}")


def _check_title(block: Block, language: str, host: str) -> Iterator[Problem]:
    """Yield the problems of a title: it may have one link, and no picture."""
    links, where = 0, block.line_of("title")
    for reference in markdown.references(block.title):
        links += reference.kind is ReferenceKind.LINK
        if reference.kind is ReferenceKind.IMAGE:
            what = "a title has no picture; use a block picture"
            yield problem.error(language, where, what)
        else:
            yield from _check_reference(reference, language, where, host)
    if links > 1:
        what = f"the title has {links} links; expected one at most"
        yield problem.error(language, where, what)


def _check_reference(
    reference: Reference, language: str, where: str, host: str
) -> Iterator[Problem]:
    """Yield the problems of a link, an image or HTML in a text."""
    shown = reference.value.strip().partition("\n")[0][:60]
    if reference.kind is ReferenceKind.HTML:
        what = f"HTML ({shown}) is not allowed; write it as Markdown"
        yield problem.error(language, where, what)
    elif placeholders.is_in_address(reference.value):
        yield problem.error(language, where, _IN_ADDRESS)
    elif reference.kind is ReferenceKind.IMAGE:
        yield from _check_alt(reference.words, language, where)
        if not reference.words:
            what = f"the image {shown} has no description; write ![description](…)"
            yield problem.error(language, where, what)
        if reference.value.startswith("cid:"):
            return  # a file of the campaign; campaigns/writing/files checks it
        if not reference.value.startswith("https://"):
            last = shown[max(shown.rfind("/"), shown.rfind(":")) + 1 :]
            name = last if _FILE.fullmatch(last) else "hall.png"
            what = f"the image {shown} is no file of the letter"
            advice = f"put it in files/, and write cid:{name}"
            yield problem.error(language, where, f"{what}; {advice}")
        elif urlsplit(reference.value).hostname != host:
            what = f"the image {shown} would show another site who reads the letter"
            yield problem.error(language, where, f"{what}; put it on {host}")
    else:
        yield from link_rules.check(reference, language, where)


def _check_subject(translation: Translation, *, invites: bool) -> Iterator[Problem]:
    language, where = translation.language, f"{translation.where}, subject"
    length = len(translation.subject)
    if length > MAX_SUBJECT:
        what = f"found {length} characters; expected at most {MAX_SUBJECT}"
        yield problem.error(language, where, what)
    elif length > LONG_SUBJECT:
        what = f"found {length} characters; phones show about 40"
        yield problem.warning(language, where, what)
    if not translation.preheader:
        what = "no preheader; add a line preheader: …"
        yield problem.warning(language, translation.where, what)
    for name, text in (
        ("subject", translation.subject),
        ("preheader", translation.preheader),
    ):
        place = f"{translation.where}, {name}"
        for leftover in leftovers.in_line(text):
            yield problem.error(language, place, leftover.sentence)
        for _, what in _unpaired(text, language):
            yield problem.warning(language, place, what)
        if invites and placeholders.has_written(text):
            what = (
                f"the {name} stands in the invitation for calendars, too, and is the"
                " same for every reader there; remove the placeholder"
            )
            yield problem.error(language, place, what)


def check_left_out(translation: Translation) -> Iterator[Problem]:
    """Yield an error for each block that no letter would show."""
    for block, what in letter_blocks.left_out(translation.blocks):
        called = f"{block.type} {block.title}".strip()
        yield problem.error(translation.language, block.where, f"{called}: {what}")


def check_letter(letter: Letter, *, has_topic: bool) -> Iterator[Problem]:
    """Yield the problems of a rendered letter.

    A letter with a topic must have an unsubscribe link in both parts.
    """
    size = len(letter.html.encode())
    if size > MAX_HTML:
        what = (
            f"found {size / 1000:.0f} KB of HTML, at most {MAX_HTML / 1000:.0f}"
            " allowed; shorten it or put texts online"
        )
        yield problem.error(letter.language, "letter", what)
    elif size > WARN_HTML:
        what = f"{size / 1000:.0f} KB of HTML, near the limit of {MAX_HTML / 1000:.0f}"
        yield problem.warning(letter.language, "letter", what)
    if has_topic:
        mark = letter.marks.of(marks.Field.UNSUBSCRIBE)
        for part, text in (("HTML", letter.html), ("text", letter.text)):
            if mark not in text:
                what = f"the {part} part has no unsubscribe link"
                yield problem.error(letter.language, "letter", what)
