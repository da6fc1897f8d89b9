"""Lists are imported in two commands: a dry run that says all, and --apply."""

from pathlib import Path

import pytest
import python_calamine

from tests.acts.commands import Mailer, shown
from tests.audiences import real_exports
from tests.audiences.real_lists import RealList

pytestmark = pytest.mark.parametrize("store", ["sqlite"])

BY = ("--by", "editor")
AT_ICOM = ("--set", "organisation=icom")
EXPORTS = (
    real_exports.MAILCHIMP,
    real_exports.LISTMONK,
    real_exports.BREVO,
    real_exports.CIVICRM,
    real_exports.MAILMAN,
    real_exports.SYMPA,
)


def write(tmp_path: Path, text: str, name: str = "list.csv") -> str:
    path = tmp_path / name
    path.write_bytes(text.encode())
    return str(path)


def apply(mailer: Mailer, path: str, *options: str) -> int:
    """Import a list; return the number of the import."""
    done = mailer("contacts", "import", path, "--apply", *BY, *options, "--json")
    assert done.code == 0, done.err
    return int(done.json["import_id"])


def test_an_import_that_changes_nothing_offers_no_undoing(
    mailer: Mailer, tmp_path: Path
) -> None:
    command = ("contacts", "import", write(tmp_path, "e-mail\na@x.example\n"), *AT_ICOM)
    first, again = (mailer(*command, "--apply", *BY).out for _ in range(2))
    assert "undo with: mailer contacts undo" in first
    assert "undo" not in again.replace("nothing is to undo", "")


def readers(mailer: Mailer) -> set[str]:
    """Return the addresses of a campaign to everybody at ICOM."""
    listed = mailer("segments", "members", "organisation = icom", "--json-lines")
    return {each["address"] for each in listed.lines}


def outcomes(real: RealList) -> tuple[set[str], set[str]]:
    """Return the addresses of an export that may be written to, and the others."""
    stopped = {
        each["address"]
        for each in real.truth
        if each.get("bounced")
        or each.get("opt_out", "") not in {"", "enabled", "subscribed", "mail"}
    }
    return {each["address"] for each in real.truth} - stopped, stopped


@pytest.mark.parametrize("real", EXPORTS, ids=[each.name for each in EXPORTS])
def test_a_person_who_opted_out_elsewhere_receives_nothing_from_a_campaign_to_all(
    mailer: Mailer, tmp_path: Path, real: RealList
) -> None:
    willing, stopped = outcomes(real)
    rows = "".join(f"{each}\n" for each in (*willing, *stopped))
    apply(mailer, write(tmp_path, f"e-mail\n{rows}", "known.csv"), *AT_ICOM)
    assert willing | stopped <= readers(mailer)

    path = write(tmp_path, real.text)
    dry = mailer("contacts", "import", path, *AT_ICOM, "--json").json
    apply(mailer, path, *AT_ICOM)

    assert (dry["valid"], dry["stopped"], dry["newly_stopped"]) == (
        dry["rows"],
        len(stopped),
        len(stopped),
    )
    assert willing <= readers(mailer)
    assert stopped & readers(mailer) == set()


def test_opt_outs_stay_when_the_import_is_undone_or_another_list_comes(
    mailer: Mailer, tmp_path: Path
) -> None:
    path = write(tmp_path, "e-mail,unsubscribed\na@x.example,yes\nb@x.example,no\n")
    number = apply(mailer, path, *AT_ICOM)
    mailer("contacts", "undo", str(number), "--apply")
    apply(mailer, write(tmp_path, "e-mail\na@x.example\n", "later.csv"), *AT_ICOM)

    assert {"a@x.example", "b@x.example"} & readers(mailer) == set()


def test_a_list_is_taken_as_stopped_and_undone(mailer: Mailer, tmp_path: Path) -> None:
    path = write(
        tmp_path, "e-mail,country,newsletter\na@x.example,nowhere,1\nb@x.example,,\n"
    )
    apply(mailer, write(tmp_path, "e-mail\na@x.example\n", "known.csv"), *AT_ICOM)
    number = apply(mailer, path, "--as", "stopped")
    while_stopped = readers(mailer)
    undone = mailer("contacts", "undo", str(number), "--apply")

    assert "a@x.example" not in while_stopped
    assert "2 addresses no longer suppressed" in shown(undone.out)
    assert "a@x.example" in readers(mailer)


def test_a_bounce_of_another_system_counts_once(mailer: Mailer, tmp_path: Path) -> None:
    path = write(tmp_path, "e-mail,bounced\na@x.example,3\n")
    apply(mailer, path, *AT_ICOM)
    mailer("suppressions", "lift", "a@x.example", "--detail", "works again")
    again = mailer("contacts", "import", path, *AT_ICOM, "--json").json

    assert (again["stopped"], again["newly_stopped"]) == (1, 0)


def test_an_opt_out_that_is_not_understood_is_a_fault(
    mailer: Mailer, tmp_path: Path
) -> None:
    path = write(tmp_path, "e-mail,unsubscribed\na@x.example,perhaps\n")
    (fault,) = mailer("contacts", "import", path, *AT_ICOM, "--json").json["faults"]

    assert (fault["column"], fault["value"]) == ("opt_out", "perhaps")
    assert "write yes or no" in fault["reason"]


def test_nothing_is_written_while_a_question_is_open(
    mailer: Mailer, tmp_path: Path
) -> None:
    path = write(tmp_path, "e-mail,newsletter\na@x.example,no\n")
    refused = mailer("contacts", "import", path, "--apply", *BY, *AT_ICOM)
    answered = ("--column", "consent=newsletter")
    faulty = mailer("contacts", "import", path, *AT_ICOM, *answered, "--json").json
    left_out = mailer("contacts", "import", path, *AT_ICOM, "--ignore", "newsletter")

    assert refused.code == 1
    assert "--ignore 'newsletter'" in shown(refused.err)
    assert [each["column"] for each in faulty["faults"]] == ["consent"]
    assert "1 contact would be added" in shown(left_out.out)


def test_faults_are_grouped_written_and_mended(mailer: Mailer, tmp_path: Path) -> None:
    rows = "".join(f"Person {n};p{n}x.example;icom\n" for n in range(60))
    path = write(tmp_path, f"name;e-mail;organisation\nAda;a@x.example;icom\n{rows}")
    faults = tmp_path / "faults.xlsx"
    dry = mailer("contacts", "import", path, "--faults", str(faults))
    again = mailer("contacts", "import", path, "--faults", str(faults))
    book = python_calamine.CalamineWorkbook.from_path(faults)
    table = book.get_sheet_by_index(0).to_python()
    lines = ["\t".join(map(str, row)) for row in table]
    mended = write(tmp_path, "\n".join(lines).replace("x.example", "@x.example"))
    done = mailer("contacts", "import", mended, "--json").json

    assert "no @ in it" in shown(dry.out)
    assert "2, 3" not in shown(dry.out)
    assert "3, 4, 5, 6, 7" in shown(dry.out)
    assert "60 rows to mend in" in shown(dry.out)
    assert again.code == 1
    assert table[0][-1] == "what to mend (not read)"
    assert (done["rows"], done["valid"], done["added"]) == (60, 60, 60)


def test_the_reasons_of_a_former_check_are_not_taken_for_a_wish(
    mailer: Mailer, tmp_path: Path
) -> None:
    head = "name,e-mail,organisation,notes\n"
    path = write(tmp_path, f"{head}Ada,a@x.example,icom,ne plus contacter\n")
    faults = tmp_path / "faults.csv"
    mailer("contacts", "import", path, "--faults", str(faults))
    text = faults.read_text("utf-8-sig").replace(",ne plus contacter,", ",by phone,")
    mended = write(tmp_path, text, "mended.csv")
    mapping = tmp_path / "map.toml"
    mailer("contacts", "import", mended, "--write-map", str(mapping))
    again = mailer("contacts", "import", mended, "--map", str(mapping), "--json").json
    done = mailer("contacts", "import", mended, "--json").json

    assert "opted out" in text
    assert (done["faults"], done["questions"], done["added"]) == ([], [], 1)
    assert (again["faults"], again["questions"], again["added"]) == ([], [], 1)


def test_a_dry_run_shows_what_changes_and_what_is_made(
    mailer: Mailer, tmp_path: Path
) -> None:
    head = "e-mail,name,organisation,organisation_name,kind\n"
    first = write(tmp_path, f"{head}a@x.example,Ada,icom,,\n", "first.csv")
    apply(mailer, first)
    second = f"{head}a@x.example,Ada Example,icom,,\nb@x.example,,new,New,ngo\n"
    dry = mailer("contacts", "import", write(tmp_path, second), "--json").json

    assert dry["changes"] == [
        {
            "row": 2,
            "whose": "a@x.example",
            "column": "name",
            "before": "Ada",
            "after": "Ada Example",
        }
    ]
    assert dry["made"] == [{"row": 3, "code": "new", "name": "New"}]
    assert [each["column"] for each in dry["columns"]][:2] == ["address", "name"]


def test_undoing_is_shown_before_it_is_done(mailer: Mailer, tmp_path: Path) -> None:
    number = apply(mailer, write(tmp_path, "e-mail\na@x.example\n"), *AT_ICOM)
    listed = mailer("contacts", "imports", "--json").json
    dry = mailer("contacts", "undo", "1")
    before = readers(mailer)
    done = mailer("contacts", "undo", str(number), "--apply")

    assert [each["id"] for each in listed] == [number, 1]
    assert (listed[0]["file"], listed[0]["undone_at"]) == ("list.csv", None)
    assert "would be removed" in shown(dry.out)
    assert "nothing was undone" in shown(dry.out)
    assert len(before) > 1
    assert "list.csv: 1 contact and" in shown(done.out)
    assert readers(mailer) == before - {"a@x.example"}


def test_a_mapping_is_written_and_used(mailer: Mailer, tmp_path: Path) -> None:
    path = write(tmp_path, "Qui,Courriel\nAda,a@x.example\n")
    mapping = tmp_path / "map.toml"
    mailer("contacts", "import", path, *AT_ICOM, "--write-map", str(mapping))
    text = mapping.read_text("utf-8").replace("[columns]", '[columns]\nname = "Qui"')
    mapping.write_text(text.replace('ignored = ["Qui"]', ""), "utf-8")
    apply(mailer, path, "--map", str(mapping))
    twice = mailer("contacts", "import", path, "--write-map", str(mapping))

    person = mailer("contacts", "show", "a@x.example", "--json").json
    assert person["name"] == "Ada"
    assert twice.code == 1
    assert twice.err == f"mailer: {mapping} is there already; name a new file\n"


def test_a_mapping_that_cannot_be_written_is_said_in_a_sentence(
    mailer: Mailer, tmp_path: Path
) -> None:
    path = write(tmp_path, "Qui,Courriel\nAda,a@x.example\n")
    nowhere = tmp_path / "none" / "map.toml"
    lost = mailer("contacts", "import", path, "--write-map", str(nowhere))

    assert lost.code == 1
    assert lost.err.startswith(f"mailer: {nowhere} was not written: there is no folder")


def test_days_of_consent_are_kept_as_evidence(mailer: Mailer, tmp_path: Path) -> None:
    topics = ("--set", "topics=monthly-letter")
    apply(mailer, write(tmp_path, real_exports.MAILCHIMP.text), *AT_ICOM, *topics)
    ada = mailer("contacts", "show", "ada@m.example", "--json").json

    assert [(each["standing"], each["basis"]) for each in ada["consent"]] == [
        ("active", "OPTIN_TIME: 2023-01-05 10:00:00")
    ]
