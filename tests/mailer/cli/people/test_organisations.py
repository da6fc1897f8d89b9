"""`mailer organisations`, and `mailer suppressions export`."""

import csv
from io import StringIO
from pathlib import Path

from tests.acts.commands import Mailer

ICOM, ICOMOS = "unesco-liaison@icom.example", "unesco-liaison@icomos.example"
BY = ("--by", "editor")


def test_an_organisation_is_added_edited_and_exported(
    mailer: Mailer, tmp_path: Path
) -> None:
    added = mailer(
        *("organisations", "add", "new-ngo", "--name", "New NGO", "--kind", "ngo"),
        *("--name-fr", "Nouvelle ONG", "--country", "SN", "--fields", "SHS ED", *BY),
    )
    edited = mailer(
        *("organisations", "edit", "New-NGO", "--fields", "CLT", "--acronym", "NN"),
        *("--languages", "fr en", "--acts-in", "ML SN", *BY, "--json"),
    ).json
    shown = mailer("organisations", "show", "new-ngo", "--json").json
    path = str(tmp_path / "all.xlsx")
    mailer("organisations", "export", "--format", "xlsx", "--out", path)
    again = mailer("contacts", "import", path, "--json").json

    assert added.out == "new-ngo is added\n"
    assert edited["changed"]["fields"] == [["ED", "SHS"], ["CLT"]]
    assert (shown["fields"], shown["acts_in"]) == (["CLT"], ["ML", "SN"])
    assert shown["organisation_name_fr"] == "Nouvelle ONG"
    assert [each["act"] for each in shown["history"]] == ["added", "edited"]
    assert again["faults"] == []
    assert (again["organisations_added"], again["changed"]) == (0, 0)


def test_a_faulty_value_changes_no_organisation(mailer: Mailer) -> None:
    for words, sentence in (
        (("add", "x-ngo", "--name", "X"), "needs kind"),
        (("add", "ICOM", "--name", "X", "--kind", "ngo"), "with the code icom already"),
        (("edit", "icom", "--country", "ZZ"), "no country is called 'ZZ'"),
        (("edit", "icom", "--name", ""), "cannot be empty"),
        (("edit", "icomm", "--name", "X"), "did you mean icom"),
        (("retire", "icom", "--yes"), "has 1 contact;"),
        (("merge", "icom", "icom", "--yes"), "the same organisation"),
    ):
        ran = mailer("organisations", *words, *BY)

        assert (ran.code, ran.out) == (1, "")
        assert sentence in " ".join(ran.err.split())
    assert mailer("organisations", "show", "icom", "--json").json["history"] == []


def test_contacts_follow_a_merge_of_organisations(mailer: Mailer) -> None:
    merged = mailer("organisations", "merge", "icom", "icomos", "--yes", *BY)
    contact = mailer("contacts", "show", ICOM, "--json").json
    listed = mailer("organisations", "list", "--search", "icom", "--json").json
    retired = mailer("organisations", "list", "--search", "icom", "--retired", "--json")

    assert "with 1 contact" in merged.out
    assert contact["organisation"] == "icomos"
    assert "icom" not in [each["organisation"] for each in listed]
    assert "icom" in [each["organisation"] for each in retired.json]


def test_suppressions_are_exported_for_other_programs(mailer: Mailer) -> None:
    for address in (ICOM, "unknown@x.example"):
        mailer("suppressions", "add", address, "--detail", "phoned")
    plain = mailer("suppressions", "export")
    keyed = mailer("suppressions", "export", "--fingerprints").out

    rows = list(csv.DictReader(StringIO(plain.out)))
    assert [(each["address"], each["reason"]) for each in rows] == [(ICOM, "operator")]
    assert "1 address without a contact" in " ".join(plain.err.split())
    prints = [each["fingerprint"] for each in csv.DictReader(StringIO(keyed))]
    assert sorted(map(len, prints)) == [32, 32]
