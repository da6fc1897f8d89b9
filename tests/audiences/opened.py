"""Opens a list, and reads its cells as the import gets them."""

from collections.abc import Iterator
from pathlib import Path

from audiences.intake import read
from audiences.intake.lists.table import Table
from audiences.intake.mapping import plan
from audiences.intake.mapping.plan import Chosen, Mapping


def write(tmp_path: Path, text: str | bytes, name: str = "list.csv") -> Path:
    """Write a list; return its path."""
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def opened(
    tmp_path: Path,
    text: str | bytes,
    *,
    name: str = "list.csv",
    mapping: Mapping | None = None,
    chosen: tuple[str, ...] = (),
) -> Table:
    """Open a list with a mapping, and with what the command line chose."""
    path = write(tmp_path, text, name)
    combined = plan.combined(mapping, Chosen(columns=chosen))
    return read.open_table(path, mapping=combined)


def cells(table: Table) -> Iterator[dict[str, str]]:
    """Yield each row as the cells of its columns."""
    for row in table.rows:
        yield {
            name: row[place].strip() if place < len(row) else ""
            for name, place in table.positions.items()
        }
