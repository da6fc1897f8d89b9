"""Takes the rows that columns are proposed by, and refuses lists without addresses."""

from collections.abc import Generator, Iterator

from audiences.errors import FileRefusedError

SAMPLE = 220  # rows by whose cells columns are proposed
MAX_SAMPLE = 1_000_000  # characters of them
MAX_COLUMNS = 200


def refuse_wide(header: list[str]) -> None:
    """Raise FileRefusedError if a list has more columns than are read."""
    if len(header) > MAX_COLUMNS:
        raise FileRefusedError(
            f"the first row has {len(header)} columns; at most {MAX_COLUMNS} are read"
        )


def no_addresses(header: list[str]) -> str:
    """Return the sentence on a list without addresses and organisations."""
    found = ", ".join(repr(each[:40]) for each in header[:12]) or "nothing"
    return (
        "no column is headed address (or e-mail) or organisation; there are"
        f" {found}; name the column with --column address=HEADING"
    )


def sample(rows: Iterator[list[str]]) -> tuple[list[list[str]], Iterator[list[str]]]:
    """Return the first rows, and all; a fault of the first is raised after them."""
    taken: list[list[str]] = []
    size = 0
    try:
        for row in rows:
            taken.append(row)
            size += sum(map(len, row))
            if len(taken) == SAMPLE or size > MAX_SAMPLE:
                break
    except FileRefusedError as fault:
        if not taken:
            raise
        return taken, _resumed(taken, _raising(fault))
    return taken, _resumed(taken, rows)


def usual_cells(rows: list[list[str]]) -> int:
    """Return how many cells are filled in most rows that have an address."""
    filled = sorted(
        sum(map(bool, map(str.strip, row))) for row in rows if "@" in "".join(row)
    )
    return filled[len(filled) // 2] if filled else 0


def _resumed(taken: list[list[str]], rest: Iterator[list[str]]) -> Iterator[list[str]]:
    """Yield the rows taken and the rest; close the rest at the end."""
    try:
        yield from taken
        yield from rest
    finally:
        if isinstance(rest, Generator):
            rest.close()


def _raising(fault: FileRefusedError) -> Iterator[list[str]]:
    raise fault
    yield  # makes this a generator
