"""TOML and JSON that are made against their readers are faults as any other."""

import pytest

from audiences.intake.encodings import parsed


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a = " + "[" * 100_000, "nested too deep"),
        ("a = " + "{a=" * 100_000, "nested too deep"),
        ("a = " + "1" * 100_000, "a number or a date"),
        ("a = 2027-02-31", "line 1"),
        ("a = \n", "line 1"),
    ],
)
def test_toml_that_cannot_be_read_is_one_kind_of_fault(
    text: str, sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        parsed.toml(text)


@pytest.mark.parametrize(
    "text",
    [
        *("[" * 100_000, '{"a":' * 100_000, "1" * 100_000, "", "[1"),
        b"\xff",
    ],
)
def test_json_that_cannot_be_read_is_one_kind_of_fault(text: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parsed.json_value(text)
