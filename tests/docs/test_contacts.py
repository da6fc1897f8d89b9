"""The page on lists names every column, and its example imports without a fault."""

from pathlib import Path

import pytest

from audiences.intake.columns import COLUMNS
from tests.acts.commands import Mailer, shown
from tests.docs.markdown import fences
from tools.checkout import ROOT

PAGE = ROOT / "docs" / "contacts.md"


def test_the_table_has_every_column_and_what_it_holds() -> None:
    text = PAGE.read_text(encoding="utf-8")

    for column in COLUMNS:
        assert f"| `{column.name}` | {column.holds} |\n" in text
    assert text.count("\n| `") == len(COLUMNS)


@pytest.mark.parametrize("store", ["sqlite"])
def test_the_example_imports_without_a_fault(mailer: Mailer, tmp_path: Path) -> None:
    (example,) = [
        each.text for each in fences(PAGE) if each.text.startswith("address;")
    ]
    path = tmp_path / "list.csv"
    path.write_text(example, encoding="utf-8")

    report = mailer("contacts", "import", str(path), "--json").json

    assert report["faults"] == []
    assert (report["added"], report["organisations"]) == (2, 1)


@pytest.mark.parametrize("store", ["sqlite"])
def test_the_template_has_every_column_and_imports_without_a_fault(
    mailer: Mailer, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    mailer("contacts", "template", str(path))

    report = mailer("contacts", "import", str(path), "--json").json
    again = mailer("contacts", "template", str(path))

    assert report["faults"] == []
    assert (report["added"], report["organisations"]) == (2, 1)
    assert "is there already" in shown(again.err)
