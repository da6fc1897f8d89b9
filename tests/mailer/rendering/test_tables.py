"""A table is understood as people write or paste it, or refused with its line."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mailer.rendering.forms import table
from mailer.rendering.forms.fault import FormError
from tests.mailer.rendering.test_blocks import fault, shown

TWO_HEADS = (
    "| Sector | 2026 | | 2027 | |\n| | NGOs | Events | NGOs | Events |\n"
    "|---|---|---|---|---|\n| Education | 105 | 3 | 110 | 4 |"
)
PASTED = "Sector\tNGOs\tEvents\nEducation\t1 105\t3\nCulture\t72\t"
CELL = st.text("abc 0123456789|€,.é语ع", max_size=8).map(str.strip)


def html_of(text: str) -> str:
    html = shown(f"# table t\ntitle: Figures\n\n{text}").replace("<wbr />", "")
    return re.sub(
        r"[ \n]+", " ", html.partition('class="data"')[2].partition("</table>")[0]
    )


def test_cells_of_the_upper_head_span_the_columns_below_them() -> None:
    html = html_of(TWO_HEADS)

    assert re.search(r'<th [^>]*rowspan="2"[^>]*>Sector<', html)
    assert re.findall(r'scope="colgroup"[^>]*colspan="2"[^>]*>(\d+)', html) == [
        "2026",
        "2027",
    ]
    assert re.findall(r'scope="col"[^>]*>(NGOs|Events)', html) == ["NGOs", "Events"] * 2


def test_a_second_head_below_the_rule_is_a_head() -> None:
    lines = TWO_HEADS.split("\n")
    below = "\n".join([lines[0], lines[2], lines[1], lines[3]])

    assert html_of(below) == html_of(TWO_HEADS)


def test_rows_of_a_spreadsheet_are_a_table_with_aligned_numbers() -> None:
    read = table.read(table.as_markdown(PASTED))

    assert read.heads == (("Sector", "NGOs", "Events"),)
    assert read.rows == (("Education", "1 105", "3"), ("Culture", "72", ""))
    assert read.aligned == ("start", "end", "end")
    assert html_of(PASTED).count("text-align: right") == 6
    assert "1\u00a0105" in html_of(PASTED)


@pytest.mark.parametrize(
    ("cell", "aligned"),
    [
        *((each, "end") for each in ("1,105", "−3", "12 %", "€ 40", "40 EUR", "**7**")),
        *((each, "end") for each in ("١٢٣", "1.105,50", "1 105")),
        *((each, "start") for each in ("2026-27", "3 May", "CL/4500", "–", "+33 a")),
    ],
)
def test_a_column_of_numbers_is_aligned_at_the_end(cell: str, aligned: str) -> None:
    read = table.read(f"| a | b |\n|---|---|\n| x | {cell} |")

    assert read.aligned[1] == aligned


@pytest.mark.parametrize(
    "text",
    [
        "| A | B |\n|---|--:|\n| a | b |",
        "A | B\n--- | --:\na | b",
        "｜A｜B｜\n｜---｜--：｜\n｜a｜b｜",
        "| A | B |\n|---|--：|\n| a | b |",
    ],
)
def test_bars_and_colons_may_be_wide_and_the_outer_bars_missing(text: str) -> None:
    for each in (text, table.as_markdown(text)):
        made = table.read(each)

        assert (made.heads, made.rows) == ((("A", "B"),), (("a", "b"),))
        assert made.aligned == ("start", "end")


@pytest.mark.parametrize("dashes", ["—", "–––", ":—", "——:"])
def test_a_rule_may_have_dashes_that_a_program_corrected(dashes: str) -> None:
    read = table.read(f"| a | b |\n|{dashes}|{dashes}|\n| c | – |\n| – | — |")

    assert read.heads == (("a", "b"),)
    assert read.rows == (("c", "–"), ("–", "—"))


def test_the_rule_may_align_a_column() -> None:
    read = table.read("| a | b | c | d |\n|---|:--|:-:|--:|\n| 1 | 2 | x | y |")

    assert read.aligned == ("start", "start", "center", "end")


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("Who and what", 9, "expected a table such as | Who | What |"),
        ("| a | b |\n|---|---|\n| 1 | 2 | 3 |", 11, "this row has 3 cells"),
        ("| a | b |\n|---|---|\n| 1 |", 11, "this row has 1 cells"),
        ("| a | b |\n|---|\n| 1 | 2 |", 10, "the rule has 1 cells"),
        ("| a | b |\n|---|---|", 10, "a head and no row"),
        ("| a | |\n|---|---|\n| 1 | 2 |", 9, "column 2 has no head"),
        ("| a | b |\n|---|---|\n| 1 | 2 |\nmore", 12, "expected a row | a | b |"),
        ("| a |\n| b |\n| c |\n|---|\n| 1 |", 12, "found 3 rows above the rule"),
        ("| a | b |\n|---|---|\n| 1 | 2 |\n|---|---|", 12, "a second rule"),
        ('a\tb\n1\t"2', 10, "has a line break"),
        ("a\tb\n1\t2\t3", 10, "this row has 3 cells"),
    ],
)
def test_a_table_that_is_not_understood_is_refused_with_its_line(
    text: str, line: int, what: str
) -> None:
    sentence = fault(f"# table t\ntitle: Figures\n\n{text}")

    assert what in sentence
    assert sentence.startswith(f"en.md, line {line}")


def test_a_text_may_follow_a_table() -> None:
    html = shown(f"# table t\ntitle: Figures\n\n{TWO_HEADS}\n\nAs of **May**.")

    assert "</table><p" in re.sub(r">\s+<", "><", html)
    assert "<strong>May</strong>" in html


@given(
    st.integers(2, 4).flatmap(
        lambda width: st.lists(
            st.lists(CELL, min_size=width, max_size=width), min_size=2, max_size=5
        )
    )
)
def test_whatever_is_pasted_is_kept_cell_by_cell_or_refused(
    rows: list[list[str]],
) -> None:
    rows = [[cell.replace("|", "").strip() for cell in rows[0]], *rows[1:]]
    assume(any(rows[0]))  # a table has heads
    text = "\n".join("\t".join(row) for row in rows)
    try:
        read = table.read(table.as_markdown(text))
    except FormError:
        return

    cells = [
        [cell.replace("\\|", "|") for cell in row] for row in read.heads + read.rows
    ]
    assert cells == [row for row in rows if any(row)]
