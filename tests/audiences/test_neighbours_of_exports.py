"""Exports of programs in the forms that they really have, beside the usual ones."""

from pathlib import Path

import pytest

from audiences.intake.mapping import plan, wording
from audiences.intake.wishes import optouts
from audiences.suppressions import Why
from tests.audiences.opened import cells, opened

# name → list, and what its rows become
EXPORTS: dict[str, tuple[str, list[dict[str, str]]]] = {
    "Thunderbird, collected": (
        (
            "First Name,Last Name,Display Name,Primary Email,Secondary Email\n"
            ",,Ada Lee,a@x.example,\nBo,Yu,The Bo,b@x.example,\n"
        ),
        [{"name": "Ada Lee"}, {"name": "Bo Yu"}],
    ),
    "Outlook, names to show": (
        (
            "First Name,Last Name,Company,E-mail Address,E-mail Display Name\n"
            ",,ICOM,a@x.example,Ada Lee (a@x.example)\n,,ICOM,b@x.example,b@x.example\n"
        ),
        [{"name": "Ada Lee"}, {"name": ""}],
    ),
    "Outlook in German": (
        (
            "Vorname;Nachname;Firma;Straße geschäftlich;Straße geschäftlich 2;"
            "Ort geschäftlich;Land/Region geschäftlich;Ort privat;"
            "Telefon geschäftlich 2;"
            "E-Mail-Adresse;E-Mail-Typ;E-Mail 3: Adresse\n"
            "Eva;Groß;ICOM;Amtsstr. 1;Haus 2;Bonn;Deutschland;Köln;+49 228;e@x.example;"
            "SMTP;f@x.example\n"
        ),
        [
            {
                "postal_address": "Amtsstr. 1, Bonn, Deutschland, Haus 2",
                "telephones": "+49 228",
                "second_address": "f@x.example",
            }
        ],
    ),
    "Thunderbird in French": (
        (
            "Prénom,Nom à afficher,Première adresse électronique,Ville,Pays,"
            "Adresse professionnelle,Ville,Pays,Société\n"
            "Zoé,Zoé,z@x.example,Lyon,France,1 rue X,Dakar,Sénégal,ICOM\n"
        ),
        [{"postal_address": "1 rue X, Dakar, Sénégal"}],
    ),
    "HubSpot": (
        (
            "Record ID,First Name,Email,Lead Status,Unsubscribed from all email,"
            "Opted out of email: Marketing Information,Email hard bounce reason\n"
            "1,Ada,a@x.example,,true,,\n2,Bo,b@x.example,,,true,\n"
            "3,Cy,c@x.example,,,,Unknown user\n"
        ),
        [{"opt_out": "true"}, {"opt_out": "true"}, {"bounced": "Unknown user"}],
    ),
    "CiviCRM, without words in brackets": (
        (
            "Contact ID,Contact Type,Display Name,First Name,Email,No Bulk Emails,"
            "Is Deceased\n"
            "1,,Ada Lee,,a@x.example,Yes,No\n2,,,Bo,b@x.example,No,Yes\n"
        ),
        [{"name": "Ada Lee", "opt_out": "Yes | No"}, {"opt_out": "No | Yes"}],
    ),
    "Mailman 3, with those who are no members": (
        (
            "address,display_name,delivery_status,role\n"
            "a@x.example,Ada,enabled,member\nb@x.example,Bo,enabled,nonmember\n"
        ),
        [{"opt_out": "enabled | member"}, {"opt_out": "enabled | nonmember"}],
    ),
    "a whole name beside its parts": (
        (
            "Full name,First name,Last name,E-mail\n"
            "Ada Lee,Ada,Lee,a@x.example\n,Bo,Yu,b@x.example\n"
        ),
        [{"name": "Ada Lee"}, {"name": "Bo Yu"}],
    ),
    "a private address beside one of work": (
        "Name,Email (personal),Work email,Phone 2\nA,p@x.example,w@x.example,+1 2\n",
        [{"address": "w@x.example", "second_address": "p@x.example"}],
    ),
}
HEADINGS = {
    "Telefon geschäftlich 2": "telephones",
    "Téléphone (bureau)": "telephones",
    "Dienstlich: Ort": "city",
    "Courriel professionnel": "address",
    "E-mail 3": "second_address",
    "Рабочий телефон": "telephones",
    "Rue (domicile)": None,
    "Home Street": None,
    "Name 2": None,
}
WISHES = {
    "on [B]": Why.BOUNCED,
    "on [U]": Why.ASKED,
    "nonmember": Why.ASKED,
    "owner": None,
    "décédée": Why.ASKED,
    "décédé le 3 mai": Why.ASKED,
}


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_is_read_as_its_program_means_it(tmp_path: Path, name: str) -> None:
    text, truth = EXPORTS[name]
    table = opened(tmp_path, text)
    rows = list(cells(table))

    assert table.layout is not None
    assert table.layout.questions == ()
    assert [
        {key: row[key] for key in expected}
        for row, expected in zip(rows, truth, strict=True)
    ] == truth


def test_a_written_mapping_keeps_what_is_read_instead(tmp_path: Path) -> None:
    text, truth = EXPORTS["Thunderbird, collected"]
    table = opened(tmp_path, text)
    assert table.layout is not None
    path = tmp_path / "map.toml"
    path.write_text(plan.text(table.layout.mapping, name="list.csv"), "utf-8")
    again = opened(tmp_path, text, mapping=plan.read(path))

    assert [{"name": row["name"]} for row in cells(again)] == truth
    mapping = table.layout.mapping
    assert plan.restored(plan.stored(mapping)) == mapping


@pytest.mark.parametrize("heading", HEADINGS)
def test_a_heading_may_say_whose_it_is(heading: str) -> None:
    found = wording.meaning(heading)

    assert (found and found.target) == HEADINGS[heading]


@pytest.mark.parametrize("cell", WISHES)
def test_cells_about_wishes_of_list_servers_and_of_the_dead(cell: str) -> None:
    assert optouts.why(cell, yes=Why.ASKED) is WISHES[cell]


def test_a_column_of_the_dead_is_one_of_opt_outs(tmp_path: Path) -> None:
    table = opened(tmp_path, "E-mail;Décédé(e)\na@x.example;oui\nb@x.example;non\n")

    assert [row["opt_out"] for row in cells(table)] == ["oui", "non"]
