"""Each verb asks for its right: who has it acts, any other role is refused."""

from pathlib import Path

import pytest

from audiences.store.permission import DirectoryRight
from mailer.users.acts import ACTS, Right
from mailer.users.roles import UserRole
from tests.acts import campaigning
from tests.acts.commands import Mailer, shown
from tests.acts.readers import ED

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
ADMIN = ("--by", "head-of-unit")

VERBS: dict[str, str] = {
    "campaigns import {draft}": Right.WRITE,
    "campaigns import {draft} --replace 1": Right.WRITE,
    "campaigns test 1 --to me@unit.example": Right.WRITE,
    "campaigns import-po 1 {po}": Right.TRANSLATE,
    "campaigns ask 1": Right.WRITE,
    "campaigns return 1 --because wrong": Right.APPROVE,
    "campaigns approve 1": Right.APPROVE,
    "campaigns schedule 1 --at 2100-01-01T10:00Z": Right.SCHEDULE,
    "campaigns unschedule 1": Right.UNSCHEDULE,
    "campaigns release 1": Right.SEND,
    "campaigns pause 1": Right.PAUSE,
    "campaigns resume 1": Right.SEND,
    "campaigns cancel 1 --yes": Right.SEND,
    "segments save dakar-states country=SN": DirectoryRight.RULES,
    "segments remove dakar-ngos --yes": DirectoryRight.RULES,
    "proposals settle 1 --as applied": DirectoryRight.DIRECTORY,
    "contacts import {people} --apply": DirectoryRight.DIRECTORY,
    "contacts undo 1": DirectoryRight.DIRECTORY,
    "contacts add a@icom.example --organisation icom": DirectoryRight.DIRECTORY,
    f"contacts edit {ED} --name Awa": DirectoryRight.DIRECTORY,
    f"contacts move {ED} new@icom.example": DirectoryRight.DIRECTORY,
    f"contacts remove {ED} --yes": DirectoryRight.DIRECTORY,
    f"contacts erase {ED} --yes": DirectoryRight.ERASE,
    "contacts sources remove partners": DirectoryRight.DIRECTORY,
    "organisations edit icom --name ICOM": DirectoryRight.DIRECTORY,
    "organisations retire icom --yes": DirectoryRight.DIRECTORY,
    "suppressions add a@b.example --detail asked": DirectoryRight.DIRECTORY,
    "suppressions lift a@b.example --detail asked": DirectoryRight.LIFT,
    "stop": Right.STOP,
    "go": Right.GO,
    "users add paul": Right.USERS,
    "users disable editor": Right.USERS,
}
# an author writes every language
ALSO = {"campaigns import-po 1 {po}": (UserRole.AUTHOR,)}


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_is_refused_to_every_role_but_its_own(
    mailer: Mailer, tmp_path: Path, verb: str
) -> None:
    able = {*ACTS[VERBS[verb]].roles, *ALSO.get(verb, ())}
    unable = [f"--role={role}" for role in UserRole if role not in able]
    assert mailer("users", "add", "zoe", *unable, *ADMIN).code == 0
    given = _prepared(mailer, tmp_path)
    if verb == "campaigns release 1":
        assert mailer("campaigns", "approve", "1", *ADMIN).code == 0
    command = [each.format(**given) for each in verb.split()]
    refused = mailer(*command, "--by", "zoe")
    roles = [f"--role={min(able)}"]
    assert mailer("users", "edit", "zoe", *roles, *ADMIN).code == 0
    allowed = mailer(*command, "--by", "zoe")

    assert refused.code == 1
    assert f"zoe may not {ACTS[VERBS[verb]].words}" in shown(refused.err)
    assert "zoe may not" not in shown(allowed.err)


def _prepared(mailer: Mailer, place: Path) -> dict[str, str]:
    """Import a campaign, number 1; return the files that commands need."""
    draft = campaigning.write(place, en=campaigning.TEXT, fr=campaigning.TEXT)
    assert mailer("campaigns", "import", str(draft)).code == 0
    po, people = place / "fr.po", place / "people.csv"
    exported = mailer("campaigns", "export-po", "1", "--language", "fr")
    po.write_text(exported.out, encoding="utf-8")
    people.write_text("address,organisation\na@icom.example,icom\n", encoding="utf-8")
    return {"draft": str(draft), "po": str(po), "people": str(people)}


def test_a_field_office_writes_and_sends_to_its_own_readers_only(
    mailer: Mailer, tmp_path: Path
) -> None:
    scope = "served_by = dakar"
    office = ("users", "add", "dakar", "--role", f"author:{scope}")
    assert mailer(*office, "--role", f"sender:{scope}", *ADMIN).code == 0
    wide = campaigning.write(tmp_path, audience="kind = ngo")
    own = campaigning.write(tmp_path, audience=f"kind = ngo and {scope}")
    by = ("--by", "dakar")
    refused = mailer("campaigns", "import", str(wide), *by)
    taken = mailer("campaigns", "import", str(own), *by)
    mailer("campaigns", "import", str(wide))
    at = ("--at", "2100-01-01T10:00Z")
    for number in ("1", "2"):
        mailer("campaigns", "approve", number, "--old-date", *ADMIN)
    scheduled = [
        mailer("campaigns", "schedule", each, *at, *by).code for each in ("1", "2")
    ]

    assert (refused.code, taken.code) == (1, 0), taken.err
    assert f"end it with: and ({scope})" in shown(refused.err)
    assert scheduled == [0, 1]


def test_an_edit_to_other_readers_is_refused_to_a_field_office(
    mailer: Mailer, tmp_path: Path
) -> None:
    scope = "served_by = dakar"
    mailer("users", "add", "dakar", "--role", f"author:{scope}", *ADMIN)
    own = campaigning.write(tmp_path, audience=f"kind = ngo and {scope}")
    wide = campaigning.write(tmp_path, audience="kind = ngo")
    mailer("campaigns", "import", str(own), "--by", "dakar")
    ran = mailer("campaigns", "import", str(wide), "--replace", "1", "--by", "dakar")

    assert ran.code == 1
    rule = mailer("campaigns", "show", "1", "--json").json["audience"]["rule"]
    assert rule == f"kind = ngo and {scope}"


def test_an_approver_approves_own_classes_only(mailer: Mailer, tmp_path: Path) -> None:
    for name, letters in (("lea", "news"), ("ivo", "invitation")):
        mailer("users", "add", name, "--role", f"approver:{letters}", *ADMIN)
    mailer("campaigns", "import", str(campaigning.write(tmp_path)))
    other = mailer("campaigns", "approve", "1", "--by", "ivo")
    own = mailer("campaigns", "approve", "1", "--by", "lea")

    assert (other.code, own.code) == (1, 0), own.err
    assert "the role approver for news, which head-of-unit, lea have" in shown(
        other.err
    )
