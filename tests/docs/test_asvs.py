"""The table of ASVS answers each requirement of levels 1 and 2 by tests or a reason."""

import re

from tools.checkout import ROOT

TABLE = (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")
STANDARD = ROOT / "tests" / "docs" / "asvs-5.0.0-levels-1-2.txt"


def test_each_requirement_of_the_standard_is_answered_once() -> None:
    answered = re.findall(r"\bV\d+\.\d+\.\d+\b", TABLE)
    required = STANDARD.read_text(encoding="utf-8").split()

    assert sorted(answered) == sorted(required)


def test_each_answer_names_tests_that_exist_or_a_reason() -> None:
    rows = re.findall(r"^\| V.* \| (.*) \|$", TABLE, re.MULTILINE)
    for row in rows:
        named = re.findall(r"`(tests/[^`]+)`", row)
        assert named or row.startswith(("Does not apply: ", "Open: ")), row
        assert [each for each in named if not (ROOT / each).is_file()] == []
