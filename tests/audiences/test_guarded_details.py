"""Details that a spreadsheet could take for a formula come back as they were."""

import pytest

from audiences.export.guarding import guarded
from audiences.intake.values.cell import Parse
from audiences.intake.values.detail_cells import DetailCells
from audiences.people.details import CELLS


def _as_typed(raw: str) -> str:
    return raw


@pytest.mark.parametrize("note", ["=1+1", "- asked in May", "+33 1", "@ the forum"])
def test_a_guarded_detail_is_read_as_it_was(note: str) -> None:
    parse: Parse = _as_typed
    table = DetailCells(
        {"notes": (0, parse)}, [], fingerprint=str.encode, lenient=frozenset()
    )
    read = table.read([guarded(note)])
    assert read is not None
    assert dict(zip(CELLS, read.cells, strict=True))["notes"] == note
