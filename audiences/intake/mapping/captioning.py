"""Reads captions: a country that stands alone in a row, above the rows that it is for.

An embassy list has “FRANCE”, “Pays : Sénégal” or a merged cell over the missions there.
The country becomes a column before the others, which a person is asked about.
"""

from collections.abc import Iterator, Sequence
from functools import cache

from audiences.intake.mapping import synonyms
from audiences.intake.mapping.evidence import is_words
from audiences.intake.mapping.state import Columns
from audiences.naming.names import Names
from audiences.naming.values import Values

HEADING = "caption"  # of the column that is made
LONGEST = 60  # characters
SHORTEST = 3  # a code of two letters is many things
_AROUND = " \t\u00a0.:：-–—*•=_#()[]"
Row = list[str]


@cache
def _names() -> Names:
    return Names({}, {})


def country(row: Sequence[str]) -> str | None:
    """Return the country of a row that is a caption; None for other rows."""
    label, text = _parts(row)
    if text is None or (not label and len(text) < SHORTEST):
        return None
    return text if len(_names().codes(text, Values.COUNTRY)) == 1 else None


def _parts(row: Sequence[str]) -> tuple[bool, str | None]:
    """Return whether a row says that it is about a country, and its text."""
    filled = list(dict.fromkeys(filter(None, map(str.strip, row))))  # merged cells
    text = ":".join(filled).replace("：", ":")  # a label may have a cell of its own
    if len(text) > LONGEST:
        return False, None
    parts = [part for each in text.split(":") if (part := each.strip(_AROUND))]
    if not parts:
        return False, None
    label, *rest = parts
    if len(rest) == 1 and _is_label(label):
        return True, rest[0]
    return False, None if rest else label


def _is_label(text: str) -> bool:
    meaning = synonyms.meanings().get(synonyms.fold(text))
    return meaning is not None and meaning.target == "country"


def _ends(row: Sequence[str]) -> bool:
    """Whether a row is another title, below which a country does not hold."""
    filled = [cell.strip() for cell in row if cell.strip()]
    return len(filled) == 1 and len(filled[0]) <= LONGEST and is_words(filled[0])


def found(rows: Sequence[Row], above: str) -> bool:
    """Whether rows with an address follow a caption.

    `above` is what stands above its headings.
    """
    captioned = country([above]) is not None
    for row in rows:
        captioned = captioned or country(row) is not None
        if captioned and "@" in "".join(row):
            return True
    return False


def spread(rows: Iterator[Row], above: str, *, taken: bool) -> Iterator[Row]:
    """Yield rows with a first cell more: the country above, if it is `taken`.

    A caption that is taken becomes an empty row, so that the numbers of rows stay.
    """
    present = country([above]) or ""
    for row in rows:
        caption = country(row)
        if caption is not None:
            present = caption
            yield [] if taken else ["", *row]
        else:
            if _ends(row):
                present = ""
            yield [present if taken and "".join(row).strip() else "", *row]


def ask(known: Columns, place: int) -> None:
    """Ask whether the column of captions is the country of the rows."""
    if "country" in known.targets.values():
        known.why[place] = "another column has the country"
        return
    first = next(filter(None, known.cells[place]), "")
    known.asked.add(place)
    known.unsure.add(place)
    known.why[place] = "may be country: it stands alone, above its rows"
    known.questions.append(
        f"countries stand in rows of their own, such as {first!r}: if each is the"
        f" country of the rows below it, --column country={HEADING}; if not, --ignore"
        f" {HEADING}"
    )
