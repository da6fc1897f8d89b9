"""Measures how well encodings are recognised, for docs/encodings.md.

`python -m tools.encodings.measure` prints the tables of that page: lists of 5, 20 and
100 rows in every language of names.toml, in each encoding that has its characters.
"""

import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from audiences.errors import FileRefusedError
from audiences.intake.encodings import evidence
from audiences.intake.encodings.candidates import CANDIDATES, named
from tools.encodings.lists import LANGUAGES, MadeList, lists

ROWS = (5, 20, 100)
SEEDS = range(8)
TELLING = 20  # rows of the table by encoding


def verdict(made: MadeList, folder: Path) -> str:
    """Return right, wrong or refused: the text that is read against the true one."""
    path = folder / "list.csv"
    path.write_bytes(made.octets)
    try:
        decoding = evidence.decoding(path, None, repair=False)
    except FileRefusedError:
        return "refused"
    read = made.octets.decode(decoding.codec, "replace")
    forms = {unicodedata.normalize("NFC", text) for text in (read, made.text)}
    return "right" if len(forms) == 1 else "wrong"


def measured(made: Iterable[MadeList]) -> dict[str, Counter[str]]:
    """Return how often each verdict was given, by codec."""
    counted: dict[str, Counter[str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for each in made:
            counted.setdefault(each.codec, Counter())[verdict(each, Path(folder))] += 1
    return counted


def share(counts: Counter[str], kind: str) -> str:
    """Return the share of a verdict: 99.2 %."""
    return f"{100 * counts[kind] / counts.total():.1f} %"


def main() -> None:
    """Print both tables."""
    print("| rows | lists | right | wrong | refused |\n|---|---|---|---|---|")
    by_codec: dict[str, Counter[str]] = {}
    for rows in ROWS:
        found = measured(lists(rows=rows, seeds=SEEDS))
        if rows == TELLING:
            by_codec = found
        total = sum(found.values(), Counter())
        cells = (share(total, kind) for kind in ("right", "wrong", "refused"))
        print(f"| {rows} | {total.total()} | {' | '.join(cells)} |")
    print("\n| encoding | lists | right | refused |\n|---|---|---|---|")
    for codec in ("utf-8", "utf-8-sig", "utf-16", *(each.codec for each in CANDIDATES)):
        counts = by_codec[codec]
        cells = (share(counts, kind) for kind in ("right", "refused"))
        print(f"| {named(codec)} | {counts.total()} | {' | '.join(cells)} |")
    print(f"\n{len(LANGUAGES)} languages")


if __name__ == "__main__":
    main()
