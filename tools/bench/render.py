"""How long rendering takes: `python -m tools.bench.render` prints a table.

A letter of ten blocks, warm, in each language; and the 500 variants of one campaign,
each another choice of blocks, as a release renders them.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations, islice

from audiences.languages import OFFERED
from mailer.rendering.render import render
from mailer.rendering.source import Source
from tools.samples import source, templates

LETTER, BLOCKS, ROUNDS, VARIANTS = "monthly-letter", 10, 50, 500


def ten_blocks(language: str) -> Source:
    """Return the monthly letter with its first ten blocks."""
    whole = source(LETTER, language)
    return replace(whole, blocks=whole.blocks[:BLOCKS])


def milliseconds(work: Callable[[], object], rounds: int) -> float:
    """Return what one round takes, after one to warm up."""
    work()
    started = time.perf_counter()
    for _ in range(rounds):
        work()
    return (time.perf_counter() - started) * 1000 / rounds


def variants(whole: Source, number: int) -> list[Source]:
    """Return variants of a letter that leave out one block, two, three and on."""
    chosen = (
        replace(whole, blocks=tuple(kept))
        for size in range(len(whole.blocks), 0, -1)
        for kept in combinations(whole.blocks, size)
    )
    return list(islice(chosen, number))


def measure() -> dict[str, float]:
    """Measure; milliseconds a letter, and seconds for all variants."""
    taken = {}
    for language in OFFERED:
        letter = ten_blocks(language)
        taken[f"{language}_ms"] = milliseconds(
            lambda letter=letter: render(letter, templates()),  # type: ignore[misc]
            ROUNDS,
        )
    many = variants(source(LETTER, "fr"), VARIANTS)
    started = time.perf_counter()
    for each in many:
        render(each, templates())
    taken["variants"] = len(many)
    taken["variants_s"] = time.perf_counter() - started
    return taken


def main() -> None:
    """Print the table."""
    for name, value in measure().items():
        print(f"{name:12} {value:8.2f}")


if __name__ == "__main__":
    main()
