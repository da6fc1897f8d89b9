"""The history says who did what and when, and can be narrowed."""

from pathlib import Path

import pytest

from mailer.sites.site import Site
from tests.acts import campaigning, delivering
from tests.acts.commands import Mailer
from tools.peers.relay import Relay

KEYS = {"at", "by", "about", "act", "detail"}
ED = "focal-point@ed.sector.example"


def acts(lines: list[dict[str, str]]) -> list[tuple[str, str, str]]:
    return [(each["by"], each["about"], each["act"]) for each in lines]


def test_acts_on_campaigns_and_segments_are_listed_by_whom_and_when(
    mailer: Mailer, tmp_path: Path
) -> None:
    path = str(campaigning.write(tmp_path))
    for _ in range(2):
        mailer("campaigns", "import", path, "--by", "editor")
    mailer("campaigns", "approve", "1", "--by", "head-of-unit")
    mailer("segments", "save", "dakar", "served_by = dakar", "--by", "editor")
    of_all = mailer("history", "--json-lines").lines
    of_one = mailer("history", "--campaign", "1", "--json-lines").lines
    of_user = mailer("history", "--user", "head-of-unit", "--json-lines").lines
    later = mailer("history", "--since", "2199-01-01", "--json-lines")
    earlier = mailer("history", "--since", "2020-01-01", "--json-lines").lines
    read = mailer("history", "--campaign", "1")

    assert all(set(each) == KEYS for each in of_all)
    instants = [each["at"] for each in of_all]
    assert instants == sorted(instants, reverse=True)
    assert ("editor", "segment dakar", "saved") in acts(of_all)
    assert acts(of_one) == [
        ("head-of-unit", "campaign 1", "approved"),
        ("editor", "campaign 1", "imported"),
    ]
    assert acts(of_user) == [("head-of-unit", "campaign 1", "approved")]
    assert (later.code, later.lines, earlier) == (0, [], of_all)
    assert "Europe/Paris  head-of-unit  campaign 1  approved" in read.out


async def test_a_contact_has_its_consent_and_each_message(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    await campaigning.released(site, tmp_path)
    relay.script = delivering.Once("RCPT", "451 4.3.2 try again later")
    tuned = delivering.tuned(site)
    await delivering.work_until(tuned, lambda: len(relay.accepted) == 10)
    words = ("history", "--contact", ED, "--json-lines")
    ran = await delivering.process(site, *words)
    out, _ = await ran.communicate()
    lines = out.decode().splitlines()

    assert ran.returncode == 0
    assert any('"topic monthly-letter"' in each for each in lines)
    assert '"act": "accepted"' in lines[0]
    assert '"about": "campaign 1"' in lines[0]


@pytest.mark.parametrize("store", ["sqlite"])
def test_what_does_not_exist_is_refused_in_one_sentence(mailer: Mailer) -> None:
    for words, said in (
        (("--campaign", "9"), "no campaign has the number 9"),
        (("--user", "marie"), "marie"),
        (("--contact", "none@nowhere.example"), "no contact has the address"),
    ):
        ran = mailer("history", *words)
        assert (ran.code, said in ran.err) == (1, True)


def test_each_room_says_who_and_what(mailer: Mailer) -> None:
    by = ("--by", "editor")
    mailer("contacts", "edit", ED, "--name", "Ed", "--because", "a letter", *by)
    mailer("suppressions", "add", "x@y.example", "--detail", "phoned", *by)
    mailer("suppressions", "lift", "x@y.example", "--detail", "asked", *by)
    mailer("topics", "add", "youth", "--name", "en=Youth", *by)
    mailer("stop", "--because", "a drill", *by)
    mailer("go", *by)
    found = mailer("history", "--user", "editor", "--json").json
    of_contact = mailer("history", "--contact", ED, "--json").json
    done = [(each["about"].partition(" ")[0], each["act"]) for each in found]

    assert done[:6] == [
        ("site", "continued"),
        ("site", "stopped"),
        ("topic", "added"),
        ("address", "lifted"),
        ("address", "suppressed"),
        ("contact", "edited"),
    ]
    assert found[1]["detail"]["because"] == "a drill"
    assert found[5]["about"] == f"contact {ED}"
    assert found[5]["detail"]["because"] == "a letter"
    assert of_contact[0]["act"] == "edited"
    assert mailer("history", "--user", "editor").out.count("\n") == len(found)
