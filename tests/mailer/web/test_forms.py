"""Numbers in fields and parameters, as people and hostile clients write them."""

import pytest

from mailer.web import forms


@pytest.mark.parametrize(
    ("given", "number"),
    [
        *((" 12 ", 12), ("١٢", 12), ("１２", 12), ("٣.٥", 7)),
        *(("12", 12), ("007", 7), ("0", 0), (str(2**31 - 1), 2**31 - 1)),
        *(("", 7), (None, 7), ("-1", 7), ("1.5", 7), ("²", 7), ("x", 7)),
        *((str(2**31), 7), ("9" * 19, 7), ("9" * 5_000, 7)),
    ],
)
def test_another_text_or_a_number_beyond_the_largest_is_none(
    given: str | None, number: int
) -> None:
    assert forms.number(given, otherwise=7) == number


def test_a_message_may_have_a_larger_number() -> None:
    assert forms.number(str(2**40), largest=forms.LARGEST_MESSAGE) == 2**40
