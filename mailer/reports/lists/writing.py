"""Writes a list of the directory as HTML, XLSX or CSV."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from audiences.export import formats, workbook
from audiences.export.formats import Form
from audiences.export.guarding import guarded
from audiences.naming.folding import alphabetical
from mailer.rendering.language import typography
from mailer.rendering.language.catalogues import Catalogue
from mailer.reports.lists.entries import ListEntry
from mailer.reports.lists.kinds import ListKind

WIDTHS = (22, 24, 44, 14, 24, 40, 20, 44, 18)  # characters of the columns
PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def title(kind: ListKind, catalogue: Catalogue) -> str:
    """Return the title of a list in a language."""
    text = _subject_of(kind, catalogue)
    return text[:1].upper() + text[1:]


def _subject_of(kind: ListKind, catalogue: Catalogue) -> str:
    match kind:
        case ListKind.NGOS:
            return catalogue.text("Non-governmental organisations")
        case ListKind.FOCAL_POINTS:
            return catalogue.text("Focal points")
        case ListKind.EXPERTS:
            return catalogue.text("Expertise by field of work")
        case ListKind.OFFICES:
            return catalogue.text("Field offices")


def write_table(
    file: BinaryIO,
    kind: ListKind,
    entries: Sequence[ListEntry],
    catalogue: Catalogue,
    *,
    form: Form,
) -> None:
    """Write a list as one table, with headings in the language of the list."""
    heads = headings(kind, catalogue)
    rows = [row(kind, each, catalogue) for each in entries]
    if form is Form.CSV:
        with formats.opened(form, file, heads) as write:
            write(rows)
        return
    with workbook.sheet(
        file,
        heads,
        name=title(kind, catalogue),
        widths=WIDTHS,
        right_to_left=catalogue.direction == "rtl",
    ) as write_rows:
        write_rows([[guarded(cell) for cell in each] for each in rows])


def headings(kind: ListKind, catalogue: Catalogue) -> list[str]:
    """Return the headings of the columns in a language."""
    return [
        catalogue.text("Region"),
        catalogue.text("Country"),
        catalogue.text("Name"),
        catalogue.text("Acronym"),
        catalogue.text("Status"),
        _subject(kind, catalogue),
        catalogue.text("Languages"),
        catalogue.text("Addresses"),
        catalogue.text("Confirmed on"),
    ]


def _subject(kind: ListKind, catalogue: Catalogue) -> str:
    if kind is ListKind.OFFICES:
        return catalogue.text("Countries served")
    return catalogue.text("Fields of work")


def row(kind: ListKind, each: ListEntry, catalogue: Catalogue) -> list[str]:
    """Return the cells of an entry."""
    between = typography.semicolon(catalogue.language)
    return [
        each.region,
        each.country,
        each.name,
        each.acronym,
        each.status,
        between.join(each.serves if kind is ListKind.OFFICES else each.fields),
        between.join(each.languages),
        between.join(each.addresses),
        each.confirmed.isoformat() if each.confirmed else "",
    ]


def page(
    kind: ListKind,
    entries: Sequence[ListEntry],
    catalogue: Catalogue,
    *,
    sender: str,
    today: date,
) -> str:
    """Return a list as one HTML page that needs nothing else, to read and to print."""
    between = typography.semicolon(catalogue.language)
    return PAGES.get_template("list.html").render(
        language=catalogue.language,
        direction=catalogue.direction,
        title=title(kind, catalogue),
        sender=sender,
        as_of=catalogue.text("As of %(day)s", day=catalogue.day(today)),
        headings=headings(kind, catalogue)[1:],
        groups=groups(kind, entries, catalogue),
        index=index(kind, entries),
        kind=kind,
        between=between,
        day=lambda each: catalogue.day(each) if each else catalogue.text("not yet"),
        t=catalogue.text,
    )


def groups(
    kind: ListKind, entries: Sequence[ListEntry], catalogue: Catalogue
) -> Mapping[str, Sequence[ListEntry]]:
    """Return the entries by region, or by field of work if the list is of experts."""
    if kind is ListKind.EXPERTS:
        return _by_field(entries)
    elsewhere = catalogue.text("Without a country")
    return {
        region or elsewhere: list(group)
        for region, group in groupby(entries, key=lambda each: each.region)
    }


def _by_field(entries: Sequence[ListEntry]) -> dict[str, list[ListEntry]]:
    found: dict[str, list[ListEntry]] = {}
    for each in entries:
        for field in each.fields:
            found.setdefault(field, []).append(each)
    return {field: found[field] for field in sorted(found, key=alphabetical)}


def index(
    kind: ListKind, entries: Sequence[ListEntry]
) -> Mapping[str, Sequence[ListEntry]]:
    """Return the entries by field, or by country served; none for experts."""
    if kind is ListKind.EXPERTS:
        return {}
    if kind is not ListKind.OFFICES:
        return _by_field(entries)
    found: dict[str, list[ListEntry]] = {}
    for each in entries:
        for country in each.serves:
            found.setdefault(country, []).append(each)
    return {country: found[country] for country in sorted(found, key=alphabetical)}
