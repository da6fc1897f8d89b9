"""Topics and themes are data of the site: added, changed, retired, with history."""

import re
from pathlib import Path

import pytest

from tests.acts import campaigning
from tests.acts.commands import Mailer, shown
from tests.acts.readers import ED

BY = ("--by", "editor")
LIST = ("topics", "list")
ENGLISH = ("--name", "en=Youth letter")


def youth(mailer: Mailer) -> None:
    """Add a topic."""
    names = (*ENGLISH, "--name", "fr=Lettre des jeunes", "--rhythm", "en=monthly")
    ran = mailer("topics", "add", "youth", *names, *BY)
    assert ran.code == 0, ran.err


def retire(mailer: Mailer, noun: str, code: str) -> None:
    ran = mailer(noun, "retire", code, "--yes", *BY)
    assert ran.code == 0, ran.err


def test_a_new_topic_is_in_rules_lists_and_words(
    mailer: Mailer, tmp_path: Path
) -> None:
    youth(mailer)
    people = tmp_path / "people.csv"
    people.write_text(f"address,organisation,topics,consent\n{ED},icom,youth,form 7\n")

    assert mailer("contacts", "import", str(people), "--apply", *BY).code == 0
    assert mailer("segments", "count", "sub(youth)", "--json").json["count"] == 1
    assert mailer("words", "topic", "jeunes", "--json").json[0]["code"] == "youth"
    history = mailer("topics", "history", "youth", "--json").json
    assert [(each["act"], each["by"]) for each in history] == [("added", "editor")]


@pytest.mark.parametrize("store", ["sqlite"])
@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("topics add y/z --name en=Y", "cannot be a code"),
        ("topics add Monthly-Letter --name en=Y", "there is a topic monthly-letter"),
        ("topics add youth --name fr=Y", "a new topic needs an English name"),
        ("topics add youth --name en=Y --name de=Y", "names are in en, fr"),
        ("topics edit invitations --name en=", "the English name cannot be removed"),
        ("topics edit invitation --name fr=Y", "did you mean invitations"),
        ("topics retire nothing --yes", "no topic is called 'nothing'"),
        ("themes edit sdg-01 --parent sdg-01", "it cannot be above it"),
        ("themes add y1 --name en=Y --parent no", "no theme is called 'no'"),
        ("themes add y1 --name en=Y --sectors EDD", "no sector is called 'EDD'"),
    ],
)
def test_what_cannot_be_a_word_is_refused(
    mailer: Mailer, command: str, sentence: str
) -> None:
    ran = mailer(*command.split(), *BY)

    assert ran.code == 1
    assert sentence in shown(ran.err)


@pytest.mark.parametrize("store", ["sqlite"])
def test_a_name_is_changed_and_removed(mailer: Mailer) -> None:
    edit = ("topics", "edit", "invitations", *BY)
    assert mailer(*edit, "--name", "fr=Nos invitations", "--name", "ar=").code == 0
    listed = {each["code"]: each for each in mailer("topics", "list", "--json").json}

    assert listed["invitations"]["names"]["fr"] == "Nos invitations"
    assert "ar" not in listed["invitations"]["names"]


@pytest.mark.parametrize("store", ["sqlite"])
def test_a_retired_topic_is_refused_for_new_use_and_valid_where_it_is_used(
    mailer: Mailer, tmp_path: Path
) -> None:
    path = campaigning.write(tmp_path, audience=campaigning.SECTORS)
    assert mailer("segments", "save", "readers", "sub(monthly-letter)", *BY).code == 0
    assert mailer("campaigns", "import", str(path)).code == 0
    retire(mailer, "topics", "monthly-letter")
    people = tmp_path / "people.csv"
    people.write_text("address,organisation,topics,consent\na@b.example,icom,")
    with people.open("a") as file:
        file.write("monthly-letter,form 7\n")
    new = [
        mailer("segments", "save", "other", "sub(monthly-letter)", *BY),
        mailer("campaigns", "import", str(path)),
    ]
    listed = mailer("contacts", "import", str(people), "--json").json

    for ran in new:
        assert ran.code == 1
        assert "monthly-letter retired on" in shown(ran.err)
    assert "retired on" in str(listed["faults"])
    assert mailer("campaigns", "import", str(path), "--replace", "1").code == 0
    kept = ("segments", "save", "readers", "sub(monthly-letter) and lang = fr", *BY)
    assert mailer(*kept).code == 0
    assert mailer("segments", "count", "readers", "--json").json["count"] > 0
    assert mailer("words", "topic", "monthly", "--json").json == []


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_export_with_a_retired_topic_imports_again_without_faults(
    mailer: Mailer, tmp_path: Path, form: str
) -> None:
    retire(mailer, "topics", "monthly-letter")
    retire(mailer, "topics", "consultations")
    place = str(tmp_path / f"all.{form}")
    mailer("contacts", "export", "--format", form, "--out", place)
    again = mailer("contacts", "import", place, "--json").json

    assert again["rows"] == again["unchanged"] == 714
    assert again["faults"] == []


@pytest.mark.parametrize("store", ["sqlite"])
def test_who_has_not_a_retired_topic_gets_it_by_no_list_and_no_command(
    mailer: Mailer, tmp_path: Path
) -> None:
    icom = "unesco-liaison@icom.example"
    retire(mailer, "topics", "ngo-actions")
    retire(mailer, "topics", "field-news")
    retire(mailer, "topics", "monthly-letter")
    people = tmp_path / "people.csv"
    people.write_text(
        "address,organisation,topics,consent\n"
        f"{icom},icom,ngo-actions field-news,form 7\n"
        "unesco-liaison@icomos.example,icomos,monthly-letter,form 7\n"
        "new@b.example,icom,monthly-letter,form 7\n"
    )
    listed = mailer("contacts", "import", str(people), "--json").json
    given = ("--topic", "ngo-actions", "--basis", "form 7", *BY)
    edited = mailer("contacts", "edit", icom, *given)
    ended = mailer("contacts", "edit", icom, "--end-topic", "monthly-letter", *BY)

    assert {each["row"] for each in listed["faults"]} == {2, 4}
    assert "ngo-actions retired on" in str(listed["faults"])
    assert edited.code == 1
    assert "ngo-actions retired on" in shown(edited.err)
    assert ended.code == 0


@pytest.mark.parametrize("store", ["sqlite"])
def test_a_retired_theme_is_refused_in_new_rules(mailer: Mailer) -> None:
    retire(mailer, "themes", "sdg-04")
    for rule in ("fields has sdg-04", "desk in sectors(sdg-04)"):
        ran = mailer("segments", "save", "teachers", rule, *BY)
        assert ran.code == 1
        assert "sdg-04 retired on" in shown(ran.err)


@pytest.mark.parametrize("store", ["sqlite"])
def test_an_office_is_added_changed_and_retired(mailer: Mailer) -> None:
    add = ("offices", "add", "lome", "--name", "en=Office in Lomé", "--country", "TG")
    assert mailer(*add, "--serves", "TG BJ", *BY).code == 0
    edit = ("offices", "edit", "lome", "--name", "fr=Bureau de Lomé", *BY)
    assert mailer(*edit).code == 0
    rule = "kind = ngo and served_by = lome"
    assert mailer("segments", "save", "lome-ngos", rule, *BY).code == 0
    retire(mailer, "offices", "lome")
    again = mailer("segments", "save", "others", rule, *BY)
    listed = {each["code"]: each for each in mailer("offices", "list", "--json").json}

    assert again.code == 1
    assert "the field office lome retired on" in shown(again.err)
    assert mailer("segments", "count", "lome-ngos", "--json").code == 0
    assert listed["lome"]["names"]["fr"] == "Bureau de Lomé"
    assert listed["lome"]["retired"]


@pytest.mark.parametrize("store", ["sqlite"])
def test_an_organisation_of_another_kind_is_no_sector(mailer: Mailer) -> None:
    ran = mailer("sectors", "edit", "icom", "--name", "en=X", *BY)

    assert ran.code == 1
    assert "no sector is called 'icom'" in shown(ran.err)


@pytest.mark.parametrize("store", ["sqlite"])
def test_subscribers_are_counted_when_asked_for(mailer: Mailer) -> None:
    assert "subscribers" not in mailer(*LIST).out
    assert re.search(r"monthly-letter .* [1-9]", mailer(*LIST, "--subscribers").out)
    (row, *_) = mailer(*LIST, "--json").json
    assert row["subscribers"] > 0
