"""Verdicts: replies are read as expected, and faults of ours suppress no reader."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from mailer.cli.main import cli
from mailer.delivery.smtp import reply_rules, status_table, verdict
from mailer.delivery.smtp.replies import Reply
from mailer.delivery.smtp.reply_rules import ReplyRule
from mailer.delivery.smtp.verdict import Action, Permanence

CORPUS = [
    line.split("\t")
    for name in ("replies.tsv", "replies_of_providers.tsv")
    for line in (Path(__file__).parent / name).read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]
# RFC 5248's registry, the part after the class
REGISTERED = [
    *(f"1.{detail}" for detail in (0, 1, 2, 3, 4, 6, 7, 8, 9, 10)),
    *(f"2.{detail}" for detail in range(5)),
    *(f"3.{detail}" for detail in range(7)),
    *(f"4.{detail}" for detail in range(8)),
    *(f"5.{detail}" for detail in range(7)),
    *(f"6.{detail}" for detail in range(11)),
    *(f"7.{detail}" for detail in range(20)),
]


def reply(raw: str) -> Reply:
    lines = raw.split("\\n")
    return Reply(int(lines[0][:3]), "\n".join(line[4:] for line in lines))


def test_the_corpus_is_large_and_without_repetition() -> None:
    replies = [raw for raw, _, _ in CORPUS]

    assert len(replies) >= 800
    assert len(set(replies)) == len(replies)


@pytest.mark.parametrize(("raw", "action", "permanence"), CORPUS)
def test_a_reply_has_the_expected_verdict(
    raw: str, action: str, permanence: str
) -> None:
    found = verdict.read(reply(raw))

    assert (found.action, found.permanence) == (action, permanence)
    assert found.reason


@pytest.mark.parametrize("raw", [raw for raw, _, _ in CORPUS if raw[0] == "5"])
def test_a_refused_sender_never_suppresses_the_reader(raw: str) -> None:
    found = verdict.read(reply(raw), names_recipient=False)

    assert not found.suppress
    assert found.action in {Action.PAUSE, Action.RETRY}


STATUS = st.from_regex(r"[245]\.[0-9]{1,3}\.[0-9]{1,3} ", fullmatch=True) | st.just("")


@given(st.integers(400, 499), STATUS, st.text(max_size=200))
def test_a_4yz_reply_is_always_tried_again(code: int, status: str, text: str) -> None:
    found = verdict.read(Reply(code, status + text))

    assert found.action is Action.RETRY
    assert not found.suppress


@given(st.integers(500, 599), STATUS, st.text(max_size=200))
def test_only_a_refusal_because_of_the_mailbox_suppresses(
    code: int, status: str, text: str
) -> None:
    found = verdict.read(Reply(code, status + text))

    assert found.action is not Action.ACCEPT
    if found.permanence is Permanence.SENDER:
        assert not found.suppress
    if found.suppress:
        assert found.action is Action.REFUSE


@given(st.integers(200, 399), st.text(max_size=50))
def test_a_positive_reply_is_accepted(code: int, text: str) -> None:
    assert verdict.read(Reply(code, text)).action is Action.ACCEPT


def test_a_very_long_reply_is_read() -> None:
    long = "mailbox " * 20_000

    assert verdict.read(Reply(550, long)).action is Action.REFUSE


@pytest.mark.parametrize("rules", [verdict.SPECIFIC, verdict.GENERAL])
def test_every_rule_decides_some_reply(rules: tuple[ReplyRule, ...]) -> None:
    answers = [reply(raw) for raw, _, _ in CORPUS]
    used = {
        next((rule for rule in rules if rule.matches(str(each.code), text)), None)
        for each in answers
        for text in [verdict.words(each.text)]
    }

    assert [rule for rule in rules if rule not in used] == []


@pytest.mark.parametrize("line", ["[NO_SUCH_FAULT]", "words before a section", "(("])
def test_a_line_that_is_no_rule_is_an_error_with_its_place(line: str) -> None:
    head = "[GONE]\n" if line == "((" else "# a remark\n"

    with pytest.raises(ValueError, match=r"my\.txt, line 2: "):
        reply_rules.parse(head + line, "my.txt")


def test_every_registered_status_has_a_meaning() -> None:
    known = status_table.EXACT.keys() | status_table.VAGUE.keys()

    assert [status for status in REGISTERED if status not in known] == []


def test_a_temporary_status_proves_no_lasting_fault() -> None:
    assert verdict.read(Reply(450, "4.1.1 later")).permanence is Permanence.TRANSIENT
    assert verdict.read(Reply(450, "4.2.1 later")).permanence is Permanence.TRANSIENT


def test_an_address_in_a_reply_is_not_read_as_words() -> None:
    found = verdict.read(Reply(550, "<spam.blacklist@full-mailbox.example> unknown"))

    assert found.reason == "no such mailbox"


def test_the_command_reads_a_reply_a_line_and_never_stops() -> None:
    given = b"550-5.1.1 a\\n550 5.1.1 b\n421\r\n\nhello\n550-a\\n551 b\n550 \xff\n"
    shown = CliRunner().invoke(cli, ["feedback", "verdict", "--json-lines"], given)
    read = [json.loads(line) for line in shown.output.splitlines()]

    assert [each["action"] for each in read] == [
        "refuse",
        "retry",
        "retry",
        "retry",
        "refuse",
    ]
    assert read[0]["permanence"] == "permanent"
    assert read[2]["reason"].startswith("not an SMTP reply")
