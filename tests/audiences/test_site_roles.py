"""Roles of contacts are data of the site: added, renamed, retired, with history."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiences.contacts import Role
from audiences.people import site_roles
from audiences.people.site_roles import OWN_BITS, Roles, SiteRole
from mailer.sites.site import Site
from tests.acts.commands import Mailer, shown

BY = ("--by", "editor")
ICOM, ICOMOS = "unesco-liaison@icom.example", "unesco-liaison@icomos.example"
NAMES = (
    *("--name", "en=treasurer", "--name", "fr=trésorier", "--name", "es=tesorero"),
    *("--name", "ar=أمين الصندوق", "--name", "ru=казначей", "--name", "zh=财务主管"),
)


def ran(mailer: Mailer, *words: str) -> str:
    found = mailer(*words, *BY)
    assert found.code == 0, found.err
    return found.out


def treasurer(mailer: Mailer) -> None:
    """Add a role with names in six languages."""
    ran(mailer, "roles", "add", "treasurer", *NAMES)


def roles_of(mailer: Mailer, address: str) -> list[str]:
    held: list[str] = mailer("contacts", "show", address, "--json").json["roles"]
    return held


def test_a_role_of_the_site_is_in_lists_rules_words_and_exports(
    mailer: Mailer, tmp_path: Path
) -> None:
    treasurer(mailer)
    people = tmp_path / "people.csv"
    people.write_text(
        "address,organisation,roles\n"
        f"{ICOM},icom,Trésorier\n{ICOMOS},icomos,head; أمين الصندوق\n"
        "a@b.example,icom,财务主管\n",
        encoding="utf-8",
    )

    ran(mailer, "contacts", "import", str(people), "--apply")
    for rule in ("role = treasurer", 'role = "казначей"', "role in (Tesorero, press)"):
        assert mailer("segments", "count", rule, "--json").json["count"] == 3
    assert roles_of(mailer, ICOMOS) == ["head", "treasurer"]
    found = mailer("words", "role", "tresor", "--json").json
    assert [each["code"] for each in found] == ["treasurer"]
    chosen = ("--segment", "role = treasurer")
    assert "head treasurer" in mailer("contacts", "export", *chosen).out
    assert "treasurer" in mailer("contacts", "export", *chosen, "--format", "vcf").out
    why = mailer("segments", "explain", "role = treasurer", ICOM, "--json").json
    assert why["clauses"][0]["because"].endswith("is treasurer")


@pytest.mark.parametrize("store", ["sqlite"])
@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("roles add Head --name en=Y", "use 2 to 40 of a-z, 0-9, hyphen and _"),
        ("roles add head --name en=Y", "there is a role head already"),
        ("roles add expert --name fr=Y", "a new role needs an English name"),
        ("roles add expert", "name something"),
        (
            "roles edit heads --name fr=Y",
            "no role is called 'heads'; did you mean head",
        ),
        ("roles edit head --name de=Y", "names are in en, fr"),
        ("roles retire nothing --yes", "no role is called 'nothing'"),
    ],
)
def test_what_cannot_be_a_role_is_refused(
    mailer: Mailer, command: str, sentence: str
) -> None:
    found = mailer(*command.split(), *BY)

    assert found.code in {1, 2}
    assert sentence in shown(found.err)


@pytest.mark.parametrize("store", ["sqlite"])
def test_a_role_of_the_program_gets_names_of_the_site(mailer: Mailer) -> None:
    ran(mailer, "roles", "edit", "head", "--name", "fr=cheffe de file")
    found = {each["code"]: each for each in mailer("roles", "list", "--json").json}
    count = mailer("segments", "count", 'role = "Cheffe de file"', "--json").json

    assert found["head"]["names"]["fr"] == "cheffe de file"
    assert found["head"]["names"]["en"] == "head of the organization"
    assert not found["head"]["own"]
    assert count == mailer("segments", "count", "role = head", "--json").json
    ran(mailer, "roles", "edit", "head", "--name", "fr=")
    found = {each["code"]: each for each in mailer("roles", "list", "--json").json}
    assert found["head"]["names"]["fr"] != "cheffe de file"


@pytest.mark.parametrize("store", ["sqlite"])
def test_a_site_may_add_as_many_roles_as_there_are_bits(mailer: Mailer) -> None:
    for number in range(len(OWN_BITS)):
        ran(mailer, "roles", "add", f"own-{number}", "--name", f"en=Own {number}")
    ran(mailer, "roles", "retire", "own-0", "--yes")
    found = mailer("roles", "add", "one-more", "--name", "en=One more", *BY)
    ran(mailer, "contacts", "edit", ICOM, "--roles", "head own-19")

    assert found.code == 1
    assert "a site may add 20 roles, and has added as many" in shown(found.err)
    assert roles_of(mailer, ICOM) == ["head", "own-19"]


def retired(mailer: Mailer) -> None:
    """Add a role, give it at two organisations, save a rule with it, and retire it."""
    treasurer(mailer)
    ran(mailer, "contacts", "edit", ICOM, "--roles", "head treasurer")
    ran(mailer, "contacts", "edit", ICOM, "--at", "icomos", "--roles", "treasurer")
    ran(mailer, "segments", "save", "money", "role = treasurer")
    ran(mailer, "roles", "retire", "treasurer", "--yes")


def test_a_list_leaves_a_retired_role_with_who_has_it_and_gives_it_to_no_other(
    mailer: Mailer, tmp_path: Path
) -> None:
    retired(mailer)
    place = tmp_path / "all.csv"
    mailer("contacts", "export", "--out", str(place))
    again = mailer("contacts", "import", str(place), "--json").json
    people = tmp_path / "people.csv"
    people.write_text(
        "address,organisation,roles\n"
        f"{ICOM},icom,press treasurer\n{ICOMOS},icomos,press treasurer\n"
        "new@b.example,icom,treasurer\n"
    )
    applied = mailer("contacts", "import", str(people), "--apply", "--json", *BY).json

    assert again["rows"] == again["unchanged"] == 715
    assert (again["faults"], again["remarks"]) == ([], [])
    assert [each["row"] for each in applied["remarks"]] == [3, 4]
    assert "the role treasurer retired on" in str(applied["remarks"])
    assert roles_of(mailer, ICOM) == ["press", "treasurer"]
    assert roles_of(mailer, ICOMOS) == ["press"]
    assert roles_of(mailer, "new@b.example") == []


@pytest.mark.parametrize("store", ["sqlite"])
def test_a_retired_role_is_offered_nowhere_and_valid_where_it_is(
    mailer: Mailer,
) -> None:
    retired(mailer)
    refused = mailer("contacts", "edit", ICOMOS, "--roles", "treasurer", *BY)
    rule = mailer("segments", "save", "other", "role = treasurer", *BY)

    for each in (refused, rule):
        assert each.code == 1
        assert "the role treasurer retired on" in shown(each.err)
    assert mailer("segments", "count", "money", "--json").json["count"] == 1
    assert mailer("words", "role", "treasurer", "--json").json == []
    hint = shown(mailer("segments", "count", "role = treasurr").err)
    assert "did you mean" not in hint
    ran(mailer, "contacts", "edit", ICOM, "--roles", "press treasurer")
    assert roles_of(mailer, ICOM) == ["press", "treasurer"]


@pytest.mark.parametrize("store", ["sqlite"])
def test_an_entry_and_a_list_name_the_role_in_their_language(mailer: Mailer) -> None:
    treasurer(mailer)
    ran(mailer, "roles", "edit", "head", "--name", "es=cabeza")
    ran(mailer, "contacts", "edit", ICOM, "--roles", "head treasurer")
    said = {
        language: mailer(
            *("directory", "export", "ngos", "--format", "csv"),
            *("--language", language),
        ).out
        for language in ("fr", "es", "ar", "zh")
    }

    assert "trésorier" in said["fr"]
    assert "cabeza y tesorero" in said["es"]
    assert "أمين الصندوق" in said["ar"]
    assert "财务主管" in said["zh"]


async def test_rows_of_the_site_and_the_program_are_one_list(site: Site) -> None:
    async with site.database.writing() as session:
        session.add(SiteRole(code="expert", bit=OWN_BITS[3], names={"en": "Expert"}))
    async with site.database.reading() as session:
        known = await site_roles.load(session)

    assert [each.code for each in known][:5] == list(map(site_roles.code_of, Role))
    assert known.text(Role.PRESS | OWN_BITS[3]) == "press expert"


@given(st.sets(st.sampled_from([*(role.value for role in Role), *OWN_BITS])))
def test_codes_of_a_stored_set_are_stored_as_that_set(bits: set[int]) -> None:
    roles = Roles(
        SiteRole(code=f"own-{bit}", bit=bit, names={}, retired_at=None)
        for bit in OWN_BITS
    )

    assert roles.stored(roles.codes(sum(bits))) == sum(bits) < 2**31


def test_no_bit_of_the_program_is_a_bit_of_a_site() -> None:
    assert not {role.value for role in Role} & set(OWN_BITS)
