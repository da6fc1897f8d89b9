"""What changed since the approval, or a version, is said block by block."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.rendering import letter_types, template_files
from mailer.reports.review import differences
from mailer.sites.bundled import bundled
from tests.acts import campaigning
from tests.acts.commands import Mailer, shown

BEGUN = (
    campaigning.TEXT + "\n# item one\ntitle: A day\ndate: 2097-06-01\n\nCome early.\n"
)
EDITED = BEGUN.replace("A day", "Two days").replace("Come early.", "Come late.")
TYPES = letter_types.block_types(template_files.read(bundled("templates")))
FRENCH = BEGUN.replace("A short letter", "Une lettre brève")


def places(found: dict[str, object]) -> list[tuple[str, str, str]]:
    differences = found["differences"]
    assert isinstance(differences, list)
    return [(each["language"], each["where"], each["what"]) for each in differences]


def test_an_approver_reads_what_changed_since_the_approval(
    mailer: Mailer, tmp_path: Path
) -> None:
    by = ("--by", "editor")
    first = str(campaigning.write(tmp_path, en=BEGUN))
    mailer("campaigns", "import", first, *by)
    mailer("campaigns", "approve", "1", "--by", "head-of-unit")
    second = str(campaigning.write(tmp_path, en=EDITED))
    third = str(campaigning.write(tmp_path, en=EDITED, fr=FRENCH))
    mailer("campaigns", "import", second, "--replace", "1", *by)
    mailer("campaigns", "import", third, "--replace", "1", *by)
    approved = mailer("campaigns", "diff", "1", "--json").json
    last = mailer("campaigns", "diff", "1", "--since", "2", "--json").json
    read = mailer("campaigns", "diff", "1", "--since", "approval")
    two = mailer("campaigns", "diff", "1", "--since", "1", "--to", "2", "--json").json
    back = mailer("campaigns", "diff", "1", "--since", "3", "--to", "1", "--json").json
    none = mailer("campaigns", "diff", "1", "--since", "1", "--to", "7")

    assert (approved["version"], approved["present"]) == (1, 3)
    assert places(approved) == [
        ("en", "one, title", "changed"),
        ("en", "one, text", "changed"),
        ("fr", "", "added"),
    ]
    assert places(last) == [("fr", "", "added")]
    assert (two["version"], two["present"]) == (1, 2)
    assert places(two) == places(approved)[:2]
    assert places(back)[2] == ("fr", "", "removed")
    assert (none.code, "its versions are 1 to 3" in shown(none.err)) == (1, True)
    assert "- Come early. + Come late." in shown(read.out)


@pytest.mark.parametrize("store", ["sqlite"])
def test_blocks_added_removed_and_moved_and_settings_are_named(
    mailer: Mailer, tmp_path: Path
) -> None:
    by = ("--by", "editor")
    second = "\n# item two\ntitle: Another\ndate: 2097-06-02\n\nAt noon.\n"
    mailer(
        *("campaigns", "import", str(campaigning.write(tmp_path, en=BEGUN + second))),
        *by,
    )
    moved = (
        campaigning.TEXT
        + second
        + BEGUN.partition("preheader")[2].partition("this is short.\n")[2]
    )
    moved += "\n# item three\ntitle: New\ndate: 2097-06-03\n\nAt night.\n"
    path = campaigning.write(tmp_path, audience="kind = natcom", en=moved)
    mailer("campaigns", "import", str(path), "--replace", "1", *by)
    found = mailer("campaigns", "diff", "1", "--json").json
    wrong = mailer("campaigns", "diff", "1", "--since", "9")
    unapproved = mailer("campaigns", "diff", "1", "--since", "approval")

    assert places(found) == [
        ("", "audience", "changed"),
        ("en", "three", "added"),
        ("en", "two", "moved"),
    ]
    assert (wrong.code, "its versions are 1 to 2" in shown(wrong.err)) == (1, True)
    assert (unapproved.code, unapproved.out) == (1, "")


@pytest.mark.parametrize("store", ["sqlite"])
def test_a_setting_of_several_values_is_shown_before_and_after(
    mailer: Mailer, tmp_path: Path
) -> None:
    by, audience = ("--by", "editor"), "kind = natcom"
    toml = campaigning.TOML.format(audience=audience)
    mailer("campaigns", "import", str(campaigning.write(tmp_path, toml=toml)), *by)
    fewer = toml.replace('es = ["en"]\n', "")
    path = campaigning.write(tmp_path, toml=fewer)
    mailer("campaigns", "import", str(path), "--replace", "1", *by)
    found = mailer("campaigns", "diff", "1", "--json").json

    (change,) = found["differences"]
    assert change["where"] == "fallbacks"
    assert "es: en" in change["before"]
    assert "es: en" not in change["after"]
    assert "fr: en" in change["after"]


NOW = "2097-06-02"
FAULTY = [
    ("date: 2097-06-01", "date: 31 of June", "one, date"),
    ("date: 2097-06-01", f"date: {NOW}\ndate: {NOW}", "one, text"),
    ("date: 2097-06-01", "colour: blue", "one, text"),
    ("date: 2097-06-01", "date: 2097-06-01\ngoes on here", "one, text"),
    ("# item one", "# itm one", "one"),
    ("Come early.", "Come early.\ndate: 2097-06-07", "one, text"),
]


@pytest.mark.parametrize(("was", "becomes", "where"), FAULTY)
def test_what_is_at_fault_is_compared_as_well(
    was: str, becomes: str, where: str
) -> None:
    after = BEGUN.replace(was, becomes)
    there = list(differences.of_texts("en", BEGUN, after, TYPES))
    back = list(differences.of_texts("en", after, BEGUN, TYPES))

    assert where in {each.where for each in there}
    added = "".join(each.after for each in there)
    assert becomes.splitlines()[-1].removeprefix("date: ") in added
    assert {each.where for each in back} == {each.where for each in there}


def test_a_block_that_is_gone_has_its_type_and_title() -> None:
    without = BEGUN.partition("# item")[0]
    (gone,) = differences.of_texts("en", BEGUN, without, TYPES)

    assert (gone.what, gone.where) == ("removed", "one")
    assert (gone.type, gone.title) == ("item", "A day")
    assert "2097-06-01" in gone.before


@given(st.permutations(list("abcde")))
def test_blocks_that_moved_are_those_that_others_passed(order: list[str]) -> None:
    before, after = (
        "".join(f"# text {x}\n\n{x}\n\n" for x in row) for row in ("abcde", order)
    )
    found = list(differences.of_texts("en", before, after, TYPES))
    moved = {each.where for each in found if each.what == "moved"}

    stayed = [each for each in order if each not in moved]
    assert {each.what for each in found} <= {"moved"}
    assert stayed == sorted(stayed)
