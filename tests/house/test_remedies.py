"""Errors have codes, edges have their remedies; no other module names a command."""

import ast
import string

from mailer.cli.remedies import REMEDIES
from tests.house.test_shape import FILES
from tools.checkout import ROOT

SENTENCES = "mailer/processes/log_sentences.py"  # for people at a terminal
ALERTS = "mailer/processes/alerting.py"  # mails for the operator
ANCHORS = "mailer/processes/anchor_mailing.py"  # mails for the unit
EDGES = ("mailer/cli/", "mailer/doctor/", "mailer/web/", SENTENCES, ALERTS, ANCHORS)


def coded() -> list[tuple[str, set[str]]]:
    """Return the code of each error or problem, and the names of its facts."""
    found = []
    for path in FILES:
        if path.relative_to(ROOT).parts[0] not in {"audiences", "mailer"}:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            given = {each.arg: each.value for each in node.keywords if each.arg}
            code = given.get("code")
            if isinstance(code, ast.Constant) and "." in str(code.value):
                found.append((str(code.value), set(given)))
    return found


def test_every_code_has_a_remedy_and_every_remedy_a_code() -> None:
    used = {code for code, _ in coded()} | {"translation.incomplete"}

    assert used == set(REMEDIES)


def test_every_error_has_the_facts_of_its_remedy() -> None:
    for code, given in coded():
        named = {name for _, name, *_ in string.Formatter().parse(REMEDIES[code])}
        assert named - {None} <= given, code


def test_only_edges_name_commands() -> None:
    naming = [
        path.relative_to(ROOT).as_posix()
        for path in FILES
        if path.relative_to(ROOT).parts[0] in {"audiences", "mailer", "scheduler"}
        and "`mailer " in path.read_text(encoding="utf-8")
    ]

    assert [each for each in naming if not each.startswith(EDGES)] == []
