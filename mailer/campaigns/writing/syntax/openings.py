"""Reads the headings that open blocks: `# item my-item`.

A heading that almost opens a block is a fault, with what to write.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator

from mailer.errors import ContentError
from mailer.rendering.markup import fences

Numbered = list[tuple[int, str]]
_OPENS = re.compile(r"#(?:\s|$)")
_OPENING = re.compile(r"#\s+(?P<type>[a-z]+)(?:\s+(?P<id>[a-z0-9][a-z0-9-]{0,59}))?\s*")
_NEAR = re.compile(
    r"\s{0,3}[#＃]{1,6}\s*(?P<type>[A-Za-z]+)[:：]?(?P<id>\s{1,9}\S+)?\s{0,9}#{0,9}\s*"
)
_FORM = "a block opens with its type and id: # item my-item"
_MAX_ID = 60


def chunks(
    lines: Numbered, types: Collection[str], where: str, faults: list[ContentError]
) -> Iterator[Numbered]:
    """Yield the lines of each block; add text before the first one to `faults`.

    A heading that almost opens a block of one of the types is a fault, too.
    """
    chunk: Numbered = []
    fence, opened, before = "", 0, False
    for number, line in lines:
        after = fences.after(line, fence)
        if after != fence:
            fence, opened = after, number
        if _OPENS.match(line) and not fence:
            if chunk:
                yield chunk
            chunk = [(number, line)]
            continue
        if not fence and (sentence := _almost_opens(line, types)):
            faults.append(ContentError(f"{where}, line {number}", sentence))
        if chunk:
            chunk.append((number, line))
        elif line.strip() and not before:
            before = True
            sentence = "text before the first block; open it with # opening"
            faults.append(ContentError(f"{where}, line {number}", sentence))
    if fence:
        sentence = f"{fence} opens code that is not closed; add a line {fence} after it"
        faults.append(ContentError(f"{where}, line {opened}", sentence))
    if chunk:
        yield chunk


def _almost_opens(line: str, types: Collection[str]) -> str:
    """Return a sentence if a line almost opens a block: #item a, ## item a."""
    match = _NEAR.fullmatch(line)
    if match is None or match["type"].lower() not in types:
        return ""
    if line.startswith("##") and match["type"] != match["type"].lower():
        return ""  # a heading of the text that has the name of a type
    return f"found {line.strip()[:60]!r}; write {_right(match['type'], match['id'])}"


def read(line: str, types: Collection[str], place: str) -> tuple[str, str]:
    """Return the type of a block and its id, which may be empty.

    Raises ContentError for another form, and for a type that is not among `types`.
    """
    match = _OPENING.fullmatch(line)
    if match is not None and match["type"] in types:
        return match["type"], match["id"] or ""
    near = _NEAR.fullmatch(line)
    if near is not None and near["type"].lower() in types:
        right = _right(near["type"], near["id"])
        sentence = "small letters, digits and hyphens, at most 60"
        raise ContentError(place, f"{_FORM}, with {sentence}; write {right}")
    if match is None:
        raise ContentError(place, f"{_FORM}; a heading within a text begins with ##")
    raise ContentError(
        place,
        f"the template has no block type {match['type']!r}; it has {', '.join(types)}",
    )


def _right(kind: str, name: str | None) -> str:
    """Return the heading with a type and an id as they should be."""
    plain = unicodedata.normalize("NFKD", (name or "").strip().casefold())
    letters = "".join(each for each in plain if not unicodedata.combining(each))
    right = re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:_MAX_ID].strip("-")
    return f"# {kind.lower()} {right}".rstrip()
