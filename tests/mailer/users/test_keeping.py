"""Users are added, changed, disabled and removed; what must stay stays."""

import asyncio
from pathlib import Path

import pytest

from audiences.record.changes import Author
from mailer import clock
from mailer.cli import main
from mailer.errors import MailerError
from mailer.maintenance import founding
from mailer.rendering import letter_types
from mailer.sites.site import Site
from mailer.users import keeping
from mailer.users.checking import UserDetails
from tests.acts.commands import Mailer, shown

ADMIN = ("--by", "head-of-unit")


def roles_of(mailer: Mailer, name: str) -> list[str]:
    return list(mailer("users", "show", name, "--json").json["roles"])


SQLITE = pytest.mark.parametrize("store", ["sqlite"])


@SQLITE
def test_a_user_has_what_the_admin_gives(mailer: Mailer) -> None:
    added = mailer(
        *("users", "add", "awa", "--role", "translator:FR,ar", "--shown", "Awa Ba"),
        *("--role", "author:served_by = dakar", "--zone", "Africa/Dakar"),
        *("--address", "awa@unit.example", "--language", "fr", *ADMIN),
    )
    user = mailer("users", "show", "awa", "--json").json

    assert added.code == 0, added.err
    assert user["roles"] == ["author:served_by = dakar", "translator:fr,ar"]
    assert (user["shown"], user["zone"]) == ("Awa Ba", "Africa/Dakar")
    assert (user["address"], user["language"]) == ("awa@unit.example", "fr")
    assert [each["by"] for each in user["history"]] == ["head-of-unit"]


@SQLITE
def test_roles_are_given_limited_and_taken_away(mailer: Mailer) -> None:
    edited = mailer(
        *("users", "edit", "editor", "--role", "translator:fr"),
        *("--drop-role", "steward", "--because", "new post", *ADMIN),
    )

    assert edited.code == 0, edited.err
    assert "translator:fr" in roles_of(mailer, "editor")
    assert "steward" not in roles_of(mailer, "editor")
    history = mailer("users", "show", "editor", "--json").json["history"]
    assert history[-1]["because"] == "new post"


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("add awa --role autor", "no role is called 'autor'; did you mean author"),
        ("add awa --role translator:xx", "'xx' is no language that is known"),
        ("add awa --role translator:français!", "is not a language tag"),
        ("add awa --role approver:nws", "no letter class is called 'nws'; did you"),
        ("add awa --role author:served_by", "the scope of the role author is no"),
        ("add awa --role sender:served_by=mars", "no field office is called"),
        ("add editor", "there is a user called editor already"),
        ("add ../x", "cannot name a user"),
        ("add ticker", "is a name of the program"),
        ("add awa --zone Mars/Base", "is not a time zone"),
        ("add awa --address awa", "is not a valid e-mail address"),
        ("edit nemo --role author", "no user is called 'nemo'"),
        ("edit editor --drop-role admin", "editor has no role admin"),
        ("edit head-of-unit --role sender", "another admin does that"),
        ("disable head-of-unit", "another admin does that"),
        ("remove head-of-unit --yes", "another admin does that"),
    ],
)
@SQLITE
def test_what_cannot_be_is_refused_in_one_sentence(
    mailer: Mailer, command: str, sentence: str
) -> None:
    before = mailer("users", "list", "--json").json
    ran = mailer("users", *command.split(), *ADMIN)

    assert ran.code == 1
    assert sentence in shown(ran.err)
    assert "Traceback" not in ran.err
    assert mailer("users", "list", "--json").json == before


@SQLITE
def test_only_an_admin_changes_users(mailer: Mailer) -> None:
    ran = mailer("users", "add", "awa", "--by", "editor")

    assert ran.code == 1
    assert "the role admin, which head-of-unit has" in shown(ran.err)


@SQLITE
def test_users_change_what_is_shown_of_themselves(mailer: Mailer) -> None:
    own = mailer("users", "edit", "editor", "--shown", "Eva", "--by", "editor")
    other = mailer("users", "edit", "head-of-unit", "--shown", "X", "--by", "editor")

    assert (own.code, other.code) == (0, 1)


@SQLITE
def test_the_last_approver_of_a_class_stays(mailer: Mailer) -> None:
    add = ("users", "add", "eva", "--role", "admin", "--role", "approver:news")
    assert mailer(*add, *ADMIN).code == 0
    as_eva = ("head-of-unit", "--by", "eva")
    limited = mailer("users", "edit", *as_eva, "--role", "approver:news")
    removed = mailer("users", "remove", *as_eva, "--yes")
    disabled = mailer("users", "disable", *as_eva)

    assert [limited.code, removed.code, disabled.code] == [1, 1, 1]
    for ran in (limited, removed, disabled):
        assert "of the class invitation, official, service" in shown(ran.err)
    give = ("users", "edit", "editor", "--role", "approver", "--by", "eva")
    assert mailer(*give).code == 0
    assert mailer("users", "remove", *as_eva, "--yes").code == 0


@SQLITE
def test_a_disabled_user_does_nothing(mailer: Mailer) -> None:
    assert mailer("users", "disable", "editor", *ADMIN).code == 0
    stopped = mailer("stop", "--by", "editor")
    again = mailer("users", "enable", "editor", *ADMIN)

    assert (stopped.code, again.code) == (1, 0)
    assert "editor is disabled since" in shown(stopped.err)


@SQLITE
def test_a_change_by_another_admin_is_not_overwritten(mailer: Mailer) -> None:
    seen = mailer("users", "show", "editor", "--json").json["version"]
    edit = ("users", "edit", "editor", "--version", seen, *ADMIN)
    first = mailer(*edit, "--role", "viewer")
    second = mailer(*edit, "--drop-role", "sender")

    assert (first.code, second.code) == (0, 1)
    assert "editor was changed at" in shown(second.err)


async def test_of_two_admins_who_remove_each_other_one_stays(site: Site) -> None:
    await _make_admin(site, "editor")

    async def remove(name: str, by: str) -> bool:
        classes = letter_types.classes(site.templates)
        try:
            async with site.database.writing() as session:
                who = Author(by=by, at=clock.now())
                await keeping.remove(session, name, who, classes=classes)
        except MailerError:
            return False
        return True

    done = await asyncio.gather(
        remove("editor", "head-of-unit"), remove("head-of-unit", "editor")
    )

    assert sorted(done) == [False, True]


async def _make_admin(site: Site, name: str) -> None:
    who = Author(by="head-of-unit", at=clock.now())
    wanted = keeping.RoleChange(given=["admin", "approver"])
    async with site.database.writing() as session:
        await keeping.edit(
            session, name, wanted, UserDetails(), who, classes={"general", "news"}
        )


async def test_the_first_user_of_a_site_is_its_admin(
    bare_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "new"
    now = clock.now()
    await founding.create_site(folder, with_sample=False, store=bare_url, now=now)
    config = ("--config", str(folder / "config.toml"))
    add = ("users", "add", "marie", "--role", "author")
    first = await asyncio.to_thread(main.run, [*config, *add])
    second = await asyncio.to_thread(
        main.run, [*config, "users", "add", "paul", "--by", "nemo"]
    )

    assert (first, second) == (0, 1)
    assert "marie is added: author, admin" in capsys.readouterr().out
