"""The pins of a run and of the tests agree: what runs the tests runs the command."""

from tools.checkout import ROOT


def pins(kind: str) -> set[str]:
    """Return each package with its version and the condition it is needed on."""
    text = (ROOT / "requirements" / f"{kind}.txt").read_text(encoding="utf-8")
    return {each for each in text.splitlines() if "==" in each}


def test_the_pins_of_the_tests_have_those_of_a_run() -> None:
    assert pins("run")
    assert pins("run") - pins("test") == set()
