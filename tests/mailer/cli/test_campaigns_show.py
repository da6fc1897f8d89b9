"""`campaigns show` says where a campaign stands, and gives the command that is next."""

import shlex
from pathlib import Path

import pytest

from mailer.cli.campaigns.next_steps import COMMANDS
from mailer.reports.review.overview import NextStep
from tests.acts import campaigning
from tests.acts.commands import Mailer, shown

SHAPE = {
    *("id", "name", "state", "at", "zone", "author", "approvers", "template"),
    *("audience", "languages", "warnings", "history", "next"),
}


def test_each_next_step_has_its_command_until_the_campaign_is_released(
    mailer: Mailer, tmp_path: Path
) -> None:
    mailer("campaigns", "import", str(campaigning.write(tmp_path)), "--by", "editor")
    draft = mailer("campaigns", "show", "1", "--json").json
    approved = mailer(*shlex.split(draft["next"]["command"])[1:])
    ready = mailer("campaigns", "show", "1", "--json").json
    scheduled = mailer(*shlex.split(ready["next"]["command"])[1:], "--by", "editor")
    waiting = mailer("campaigns", "show", "1", "--json").json
    mailer("campaigns", "unschedule", "1", "--by", "editor")
    mailer("campaigns", "release", "1", "--by", "editor")
    sending = mailer("campaigns", "show", "1", "--json").json

    assert set(draft) >= SHAPE
    assert (draft["audience"]["count"], draft["approvers"]) == (10, [])
    assert draft["languages"] == {"en": {"readers": 10, "translated": None}}
    assert (approved.code, ready["approvers"]) == (0, ["head-of-unit"])
    assert (scheduled.code, waiting["at"]) == (0, "2097-05-04T10:00:00+02:00")
    assert waiting["next"]["command"] is None
    assert sending["next"]["command"] == "mailer work --until-idle"
    assert sending["report"]["waiting"] == 10
    assert [each["act"] for each in sending["history"]] == [
        *("imported", "approved", "scheduled", "unscheduled", "released")
    ]


@pytest.mark.parametrize("store", ["sqlite"])
def test_a_person_reads_times_in_the_zone_of_the_site(
    mailer: Mailer, tmp_path: Path
) -> None:
    mailer("campaigns", "import", str(campaigning.write(tmp_path)), "--by", "editor")
    mailer("campaigns", "approve", "1", "--by", "head-of-unit")
    at = ("--at", "2097-05-04T06:00Z")
    mailer("campaigns", "schedule", "1", *at, "--by", "editor")
    listed, seen = mailer("campaigns", "list"), mailer("campaigns", "show", "1")

    for each in (listed, seen):
        assert "Sat 2097-05-04 08:00 Europe/Paris" in shown(each.out)
    assert "approved (at the account" in shown(seen.out)


@pytest.mark.parametrize("store", ["sqlite"])
def test_an_edit_shows_what_fell_and_an_error_what_to_correct(
    mailer: Mailer, tmp_path: Path
) -> None:
    mailer("campaigns", "import", str(campaigning.write(tmp_path)), "--by", "editor")
    mailer("campaigns", "approve", "1", "--by", "head-of-unit")
    at = ("--at", "2097-05-04T06:00Z")
    mailer("campaigns", "schedule", "1", *at, "--by", "editor")
    worse = campaigning.write(tmp_path, en=campaigning.TEXT + "\nDear {nme}\n")
    mailer("campaigns", "import", str(worse), "--replace", "1", "--by", "editor")
    seen = mailer("campaigns", "show", "1", "--json").json

    found = {each["level"]: each["where"] for each in seen["warnings"]}
    assert found["warning"] == "time"
    assert found["error"].startswith("en.md")
    assert seen["next"] == {
        "what": str(NextStep.CORRECT),
        "command": "mailer campaigns check 1",
    }


def test_every_next_step_has_an_entry_among_the_commands() -> None:
    assert set(COMMANDS) == set(NextStep)
