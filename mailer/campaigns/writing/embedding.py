"""Puts a campaign's files into its letters: pictures in their size, others attached.

A picture that the letter shows as `cid:NAME` gets the width of its file, at most that
of its column, and is embedded; the other files are attached.
"""

import math
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from html import unescape
from pathlib import PurePath
from urllib.parse import unquote

from mailer.campaigns.writing import picture_size
from mailer.campaigns.writing.files import Attached
from mailer.composing import parts
from mailer.rendering.checks import problem
from mailer.rendering.checks.problem import Problem
from mailer.rendering.markup import look
from mailer.rendering.source import Letter

COLUMN = 536  # pixels: the letter's 600, less its padding
_NARROWER = {  # the element in which a picture is → what it takes from the column
    "barred": 21,
    "panel": 40,
    "li": 44,
    "blockquote": 28,
}
_CELL = 16  # what a cell of a table with several columns takes from its share
MAX_LETTER = 3.0  # MB of files in one letter; the gate refuses more
HEAVY = 0.5  # MB; the gate warns of more
_HIGH = 1200  # pixels
_HEAVY_PICTURE = 300_000  # octets
_SHARP = 2  # pixels of a file for each on the screen; more are not seen
_SHOWN = re.compile(r'<img\b[^>]*?\ssrc="cid:([^"]+)"[^>]*>', re.IGNORECASE)
_TAG = re.compile(r"<(/?)(td|th|tr|li|blockquote)\b([^>]*)>", re.IGNORECASE)
_CLASS = re.compile(r'\bclass="([^"]*)"')
_WIDTH = re.compile(r'\swidth="(\d+)"')
_SIZES = re.compile(r'\s(?:width|height)="[^"]*"')


def embed(
    letter: Letter, attached: tuple[Attached, ...], *, domain: str
) -> tuple[str, tuple[parts.File, ...], tuple[parts.File, ...]]:
    """Return the HTML with its images embedded, those images, and the attachments.

    `domain` is that of the Content-IDs.
    """
    files = _of_language(attached, letter.language)
    pictures = {
        name: file for name, file in files.items() if file.type.startswith("image/")
    }
    images: dict[str, parts.File] = {}
    shown: set[str] = set()

    def embedded(tag: re.Match[str]) -> str:
        name = _name(tag[1], pictures)
        file = pictures.get(name)
        if file is None:
            return tag[0]
        content_id = f"{file.digest[:32]}@{domain}"
        images[content_id] = _part(file, content_id)
        shown.add(name)
        sized = _sized(tag[0], file, _room(letter.html, tag.start()))
        return sized.replace(f'"cid:{tag[1]}"', f'"cid:{content_id}"')

    html = _SHOWN.sub(embedded, letter.html)
    attachments = [
        _part(each, None)
        for each in files.values()
        if each.name not in shown and PurePath(each.name).stem != look.LOGO
    ]
    return html, tuple(images.values()), tuple(attachments)


def problems(
    letter: Letter, attached: tuple[Attached, ...], text: str
) -> Iterator[Problem]:
    """Yield the problems of one letter's files; `text` is the letter as written."""
    files = _of_language(attached, letter.language)
    for written in sorted(set(_SHOWN.findall(letter.html))):
        name = _name(written, files)
        where = _where(name, letter.language, text)
        file = files.get(name)
        if file is None:
            yield problem.error(letter.language, where, _missing(name, files))
        elif not file.type.startswith("image/"):
            what = f"{name} is not a picture; link it, or attach it without showing it"
            yield problem.error(letter.language, where, what)
        else:
            yield from _large(file, letter.language, where)
    size = sum(len(file.octets) for file in files.values()) / 1e6
    if size > HEAVY:
        what = (
            f"{size:.1f} MB of files go to every reader, at most {MAX_LETTER:.0f} MB"
            " may; put them on a page, and link it"
        )
        severity = problem.error if size > MAX_LETTER else problem.warning
        yield severity(letter.language, "files", what)


def _of_language(attached: tuple[Attached, ...], language: str) -> dict[str, Attached]:
    return {
        unicodedata.normalize("NFC", each.name): each
        for each in attached
        if each.language in {"", language}
    }


def _name(written: str, known: Collection[str]) -> str:
    """Return the name of a file that a letter shows as `cid:…`; it may have a %20."""
    name = unicodedata.normalize("NFC", unescape(written))
    return (
        name if name in known else unicodedata.normalize("NFC", unquote(name)).strip()
    )


def _where(name: str, language: str, text: str) -> str:
    """Return the file and line that show a picture; "files" if none has its name."""
    lines = unicodedata.normalize("NFC", unquote(text)).split("\n")
    number = next((n for n, line in enumerate(lines, start=1) if name in line), None)
    return "files" if number is None else f"{language}.md, line {number}"


def _missing(name: str, files: Mapping[str, Attached]) -> str:
    what = f"the image {name} is not in files/ of the campaign folder"
    alike = [each for each in files if each.casefold() == name.casefold()]
    if alike:
        return f"{what}; there is {alike[0]}, with other capitals: write that name"
    known = [each for each, file in files.items() if file.type.startswith("image/")]
    return f"{what}; it has {', '.join(known[:5])}" if known else what


def _large(file: Attached, language: str, where: str) -> Iterator[Problem]:
    """Report a picture that is damaged, or larger than readers can see."""
    size = picture_size.of(file.octets)
    if size is None:
        what = f"{file.name} is damaged: it has no size; save it again"
        yield problem.error(language, where, what)
        return
    if not picture_size.is_whole(file.octets):
        what = f"{file.name} is cut off: the end of the file is missing; copy it again"
        yield problem.error(language, where, what)
        return
    for remark in picture_size.remarks(file.octets):
        yield problem.warning(language, where, f"{file.name} {remark}")
    width, height = shown(size, file.name, COLUMN)
    if height > _HIGH:
        what = f"{file.name} is shown {width} × {height} pixels, higher than a screen"
        yield problem.warning(language, where, f"{what}; cut it, or make it a link")
    if size[0] <= COLUMN * _SHARP and len(file.octets) <= _HEAVY_PICTURE:
        return
    what = (
        f"{file.name} has {size[0]} × {size[1]} pixels and"
        f" {math.ceil(len(file.octets) / 1000):,} kB; it is shown {COLUMN} pixels"
        f" wide at most: save it with {COLUMN * _SHARP} pixels and less than 300 kB"
    )
    yield problem.warning(language, where, what)


def shown(size: tuple[int, int], name: str, limit: int) -> tuple[int, int]:
    """Return the width, at most `limit`, and the height at which a file is shown."""
    width = max(1, min(round(size[0] / picture_size.density(name)), limit))
    return width, max(1, round(width * size[1] / size[0]))


def _sized(tag: str, file: Attached, room: int) -> str:
    """Return the tag of a picture with its size, no wider than its room."""
    size = picture_size.of(file.octets)
    if size is None:
        return tag
    written = _WIDTH.search(tag)
    limit = min(room, int(written[1])) if written else room
    width, height = shown(size, file.name, limit)
    bare = _SIZES.sub("", tag)
    return f'<img width="{width}" height="{height}"{bare[len("<img") :]}'


def _room(html: str, place: int) -> int:
    """Return the width of the column at a place of a letter."""
    open_elements: list[tuple[str, int]] = []
    for tag in _TAG.finditer(html, 0, place):
        name = tag[2].lower()
        if not tag[1]:
            open_elements.append((name, tag.end()))
            continue
        while open_elements and open_elements.pop()[0] != name:
            pass
    room = COLUMN
    for name, start in open_elements:
        opening = html[html.rindex("<", 0, start) : start]
        room -= _NARROWER.get(_kind(name, opening), 0)
        cells = _cells(html, start) if name == "tr" else 1
        if cells > 1:
            room = room // cells - _CELL
    return max(room, 1)


def _kind(name: str, opening: str) -> str:
    written = _CLASS.search(opening)
    named = written[1].split() if written else []
    return next((each for each in named if each in _NARROWER), name)


def _cells(html: str, start: int) -> int:
    """Return the number of cells of the row that begins at a place."""
    depth, cells = 1, 0
    for tag in _TAG.finditer(html, start):
        name = tag[2].lower()
        if name == "tr":
            depth += -1 if tag[1] else 1
        elif name in {"td", "th"} and not tag[1] and depth == 1:
            cells += 1
        if depth == 0:
            break
    return max(cells, 1)


def _part(file: Attached, content_id: str | None) -> parts.File:
    return parts.File(
        name=file.name, type=file.type, octets=file.octets, content_id=content_id
    )
