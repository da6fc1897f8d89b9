"""The delay of writes: few outcomes unwritten, and little time spent on writing."""

from hypothesis import given
from hypothesis import strategies as st

from mailer.delivery.journal import AGE_FACTOR, MAX_DELAY, WRITE_FACTOR, write_delay

SECONDS = st.floats(0, 1e6)


@given(seconds=SECONDS, age=SECONDS)
def test_the_delay_is_a_small_part_of_the_workers_age(
    seconds: float, age: float
) -> None:
    delay = write_delay(seconds, age)

    assert 0 <= delay <= MAX_DELAY
    assert delay * AGE_FACTOR <= age * 1.000001


@given(
    seconds=st.floats(0, MAX_DELAY / WRITE_FACTOR),
    age=st.floats(MAX_DELAY * AGE_FACTOR, 1e6),
)
def test_writing_takes_a_small_part_of_a_slow_relays_time(
    seconds: float, age: float
) -> None:
    assert seconds <= (write_delay(seconds, age) + seconds) / WRITE_FACTOR
