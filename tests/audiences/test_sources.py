"""Lists that stay where they are: what differs is proposed or applied, none is lost."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from audiences.sources import places, web
from audiences.sources.errors import SourceAwayError
from tests.acts.commands import Mailer, shown

HEAD = "address;name;organisation;topics\n"
ANN = "ann@ngo.example;Ann;icom;monthly-letter\n"
BEA = "bea@ngo.example;Bea;icom;monthly-letter\n"
LIMITS = web.FetchLimits(hosts=(), octets=1_000_000, seconds=5)


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    folder = tmp_path / "lists"
    folder.mkdir()
    (folder / "partners.csv").write_text(HEAD + ANN + BEA)
    return folder


@pytest.fixture
def partners(mailer: Mailer, lists: Path) -> Mailer:
    """The command on a site with the source `partners`, which is due every day."""
    added = mailer(
        *("contacts", "sources", "add", "partners", str(lists), "--by", "editor"),
        *("--cadence", "daily 02:30", "--basis", "partners of 2026"),
    )
    assert added.code == 0, added.err
    return mailer


def read(mailer: Mailer, *more: str) -> dict[str, object]:
    run = mailer("contacts", "sources", "read", "partners", "--json", *more)
    assert run.code == 0, run.err
    found: dict[str, object] = run.json
    return found


def applied(mailer: Mailer, *more: str) -> dict[str, object]:
    return read(mailer, "--apply", "--by", "editor", *more)


def tick(mailer: Mailer, days: int) -> list[str]:
    """Do what the ticker does some days from now; return the sources that were read."""
    at = (datetime.now(UTC) + timedelta(days=days)).isoformat()
    run = mailer("tick", "--once", "--json", "--now", at)
    assert run.code == 0, run.err
    names: list[str] = run.json["sources"]
    return names


def state(mailer: Mailer) -> dict[str, object]:
    found: list[dict[str, object]] = mailer(
        "contacts", "sources", "list", "--json"
    ).json
    return found[0]


def test_a_reading_proposes_and_writes_only_when_it_is_applied(
    partners: Mailer,
) -> None:
    proposed = read(partners)
    shown_before = partners("contacts", "show", "ann@ngo.example")
    written = applied(partners)

    assert proposed["state"] == "proposed"
    assert shown_before.code == 1
    assert written["state"] == "applied"
    assert partners("contacts", "show", "ann@ngo.example").code == 0


def test_the_ticker_reads_a_due_list_once_and_proposes(
    partners: Mailer, lists: Path
) -> None:
    assert tick(partners, 0) == []
    assert tick(partners, 2) == ["partners"]
    assert tick(partners, 2) == []
    assert state(partners)["state"] == "proposed"
    assert partners("contacts", "show", "ann@ngo.example").code == 1


def test_the_ticker_applies_by_rule(mailer: Mailer, lists: Path) -> None:
    mailer(
        *("contacts", "sources", "add", "partners", str(lists), "--by", "editor"),
        *("--cadence", "daily 02:30", "--basis", "partners", "--rule", "apply"),
    )

    assert tick(mailer, 2) == ["partners"]
    assert state(mailer)["state"] == "applied"
    assert mailer("contacts", "show", "bea@ngo.example").code == 0


def test_who_left_the_list_is_shown_until_a_person_decides_and_never_removed(
    partners: Mailer, lists: Path
) -> None:
    applied(partners)
    (lists / "partners.csv").write_text(HEAD + ANN)

    first, second = read(partners), applied(partners)
    kept = applied(partners, "--keep-departed")

    assert first["gone"] == second["gone"] == kept["gone"] == ["bea@ngo.example"]
    assert read(partners)["departed"] == 0
    assert partners("contacts", "show", "bea@ngo.example").code == 0
    assert partners("contacts", "show", "ann@ngo.example").code == 0


def test_a_reader_who_was_stopped_here_is_not_revived(partners: Mailer) -> None:
    applied(partners)
    partners("suppressions", "add", "ann@ngo.example", "--detail", "asked by phone")

    again = applied(partners)

    assert again["report"]["changed"] == 0  # type: ignore[index]
    members = partners("segments", "count", "organisation = icom", "--json").json
    assert members["excluded"]["suppressed"] == 1


def test_a_list_that_is_away_is_one_line_and_is_read_when_it_is_back(
    partners: Mailer, lists: Path
) -> None:
    lists.rename(lists.with_name("moved"))
    run = partners("contacts", "sources", "read", "partners")

    assert run.code == 1
    assert shown(run.err).count("mailer: ") == 1
    assert "No such file" in shown(run.err)
    assert tick(partners, 2) == ["partners"]
    assert state(partners)["state"] == "away"

    lists.with_name("moved").rename(lists)

    assert read(partners)["state"] == "proposed"


def test_a_list_that_cannot_be_read_changes_nothing(
    partners: Mailer, lists: Path
) -> None:
    (lists / "partners.csv").write_text('address;name\n"never closed;x\n')

    run = partners(
        "contacts", "sources", "read", "partners", "--apply", "--by", "editor"
    )

    assert run.code == 1
    assert "quotation mark" in shown(run.err)
    assert state(partners)["state"] == "refused"


def test_a_source_is_forgotten_and_its_contacts_stay(partners: Mailer) -> None:
    applied(partners)

    assert partners("contacts", "sources", "remove", "partners").code == 0
    assert partners("contacts", "sources", "list", "--json").json == []
    assert partners("contacts", "show", "ann@ngo.example").code == 0
    again = partners("contacts", "sources", "remove", "partners")
    assert "no source is named 'partners'" in shown(again.err)


def test_an_import_by_a_source_can_be_undone(partners: Mailer) -> None:
    report = applied(partners)["report"]

    run = partners("contacts", "undo", str(report["import_id"]))  # type: ignore[index]

    assert "2 contacts" in shown(run.out)
    assert read(partners)["departed"] == 0


def test_the_newest_list_of_a_folder_is_read(lists: Path, tmp_path: Path) -> None:
    newest = lists / "new.xlsx"
    newest.write_bytes(b"new")
    for name in ("~$new.xlsx", "new.pdf", ".hidden.csv", "old.csv"):
        (lists / name).write_bytes(b"other")
    later = datetime.now(UTC).timestamp() + 60
    os.utime(newest, (later, later))
    os.utime(lists / "~$new.xlsx", (later + 60, later + 60))
    os.utime(lists / "new.pdf", (later + 60, later + 60))
    into = tmp_path / "into"
    into.mkdir()

    copy, _ = places.copied(str(lists), into, LIMITS)

    assert copy.name == "new.xlsx"
    assert copy.read_bytes() == b"new"


def test_a_folder_without_a_list_is_away(tmp_path: Path) -> None:
    with pytest.raises(SourceAwayError, match="has no list"):
        places.copied(str(tmp_path), tmp_path, LIMITS)


@pytest.mark.parametrize(
    ("place", "error"),
    [
        ("http://lists.example/a.csv", "expected an address that begins with https"),
        ("file:///etc/passwd", "expected an address that begins with https"),
        ("https://other.example/a.csv", "other.example is not one of sources.hosts"),
        ("https://u:secret@lists.example/a.csv", "a name or password in the address"),
        ("/nowhere/list.csv", "does not exist"),
    ],
)
def test_a_place_that_may_not_be_read_is_refused_when_it_is_added(
    mailer: Mailer, place: str, error: str
) -> None:
    run = mailer("contacts", "sources", "add", "x", place, "--by", "editor")

    assert run.code == 1
    assert error in shown(run.err)
    assert "secret" not in run.err


def test_a_list_is_read_in_the_same_way_each_time(mailer: Mailer, lists: Path) -> None:
    text = "Qui;Où;Sté;Sortie\nZoÃ©;{}@ngo.example;icom;\n"
    (lists / "partners.csv").write_text(text.format("zoe"))
    columns = ("name=Qui", "address=Où", "organisation=Sté", "opt_out=Sortie")
    added = mailer(
        *("contacts", "sources", "add", "partners", str(lists), "--by", "editor"),
        *(option for each in columns for option in ("--column", each)),
        *("--repair", "--set", "country=SN"),
    )
    first = applied(mailer)
    (lists / "partners.csv").write_text(text.format("again"))
    second = applied(mailer)
    (lists / "partners.csv").write_text("Qui;Courriel\nZoé;c@ngo.example\n")
    changed = mailer("contacts", "sources", "read", "partners")
    person = mailer("contacts", "show", "again@ngo.example", "--json").json

    assert added.code == 0, added.err
    assert first["state"] == second["state"] == "applied"
    assert person["name"] == "Zoé"
    assert "has no column 'Où'" in shown(changed.err)
    assert state(mailer)["repair"] is True


def test_stops_of_a_list_are_kept_beside_the_store_and_proposed(
    partners: Mailer, lists: Path
) -> None:
    applied(partners)
    gone = f"{HEAD.strip()};opt_out\n{ANN.strip()};yes\n{BEA.strip()};no\n"
    (lists / "partners.csv").write_text(gone)
    proposed = read(partners)
    applied(partners)
    kept = (partners.config.parent / "opt-outs.jsonl").read_text()

    assert proposed["state"] == "proposed"
    assert len(kept.splitlines()) == 1


def test_the_doctor_names_lists_that_fail_or_wait(
    partners: Mailer, lists: Path
) -> None:
    new = shown(partners("doctor").out)
    read(partners)
    waiting = shown(partners("doctor").out)
    (lists / "partners.csv").unlink()
    partners("contacts", "sources", "read", "partners")
    away = shown(partners("doctor").out)

    assert "the list partners was never read" in new
    assert "differences that wait for a decision" in waiting
    assert "the list partners cannot be read" in away
