"""Columns of JSON objects, as listmonk exports them: each key is a column."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiences.intake.lists.table import Table
from audiences.intake.mapping import attributes
from tests.audiences.opened import cells, opened

HEAD = "email,name,attributes,status\n"
ADA = 'a@x.example,Ada,"{""organisation"": ""icom"", ""lang"": ""fr""}",enabled\n'
STRANGE = (
    *("{", "{}", "[1]", "{]}", '{"a": {"b": 1}}', '{"a": [null, [1], true]}', "}{"),
    '{"a":' * 50_000,
)


def test_keys_become_columns_that_are_understood(tmp_path: Path) -> None:
    table = opened(tmp_path, HEAD + ADA + "b@x.example,Bo,{},enabled\n")
    first, second = cells(table)

    assert (first["organisation"], first["languages"]) == ("icom", "fr")
    assert (second["address"], second["organisation"]) == ("b@x.example", "")


def test_a_key_about_opt_outs_is_a_question(tmp_path: Path) -> None:
    wish = 'o@x.example,Otto,"{""newsletter_stop"": true}",enabled\n'
    table = opened(tmp_path, HEAD + ADA + wish)

    assert table.layout is not None
    (question,) = table.layout.questions
    assert "--column opt_out='newsletter_stop'" in question


def test_keys_that_come_late_are_told(tmp_path: Path) -> None:
    late = 'z@x.example,Z,"{""late"": 1}",enabled\n'
    table = opened(tmp_path, HEAD + ADA * 300 + late)
    rows = list(cells(table))

    assert len(rows) == 301
    assert table.notes[-1] == "keys of objects that come later are not read: 'late'"


@pytest.mark.parametrize("cell", STRANGE)
def test_a_strange_cell_is_read_in_bounded_time(cell: str) -> None:
    assert len(attributes.headings(attributes.found(["a"], [[cell]]))) <= 1


@given(st.lists(st.text(max_size=12), max_size=6))
def test_rows_keep_their_cells(row: list[str]) -> None:
    table = Table(name="x", form="CSV")
    (spread,) = attributes.spread(iter([row]), {0: ["k"]}, 2, table)

    if "".join(row).strip():
        assert spread[: min(len(row), 2)] == row[:2]
        assert spread[3:] == row[2:]
    else:
        assert spread == row
