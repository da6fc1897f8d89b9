"""Verdicts: replies are read as expected, and faults of ours suppress no reader."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from mailer.cli.main import cli
from mailer.delivery.smtp import verdict
from mailer.delivery.smtp.replies import Reply
from mailer.delivery.smtp.reply_rules import RULES, Action, Permanence

CORPUS = [
    line.split("\t")
    for line in (Path(__file__).parent / "replies.tsv").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]


def reply(raw: str) -> Reply:
    lines = raw.split("\\n")
    return Reply(int(lines[0][:3]), "\n".join(line[4:] for line in lines))


def test_the_corpus_is_large_and_without_repetition() -> None:
    replies = [raw for raw, _, _ in CORPUS]

    assert len(replies) >= 120
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


def test_every_rule_decides_some_reply() -> None:
    used = set()
    for raw, _, _ in CORPUS:
        answer = reply(raw)
        for number, rule in enumerate(verdict._COMPILED):
            status = verdict._status(answer)
            if (
                rule[0].fullmatch(str(answer.code))
                and rule[1].fullmatch(status)
                and rule[2].search(" ".join(answer.text.split()))
            ):
                used.add(number)
                break
    unused = [RULES[number] for number in range(len(RULES)) if number not in used]

    assert unused == []


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
