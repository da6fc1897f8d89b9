"""A seed can be given again, and a wait ends with what it missed."""

import pytest

from tools import dice
from tools.waiting import eventually, until


def test_a_seed_is_printed_and_can_be_given_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(dice.GIVEN, raising=False)
    seed = dice.a_seed()
    thrown = dice.of(seed).random()
    monkeypatch.setenv(dice.GIVEN, str(seed))

    assert f"{dice.GIVEN}={seed}" in capsys.readouterr().err
    assert dice.of(dice.a_seed()).random() == thrown
    assert dice.a_seed(seed + 1) == seed + 1


async def test_a_wait_ends_with_its_condition_or_with_its_sentence() -> None:
    looks = []

    async def came() -> bool:
        looks.append(1)
        return len(looks) == 3

    await eventually(came, "it never comes")
    with pytest.raises(AssertionError, match=r"it never comes, after 0\.05 seconds"):
        await eventually(lambda: False, "it never comes", within=0.05)
    with pytest.raises(AssertionError, match=r"it never comes, after 0\.05 seconds"):
        until(lambda: False, "it never comes", within=0.05)

    assert len(looks) == 3
