"""`mailer contacts export`: every form, whole or not at all, and imported again."""

import csv
import gc
import os
import resource
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from io import StringIO
from pathlib import Path

import pytest
import vobject

from audiences.export import workbook
from tests.acts.commands import Mailer, shown
from tests.audiences import importing

ICOM = "unesco-liaison@icom.example"
HEAD = "address;name;role;language;organisation;organisation_name;kind;topics"
ROWS = (
    "'=cmd@ngo.example;=1+1;head press;fr en;new-ngo;+New «NGO»;ngo;monthly-letter",
    "b@ngo.example;''-7;;;new-ngo;+New «NGO»;ngo;",
    "b@ngo.example;;press;;icom;;;",
    "c@ngo.example;'Alamo;;ar;icom;;;",
)


def test_an_export_imports_back_unchanged(mailer: Mailer, tmp_path: Path) -> None:
    odd = str(importing.write(tmp_path, *ROWS, head=HEAD))
    added = mailer(
        *("contacts", "import", odd, "--apply", "--by", "editor", "--basis", "asked"),
        "--json",
    ).json
    assert (added["added"], added["memberships"], added["faults"]) == (3, 1, [])

    for form in ("csv", "xlsx"):
        path = str(tmp_path / f"all.{form}")
        assert mailer("contacts", "export", "--format", form, "--out", path).code == 0
        again = mailer("contacts", "import", path, "--json").json

        assert again["faults"] == []
        assert (again["added"], again["changed"], again["memberships"]) == (0, 0, 0)
        assert again["unchanged"] == again["rows"] == 718


def test_no_cell_is_a_formula(mailer: Mailer, tmp_path: Path) -> None:
    odd = str(importing.write(tmp_path, *ROWS, head=HEAD))
    by = ("--by", "editor", "--basis", "asked")
    mailer("contacts", "import", odd, "--apply", *by)
    rule = ("--segment", "organisation = new-ngo or organisation = icom")
    out = mailer("contacts", "export", *rule).out

    cells = [cell for row in csv.reader(StringIO(out)) for cell in row]
    assert {"'=1+1", "'=cmd@ngo.example", "'+New «NGO»", "'Alamo"} <= set(cells)
    assert [each for each in cells if each[:1] in set("=+-@")] == []


DETAILS = {
    "function": "Head, of press",
    "telephones": "+33 1 4734 0500; +33 6 0000 0000",
    "postal_address": "1 rue X\n75015 Paris",
    "website": "https://icom.example/awa",
    "tags": "press; youth",
    "notes": 'one line;\nanother, "quoted"',
}


@pytest.mark.parametrize("form", ["csv", "xlsx", "vcf"])
def test_the_details_of_contacts_are_exported_and_import_back_unchanged(
    mailer: Mailer, tmp_path: Path, form: str
) -> None:
    given = {"address": ICOM, "organisation": "icom", **DETAILS}
    place, out = tmp_path / "given.csv", tmp_path / f"all.{form}"
    with place.open("w", encoding="utf-8", newline="") as file:
        rows = csv.DictWriter(file, given)
        rows.writeheader()
        rows.writerow(given)
    mailer("contacts", "import", str(place), "--apply", "--by", "editor")
    listed = mailer("contacts", "export", "--format", "csv").out
    mailer("contacts", "export", "--format", form, "--out", str(out))
    again = mailer("contacts", "import", str(out), "--json").json

    (row,) = [e for e in csv.DictReader(StringIO(listed)) if e["address"] == ICOM]
    # a spreadsheet would take +33 for a formula
    assert {name: row[name].lstrip("'") for name in DETAILS} == DETAILS
    assert (again["added"], again["changed"], again["faults"]) == (0, 0, [])


def test_json_and_vcards_have_the_same_people(mailer: Mailer) -> None:
    rule = ("--segment", "country = SN and kind = ngo")
    documents = mailer("contacts", "export", *rule, "--format", "json").json
    cards = mailer("contacts", "export", *rule, "--format", "vcf").out
    rows = mailer("contacts", "export", *rule, "--columns", "fields address").out

    read = [each.email.value for each in vobject.readComponents(cards)]
    assert read == [each["address"] for each in documents] != []
    assert documents[0]["roles"] == ["representative", "directory_editor"]
    assert rows.splitlines()[0] == "fields,address"
    assert [row.partition(",")[2] for row in rows.splitlines()[1:]] == read


def test_readers_are_those_who_may_be_written_to(mailer: Mailer) -> None:
    mailer("suppressions", "add", ICOM, "--detail", "phoned")
    rule = ("contacts", "export", "--segment", "organisation = icom")
    columns = ("--columns", "address left_out")

    every = mailer(*rule, *columns).out
    readers = mailer(*rule, *columns, "--readers").out

    assert every.splitlines() == ["address,left_out", f"{ICOM},suppressed"]
    assert readers.splitlines() == ["address,left_out"]


def test_a_vcard_says_who_must_not_be_written_to(
    mailer: Mailer, tmp_path: Path
) -> None:
    out = tmp_path / "all.vcf"
    mailer("suppressions", "add", ICOM, "--detail", "phoned")
    told = mailer("contacts", "export", "--format", "vcf", "--out", str(out)).err
    (card,) = [
        each
        for each in vobject.readComponents(out.read_text("utf-8"))
        if each.email.value == ICOM
    ]
    again = mailer("contacts", "import", str(out), "--json").json
    mailer("suppressions", "lift", ICOM, "--by", "editor", "--detail", "asked")
    lifted = mailer("contacts", "import", str(out), "--json").json

    assert card.x_liaison_left_out.value == "suppressed"
    assert "1 contact of these must not be written to" in shown(told)
    assert (again["faults"], again["added"], again["changed"]) == ([], 0, 0)
    assert lifted["stopped"] == 1


def test_unknown_columns_rules_and_folders_are_one_sentence(
    mailer: Mailer, tmp_path: Path
) -> None:
    for words, sentence in (
        (("--columns", "adress"), "did you mean address"),
        (("--segment", "kind = rivers"), "no kind is called 'rivers'"),
        (("--out", str(tmp_path)), "is a folder"),
        (("--out", str(tmp_path / "none" / "a.csv")), "there is no folder"),
    ):
        ran = mailer("contacts", "export", *words)

        assert ran.code == 1
        assert sentence in " ".join(ran.err.split())
    assert mailer("contacts", "export", "--format", "pdf").code == 2


def test_a_pipe_stays_a_pipe_and_a_link_a_link(mailer: Mailer, tmp_path: Path) -> None:
    """A file takes the place of a file only; a device would be gone for all."""
    pipe, link, file = (tmp_path / name for name in ("pipe", "link", "file.csv"))
    os.mkfifo(pipe)
    link.symlink_to(file)
    words = ("contacts", "export", "--segment", "kind = sector", "--out")
    for form in ("csv", "xlsx"):
        with ThreadPoolExecutor() as threads:
            read = threads.submit(pipe.read_bytes)
            ran = mailer(*words, str(pipe), "--format", form)
        assert ran.code == 0, ran.err
        assert (b"focal-point@ed.sector" in read.result()) == (form == "csv")
        assert read.result()
    linked = mailer(*words, str(link))

    assert pipe.is_fifo()
    assert (linked.code, link.is_symlink()) == (0, True)
    assert "focal-point@ed.sector.example" in file.read_text()


@pytest.mark.prove
def test_a_full_disk_leaves_the_former_file(folder: Path, tmp_path: Path) -> None:
    """The limit of the size of files stands for the full disk."""
    for form in ("csv", "xlsx"):
        place = tmp_path / form
        place.mkdir()
        (place / "all").write_text("before")
        site = ("--config", str(folder / "config.toml"))
        words = ("contacts", "export", "--format", form, "--out", str(place / "all"))
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "mailer",
                *site,
                *words,
            ],
            capture_output=True,
            check=False,
            env={"PATH": "/usr/bin:/bin", "TMPDIR": str(tmp_path)},
            preexec_fn=_small_files,
            text=True,
        )

        assert (done.returncode, done.stdout) == (1, "")
        assert "was not written" in " ".join(done.stderr.split())
        assert [each.name for each in place.iterdir()] == ["all"]
        assert (place / "all").read_text() == "before"


def test_a_workbook_that_cannot_be_written_leaves_nothing_to_write_later() -> None:
    """An archive of the library that is left open would write to the closed file."""
    rows = [[f"{each}@b.example" for each in range(100)]] * 1_000
    with pytest.raises(OSError, match="No space left"), ExitStack() as stack:
        file = stack.enter_context(Path("/dev/full").open("wb"))
        stack.enter_context(workbook.sheet(file, ["address"]))(rows)
    gc.collect()  # pytest makes an error of what a destructor raises


def _small_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))


def test_a_list_is_read_page_by_page(mailer: Mailer) -> None:
    first = mailer("contacts", "list", "--limit", "400", "--json").json
    after = ("--after", first[-1]["address"])
    second = mailer("contacts", "list", "--limit", "400", *after, "--json").json
    found = mailer("contacts", "list", "--search", "ICOM", "--json").json
    shown = mailer("contacts", "list", "--limit", "1")

    assert (len(first), len(first) + len(second)) == (400, 714)
    assert len({each["address"] for each in first + second}) == 714
    assert ICOM in [each["address"] for each in found]
    assert set(found[0]) == {
        *("address", "name", "organisation", "organisation_name", "kind"),
        *("roles", "languages", "left_out"),
    }
    assert f"--after {first[0]['address']}" in " ".join(shown.err.split())
    assert mailer("contacts", "list", "--after", "x@y.example").code == 1
