"""Reads the text of a block `table`: its rows, and the text below it.

    | Sector    | 2026 |        | 2027 |        |
    |           | NGOs | Events | NGOs | Events |
    |-----------|------|--------|------|--------|
    | Education | 105  | 3      | 110  | 4      |

One or two rows above the rule are the heads; without a rule the first row is the head.
In the upper of two heads an empty cell belongs to the cell before it. A row may also
be cells with tabs between them, as spreadsheets copy them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailer.rendering.forms.fault import FormError

_RULE = re.compile(r":?-+:?")
_TYPESET = re.compile(r":?[-‐–—−―]+:?")  # as programs correct --- while one types
_BELOW_HEAD = re.compile(r"[\s|:：-]{3,}")
_CELLS = re.compile(r"(?<!\\)\|")
_DIGITS = "0-9٠-٩۰-۹"
_NUMBER = re.compile(
    rf"[*_]{{0,3}}(?:[€$£¥]\s?)?[+−–-]?[{_DIGITS}](?:[\s.,'’٫٬]?[{_DIGITS}])*"
    r"(?:\s?(?:[%٪‰€$£¥]|[A-Z]{3}))?[*_]{0,3}"
)
_NO_VALUE = {"", "-", "–", "—", "…", "n/a", "s.o."}


@dataclass(frozen=True, kw_only=True, slots=True)
class DataTable:
    """The cells of a table as Markdown; `heads` are one or two rows."""

    heads: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[str, ...], ...]
    aligned: tuple[str, ...]  # of each column: start, center or end
    below: str  # the text below the table


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """A cell of a head: its first column, and how many columns and rows it spans."""

    text: str
    column: int
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    cells: tuple[str, ...]
    has_bars: bool  # or else tabs

    @property
    def is_rule(self) -> bool:
        return self.is_made_of(_RULE)

    def is_made_of(self, pattern: re.Pattern[str]) -> bool:
        """Return whether each cell is as the pattern says."""
        return self.has_bars and all(pattern.fullmatch(cell) for cell in self.cells)


def read(text: str) -> DataTable:
    """Return a table; raise FormError at the first line at fault."""
    rows, below = _rows(_with_bars(text).split("\n"))
    ruled = _place_of_rule(rows)
    heads, body = (rows[:1], rows[1:]) if ruled is None else _cut(rows, ruled)
    _check_widths(heads[0], [*heads[1:], *body])
    heads, body = _second_head(heads, body)
    _check_heads(heads)
    if not body:
        raise FormError(rows[-1].line, "the table has a head and no row below it")
    cells = tuple(row.cells for row in body)
    rule = rows[ruled].cells if ruled is not None else ()
    return DataTable(
        heads=tuple(row.cells for row in heads),
        rows=cells,
        aligned=tuple(_alignments(cells, rule)),
        below=below,
    )


def head_cells(read_table: DataTable) -> Iterator[list[Head]]:
    """Yield the cells of each row of heads."""
    *upper, lower = read_table.heads
    if upper:
        yield list(_upper(upper[0], lower))
    yield [
        Head(text=text, column=number)
        for number, text in enumerate(lower)
        if text or not upper
    ]


def _upper(upper: Sequence[str], lower: Sequence[str]) -> Iterator[Head]:
    for number, text in enumerate(upper):
        if text and not lower[number]:
            yield Head(text=text, column=number, rows=2)
        elif text:
            following = [*upper[number + 1 :], "end"]
            width = 1 + next(n for n, cell in enumerate(following) if cell)
            yield Head(text=text, column=number, columns=width)
        elif number == 0:
            yield Head(text="", column=0, rows=1 if lower[0] else 2)


def as_markdown(text: str) -> str:
    """Return a text with its rows between tabs written as rows of Markdown."""
    text = _with_bars(text)
    rows, below = _rows(text.split("\n"))
    if "\t" not in text:
        return text
    lines = ["| " + " | ".join(row.cells) + " |" for row in rows]
    if not any(row.is_rule for row in rows):
        lines.insert(1, "|" + "---|" * len(rows[0].cells))
    return "\n".join([*lines, *(["", below] if below else [])])


def _with_bars(text: str) -> str:
    """Return a table with `|` before each row, and with the signs of ASCII.

    A Chinese keyboard writes ｜ and ：; Markdown needs no bar at either end.
    """
    lines = [
        line.replace("｜", "|") if line.lstrip().startswith("｜") else line
        for line in text.split("\n")
    ]
    for number, line in enumerate(lines[:3]):
        if _BELOW_HEAD.fullmatch(line):
            lines[number] = line.replace("：", ":")
    if len(lines) > 1 and "|" in lines[0] and "|" in lines[1]:
        open_ended = not lines[0].lstrip().startswith("|")
        if open_ended and _BELOW_HEAD.fullmatch(lines[1]):
            end = next((n for n, each in enumerate(lines) if "|" not in each), None)
            lines[:end] = [f"| {each.strip()} |" for each in lines[:end]]
    return "\n".join(lines)


def _rows(lines: Sequence[str]) -> tuple[list[_Row], str]:
    """Return the rows that a text begins with, and the text below them."""
    rows: list[_Row] = []
    for number, line in enumerate(lines):
        # A cell that is copied may begin with a bar: the first row says which they are.
        has_tabs = bool(rows) and not rows[0].has_bars and "\t" in line
        if line.lstrip().startswith("|") and not has_tabs:
            rows.append(_Row(number, tuple(_between_bars(line.strip())), has_bars=True))
        elif "\t" in line:
            cells = _between_tabs(line, number, len(rows[0].cells) if rows else 0)
            if any(cells):
                rows.append(_Row(number, cells, has_bars=False))
        elif not line.strip() or not rows:
            return _some(rows, line), "\n".join(lines[number:]).strip()
        else:
            what = f"found {line.strip()[:60]!r} in a table; expected a row | a | b |"
            raise FormError(number, f"{what}, or an empty line after the table")
    return _some(rows, lines[-1]), ""


def _some(rows: list[_Row], line: str) -> list[_Row]:
    if not rows:
        what = f"found {line.strip()[:60]!r}; expected a table such as | Who | What |"
        raise FormError(0, f"{what}, or rows copied from a spreadsheet")
    return rows


def _between_bars(line: str) -> Iterator[str]:
    inner = line[1:]
    if inner.endswith("|") and not inner.endswith("\\|"):
        inner = inner[:-1]
    return (cell.strip() for cell in _CELLS.split(inner))


def _between_tabs(line: str, number: int, width: int) -> tuple[str, ...]:
    """Return the cells of a row; editors remove empty cells at its end.

    Spreadsheets quote a cell that has a quotation mark or a line break.
    """
    cells = []
    for cell in line.split("\t"):
        plain = cell.strip()
        if plain.startswith('"'):
            if plain == '"' or not plain.endswith('"'):
                what = f"the cell {plain[:40]} has a line break"
                raise FormError(number, f"{what}; write it on one line")
            plain = plain[1:-1].replace('""', '"')
        cells.append(plain.replace("|", "\\|"))
    return (*cells, *[""] * (width - len(cells)))


def _place_of_rule(rows: Sequence[_Row]) -> int | None:
    """Return the place of the rule; one of long dashes can only be below the heads."""
    found = next((n for n, row in enumerate(rows) if row.is_rule), None)
    if found is not None:
        return found
    typeset = (n for n, row in enumerate(rows[:3]) if n and row.is_made_of(_TYPESET))
    return next(typeset, None)


def _cut(rows: list[_Row], ruled: int) -> tuple[list[_Row], list[_Row]]:
    """Return the heads and the body of rows with a rule."""
    heads, body = rows[:ruled], rows[ruled + 1 :]
    if ruled not in {1, 2}:
        what = f"found {ruled} rows above the rule of the table; expected one or two"
        raise FormError(rows[ruled].line, f"{what} rows of heads")
    if len(rows[ruled].cells) != len(heads[0].cells):
        what = f"the rule has {len(rows[ruled].cells)} cells"
        sentence = f"{what}, and the head has {len(heads[0].cells)}"
        raise FormError(rows[ruled].line, sentence)
    again = next((r for r in body if r.is_rule and "--" in r.cells[0]), None)
    if again is not None:
        raise FormError(again.line, "the table has a second rule; remove it")
    return heads, body


def _check_widths(head: _Row, others: Sequence[_Row]) -> None:
    for row in others:
        if len(row.cells) != len(head.cells):
            what = f"this row has {len(row.cells)} cells"
            sentence = (
                f"{what}, and the head has {len(head.cells)}; write \\| for a bar"
            )
            raise FormError(row.line, sentence)


def _second_head(heads: list[_Row], body: list[_Row]) -> tuple[list[_Row], list[_Row]]:
    """Take the first row as a second head where the only head has gaps to fill."""
    if len(heads) == 1 and "" in heads[0].cells[1:] and body and not body[0].cells[0]:
        return [*heads, body[0]], body[1:]
    return heads, body


def _check_heads(heads: Sequence[_Row]) -> None:
    """Raise FormError if a column has no head; only the first needs none."""
    upper, lower = heads[0], heads[-1]
    for number, cell in enumerate(lower.cells[1:], start=1):
        above, before = upper.cells[number], upper.cells[number - 1]
        if not cell and not above:
            what = f"column {number + 1} has no head; write what its cells are"
            raise FormError(lower.line, what)
        if not above and not (before or number > 1):
            what = f"column {number + 1} has no head above {cell[:40]!r}"
            raise FormError(upper.line, what)
        if not above and before and not lower.cells[number - 1]:
            what = f"column {number} has no head below {before[:40]!r}"
            raise FormError(lower.line, what)


def _alignments(rows: Sequence[tuple[str, ...]], rule: Sequence[str]) -> Iterator[str]:
    """Yield the alignment of each column: that of the rule, or the end for numbers."""
    for number in range(len(rows[0])):
        dashes = rule[number].strip() if rule else ""
        cells = [row[number] for row in rows]
        if dashes.endswith(":"):
            yield "center" if dashes.startswith(":") else "end"
        elif dashes.startswith(":") or number == 0 or not are_numbers(cells):
            yield "start"
        else:
            yield "end"


def is_number(cell: str) -> bool:
    """Return whether a cell is a number, a percentage or an amount."""
    return _NUMBER.fullmatch(cell) is not None


def are_numbers(cells: Sequence[str]) -> bool:
    """Return whether a column has numbers, and nothing but numbers and gaps."""
    values = [cell for cell in cells if cell.strip().lower() not in _NO_VALUE]
    return bool(values) and all(map(is_number, values))
