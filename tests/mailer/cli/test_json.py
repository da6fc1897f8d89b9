"""The shape of `--json`, which scripts rely on; nothing else is on stdout."""

from pathlib import Path

import pytest

from tests.acts import campaigning
from tests.acts.commands import Mailer

pytestmark = pytest.mark.parametrize("store", ["sqlite"])

REPORT = {
    *("state", "audience", "accepted", "deferred", "refused", "bounced"),
    *("complained", "uncertain", "expired", "skipped", "by_language", "by_kind"),
}
ICOM = "unesco-liaison@icom.example"


def test_a_campaign_from_import_to_messages(mailer: Mailer, tmp_path: Path) -> None:
    path = str(campaigning.write(tmp_path))
    number = mailer("campaigns", "import", path, "--json").json
    checked = mailer("campaigns", "check", "1", "--json").json
    approved = mailer("campaigns", "approve", "1", "--by", "head-of-unit")
    released = mailer("campaigns", "release", "1", "--by", "editor")
    report = mailer("campaigns", "report", "1", "--json").json
    listed = mailer("campaigns", "list", "--json").json
    messages = mailer("messages", "list", "--campaign", "1", "--json-lines").lines

    assert number == {"id": 1}
    assert set(checked) >= {"ok", "problems"}
    assert checked["ok"] is True
    assert (approved.code, released.code) == (0, 0)
    assert set(report) >= REPORT
    assert report["audience"] == report["waiting"] == 10
    assert listed[0]["state"] == report["state"] == "sending"
    assert len(messages) == 10
    assert all(
        {"id", "address", "language", "state", "attempts", "reply", "message_id"}
        <= set(each)
        for each in messages
    )


def test_problems_have_level_language_and_place(mailer: Mailer, tmp_path: Path) -> None:
    text = campaigning.TEXT + "\nDear {nme}\n"
    mailer("campaigns", "import", str(campaigning.write(tmp_path, en=text)))
    ran = mailer("campaigns", "check", "1", "--json")
    refused = mailer("campaigns", "approve", "1", "--by", "head-of-unit")
    errors = [each for each in ran.json["problems"] if each["level"] == "error"]

    assert ran.code == 1
    assert ran.json["ok"] is False
    assert [set(each) for each in errors] == [{"level", "language", "where", "what"}]
    assert (refused.code, refused.out) == (1, "")
    assert "mailer campaigns check 1" in " ".join(refused.err.split())


def test_segments_count_members_and_explain(mailer: Mailer) -> None:
    counted = mailer("segments", "count", "kind = ngo", "--json").json
    members = mailer("segments", "members", "country = SN", "--json-lines").lines
    explained = mailer("segments", "explain", "kind = ngo", ICOM, "--json").json

    assert set(counted) == {"count", "excluded", "by_kind", "by_language"}
    assert counted["count"] == sum(counted["by_kind"].values())
    assert {frozenset(each) for each in members} == {
        frozenset({"address", "organisation", "kind", "language"})
    }
    assert set(explained) == {"in", "clauses", "excluded", "organisation", "others"}
    assert explained["in"] is True
    assert set(explained["clauses"][0]) == {"clause", "holds", "because"}


def test_an_import_lists_its_faults_and_writes_only_with_apply(
    mailer: Mailer, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        "address;organisation;organisation_name;kind\n"
        "a@new.example;new;New;ngo\nwrong;new;New;ngo\n"
    )
    by = ("--by", "editor")
    dry = mailer("contacts", "import", str(path), "--json")
    unknown = mailer("contacts", "show", "a@new.example")
    done = mailer("contacts", "import", str(path), "--apply", *by, "--json")
    again = mailer("contacts", "import", str(path), "--apply", *by, "--json").json
    undone = mailer("contacts", "undo", str(done.json["import_id"]), "--apply")

    assert set(dry.json) >= {
        *("rows", "valid", "added", "changed", "unchanged", "faults", "import_id")
    }
    assert [set(each) for each in dry.json["faults"]] == [
        {"row", "column", "value", "reason"}
    ]
    assert (dry.json["added"], dry.json["import_id"], unknown.code) == (1, None, 1)
    assert (done.json["added"], again["added"], again["unchanged"]) == (1, 0, 1)
    assert (undone.code, mailer("contacts", "show", "a@new.example").code) == (0, 1)


def test_an_instant_without_a_zone_is_in_the_zone_of_the_cadence(
    mailer: Mailer,
) -> None:
    after = ("--after", "2027-01-05T09:30", "--count", "1", "--json")
    zone = ("--zone", "Europe/Paris")
    tried = mailer("schedule", "next", "first Tuesday 10:00", *zone, *after).json
    saved = mailer("series", "next", "monthly-letter", *after).json

    assert tried["instants"] == saved["instants"] == ["2027-01-05T10:00:00+01:00"]


def test_an_example_list_without_a_file_is_printed(
    mailer: Mailer, tmp_path: Path
) -> None:
    written = tmp_path / "list.csv"
    mailer("contacts", "template", str(written))

    assert mailer("contacts", "template").out == written.read_bytes().decode()


def test_cadences_and_ticks(mailer: Mailer) -> None:
    after = ("--after", "2027-01-01T00:00Z", "--count", "2", "--json")
    tried = mailer("schedule", "next", "first Tuesday 10:00", *after).json
    saved = mailer("series", "next", "monthly-letter", *after).json
    ticked = mailer("tick", "--once", "--now", "2027-01-01T00:00Z", "--json").json

    assert set(tried) == set(saved) == {"instants", "understood"}
    assert tried["instants"] == [
        "2027-01-05T10:00:00+00:00",
        "2027-02-02T10:00:00+00:00",
    ]
    assert saved["instants"][0] == "2027-01-05T10:00:00+01:00"
    assert set(ticked) == {
        *("released", "held", "missed", "opened"),
        *("notices", "sources"),
    }


def test_a_preview_has_the_octets_of_the_message(
    mailer: Mailer, tmp_path: Path
) -> None:
    mailer("campaigns", "import", str(campaigning.write(tmp_path)))
    sector = ("--as", "focal-point@ed.sector.example")
    eml = mailer("campaigns", "preview", "1", *sector, "--format", "eml")
    text = mailer("campaigns", "preview", "1", *sector)
    other = mailer("campaigns", "preview", "1", "--as", ICOM)

    assert "List-Unsubscribe: <" in eml.out
    assert "Education Sector" in text.out
    assert "would not get it" in " ".join(other.err.split())
