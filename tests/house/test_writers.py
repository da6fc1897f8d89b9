"""What only some modules may do: the lists stand here, and nobody else is on them."""

import re

from tests.house.test_shape import FILES
from tools.checkout import ROOT


def found(pattern: str) -> set[str]:
    """Return the modules of the product whose source has what a pattern says."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in FILES
        if path.relative_to(ROOT).parts[0] in {"audiences", "mailer"}
        and "migrations" not in path.parts
        and re.search(pattern, path.read_text(encoding="utf-8"), re.DOTALL)
    }


def test_nobody_approves_but_through_the_gate() -> None:
    assert found(r"\bapproval\.approve\(") == {"mailer/campaigns/review/gate.py"}


def test_one_place_asks_the_clock_for_the_instant() -> None:
    assert found(r"\bdatetime\.(now|utcnow|today)\(") == {"mailer/clock.py"}
