"""History and record speak to people: values before and after, and local times."""

from pathlib import Path

import pytest

from mailer import clock
from mailer.errors import counted
from mailer.reports.record import details
from tests.acts import campaigning
from tests.acts.commands import Mailer

BY = ("--by", "editor")
OLD, NEW = "unesco-liaison@icom.example", "liaison@icom.example"
on_sqlite = pytest.mark.parametrize("store", ["sqlite"])


@on_sqlite
def test_acts_are_told_in_words_with_their_author(mailer: Mailer) -> None:
    because = ("--because", "a new name")
    assert mailer("contacts", "move", OLD, NEW, *because, *BY).code == 0
    for verb in (("history",), ("audit", "list")):
        told = mailer(*verb).out
        assert f"address: {OLD} → {NEW}; because: a new name" in told
        assert "[" not in told
        assert "'" not in told
    acts = mailer("history", "--json-lines").lines
    (suppressed,) = [each for each in acts if each["act"] == "suppressed"]
    assert suppressed["by"] == "editor"
    person = mailer("contacts", "person", NEW).out
    assert "{" not in person


@on_sqlite
def test_the_time_of_an_act_is_that_of_the_unit(mailer: Mailer, tmp_path: Path) -> None:
    mailer("campaigns", "import", str(campaigning.write(tmp_path)), *BY)
    mailer("campaigns", "approve", "1", "--by", "head-of-unit")
    mailer("campaigns", "schedule", "1", "--at", "2100-01-01T10:00Z", *BY)
    assert "at: Fri 2100-01-01 11:00 Europe/Paris" in mailer("history").out
    shown = next(
        row["number"]
        for row in mailer("audit", "list", "--json-lines").lines
        if row["act"] == "imported" and row["about"] == "campaign 1"
    )
    assert "detail: content: " in mailer("audit", "show", str(shown)).out


def test_a_list_of_an_act_on_a_campaign_is_no_pair() -> None:
    detail = {"approvers": ["marie", "paul"], "digest": "ab", "empty": []}
    (told,) = details.parts("campaign 1", detail)
    assert (told.pair, told.after) == (False, ["marie", "paul"])
    (told,) = details.parts("user marie", {"shown": ["Marie", "Marie D."]})
    assert (told.before, told.after, told.pair) == ("Marie", "Marie D.", True)
    assert details.instant("at", clock.now().isoformat()) is not None
    assert details.instant("at", "at noon") is None


def test_a_number_has_its_noun() -> None:
    assert [counted(each, "reader") for each in (1, 1_000)] == [
        "1 reader",
        "1,000 readers",
    ]
    assert counted(4, "address") == "4 addresses"
