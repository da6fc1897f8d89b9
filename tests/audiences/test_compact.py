"""Many texts with numbers, in little memory."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiences.intake.values.compact import Numbers, Texts

# A process of its own, so that nothing else is measured.
CODE = """
import resource
from audiences.intake.values.bodies import KnownBodies
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before, known = peak(), KnownBodies()
for number in range(60_000):
    known.code(f"Association internationale no {number}", None)
print(peak() - before)
"""
MOST = 14 * 1024  # KiB; a dictionary of them takes 30 MiB


@given(st.lists(st.tuples(st.text(max_size=8), st.integers(0, 2**32 - 1))))
def test_each_text_has_the_number_it_was_given_last(
    pairs: list[tuple[str, int]],
) -> None:
    numbers, truth = Numbers(), dict(pairs)
    for text, number in pairs:
        numbers.set(text, number)

    assert {text: numbers.get(text) for text in truth} == truth
    assert numbers.get("a text of more than eight") is None


def test_numbers_stay_when_the_table_grows() -> None:
    numbers = Numbers()
    for number in range(5_000):
        numbers.set(f"name {number}", number)

    assert [numbers.get(f"name {n}") for n in range(5_000)] == list(range(5_000))
    assert numbers.get("name 5000") is None


@given(st.lists(st.text(), min_size=2))
def test_texts_are_read_by_their_numbers(listed: list[str]) -> None:
    texts = Texts()
    numbers = [texts.add(each) for each in listed]

    assert [texts.at(number) for number in numbers] == listed
    assert [texts.after(number) for number in numbers[:-1]] == listed[1:]


@pytest.mark.prove
def test_names_of_organisations_take_little_memory() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", CODE], check=True, capture_output=True, text=True
    )

    assert int(ran.stdout) < MOST
