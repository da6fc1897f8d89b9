"""How long an outcome waits for others: little in doubt, and little time spent."""

from hypothesis import given
from hypothesis import strategies as st

from mailer.delivery.journal import LONGEST, PATIENT, SHARE, patience

SECONDS = st.floats(0, 1e6)


@given(took=SECONDS, age=SECONDS)
def test_an_outcome_waits_for_a_small_part_of_what_was_done(
    took: float, age: float
) -> None:
    wait = patience(took, age)

    assert 0 <= wait <= LONGEST
    assert wait * SHARE <= age * 1.000001


@given(took=st.floats(0, LONGEST / PATIENT), age=st.floats(LONGEST * SHARE, 1e6))
def test_writing_takes_a_small_part_of_a_slow_relays_time(
    took: float, age: float
) -> None:
    assert took <= (patience(took, age) + took) / PATIENT
