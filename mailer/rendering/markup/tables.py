"""Writes a table as HTML, with a head for each column and row."""

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from mailer.rendering.forms import table
from mailer.rendering.forms.table import DataTable, Head
from mailer.rendering.markup import markdown


def inline(line: str) -> Markup:
    """Return one line of Markdown as HTML."""
    return Markup(markdown.to_inline_html(line))  # noqa: S704 (our Markdown)


def write(read: DataTable, title: Markup, level: int, start: str) -> Markup:
    """Return a table; `level` is that of its title, `start` the side of lines."""
    aligned = [markdown.side_of(each, start) for each in read.aligned]
    heads = [
        [_head(each, aligned[each.column]) for each in row]
        for row in table.head_cells(read)
    ]
    rows = [list(_cells(row, aligned, start)) for row in read.rows]
    heading = Markup('<h{} class="title">{}</h{}>').format(level, title, level)
    return Markup(
        '<table class="data"><caption style="text-align:{}">{}</caption>'
        "<thead>{}</thead><tbody>{}</tbody></table>"
    ).format(start, heading, _rows(heads), _rows(rows))


def _rows(rows: Sequence[Sequence[Markup]]) -> Markup:
    made = (Markup("<tr>{}</tr>").format(Markup().join(row)) for row in rows)
    return Markup().join(made)


def _head(head: Head, side: str) -> Markup:
    spans = Markup()
    if head.columns > 1:
        side, spans = "center", Markup(' colspan="{}"').format(head.columns)
    elif head.rows > 1:
        spans = Markup(' rowspan="{}"').format(head.rows)
    if not head.text:
        return Markup("<td{}></td>").format(spans)
    scope = "colgroup" if head.columns > 1 else "col"
    return Markup('<th scope="{}"{} style="text-align:{}">{}</th>').format(
        scope, spans, side, _cell(head.text)
    )


def _cells(row: Sequence[str], aligned: Sequence[str], start: str) -> Iterator[Markup]:
    for number, cell in enumerate(row):
        side = aligned[number]
        style = Markup(' style="text-align:{}"').format(side)
        if number == 0 and cell:
            yield Markup('<th scope="row"{}>{}</th>').format(style, _cell(cell))
        else:
            shown = style if side != start else Markup()
            yield Markup("<td{}>{}</td>").format(shown, _cell(cell))


def _cell(cell: str) -> Markup:
    """Return a cell; a line may break in an address, and not in a number."""
    html = inline(cell.replace(" ", "\u00a0") if table.is_number(cell) else cell)
    if "@" in html and "<a" not in html:
        return Markup(str(html).replace("@", "@<wbr />"))  # noqa: S704 (of HTML)
    return html
