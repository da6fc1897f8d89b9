"""Commands act for known users, record the account, and show readers before sending."""

import os
import pwd
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from mailer.campaigns.models import CampaignEvent
from mailer.settings.toml import edit_toml
from mailer.sites.opening import open_site
from mailer.sites.site import Site
from tests.acts import campaigning, delivering
from tests.acts.commands import Mailer, shown

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
ACCOUNT = pwd.getpwuid(os.getuid()).pw_name


def draft(mailer: Mailer, place: Path) -> None:
    """Import a campaign, which becomes number 1."""
    assert mailer("campaigns", "import", str(campaigning.write(place))).code == 0


@pytest.mark.parametrize(
    "command",
    [
        "campaigns ask 1",
        "campaigns approve 1",
        "campaigns schedule 1 --at 2100-01-01T10:00Z",
        "campaigns release 1",
        "campaigns pause 1",
        "campaigns resume 1",
        "campaigns cancel 1 --yes",
        "campaigns import-po 1 nowhere.po",
        "segments save dakar-states country=SN",
        "segments remove dakar-ngos --yes",
        "proposals settle 1 --as applied",
    ],
)
@pytest.mark.parametrize("by", ["stranger", ""])
def test_a_user_who_is_not_known_does_nothing(
    mailer: Mailer, tmp_path: Path, command: str, by: str
) -> None:
    draft(mailer, tmp_path)
    ran = mailer(*command.split(), *(["--by", by] if by else []))

    assert ran.code == 1
    expected = (
        "no user is called 'stranger'; `mailer users add stranger "
        if by
        else f"the account {ACCOUNT} is not a user of this site; name the user"
    )
    assert expected in shown(ran.err)


def test_an_author_is_a_known_user(mailer: Mailer, tmp_path: Path) -> None:
    toml = campaigning.TOML.format(audience=campaigning.SECTORS)
    path = campaigning.write(tmp_path, toml=toml.replace('"editor"', '"edtor"'))
    ran = mailer("campaigns", "import", str(path))

    assert ran.code == 1
    assert "no user is called 'edtor'" in shown(ran.err)
    assert mailer("campaigns", "list", "--json").json == []


def test_an_import_of_contacts_needs_a_user_only_if_it_writes(
    mailer: Mailer, tmp_path: Path
) -> None:
    people = tmp_path / "people.csv"
    people.write_text(
        "address,organisation,organisation_name,kind\na@b.example,b,B,ngo\n"
    )

    assert mailer("contacts", "import", str(people)).code == 0
    assert mailer("contacts", "import", str(people), "--apply").code == 1


def test_a_site_without_users_says_how_the_first_is_added(
    mailer: Mailer, tmp_path: Path
) -> None:
    site = tmp_path / "new"
    mailer("init", str(site))
    new = replace(mailer, config=site / "config.toml")
    refused = new("campaigns", "approve", "1")
    added = new("users", "add", ACCOUNT, "--role", "admin")

    assert f"`mailer users add {ACCOUNT} --role admin`" in shown(refused.err)
    assert added.code == 0
    assert "no campaign has the number 1" in shown(new("campaigns", "check", "1").err)


def test_the_account_that_is_a_user_needs_no_name(
    mailer: Mailer, tmp_path: Path
) -> None:
    draft(mailer, tmp_path)
    added = mailer(
        *("users", "add", ACCOUNT, "--role", "approver", "--by", "head-of-unit")
    )
    assert added.code == 0, added.err
    ran = mailer("campaigns", "approve", "1")

    assert ran.code == 0, ran.err
    assert f"{ACCOUNT} approved" in ran.out


async def test_an_act_records_the_account_of_the_machine(
    folder: Path, tmp_path: Path
) -> None:
    path = campaigning.write(tmp_path)
    async with open_site(folder / "config.toml") as site:
        command = await delivering.process(site, "campaigns", "import", str(path))
        assert await command.wait() == 0
        imported = await _last_act(site)
        await campaigning.approve(site, 1)
        approved = await _last_act(site)

    assert (imported.by, imported.detail["account"]) == ("editor", ACCOUNT)
    assert (approved.by, "account" in approved.detail) == ("head-of-unit", False)


async def _last_act(site: Site) -> CampaignEvent:
    async with site.database.reading() as session:
        event = await session.scalar(
            select(CampaignEvent).order_by(CampaignEvent.id.desc()).limit(1)
        )
    assert event is not None
    return event


@pytest.mark.parametrize("name", ["ticker", "delivery", "init"])
def test_a_name_of_the_program_is_no_user(mailer: Mailer, name: str) -> None:
    ran = mailer("users", "add", name, "--by", "head-of-unit")

    assert ran.code == 1
    assert "is a name of the program" in ran.err


def test_approvals_by_command_can_be_refused(
    mailer: Mailer, folder: Path, tmp_path: Path
) -> None:
    draft(mailer, tmp_path)
    edit_toml(folder / "config.toml", {("approval", "only_console"): True})
    ran = mailer("campaigns", "approve", "1", "--by", "head-of-unit")

    assert ran.code == 1
    assert "approval.only_console is true" in shown(ran.err)
    assert mailer("campaigns", "list", "--json").json[0]["state"] == "draft"


def test_a_release_to_another_number_of_readers_is_refused(
    mailer: Mailer, tmp_path: Path
) -> None:
    draft(mailer, tmp_path)
    mailer("campaigns", "approve", "1", "--by", "head-of-unit")
    by = ("--by", "editor")
    eleven = mailer("campaigns", "release", "1", "--expect", "11", *by)
    state = mailer("campaigns", "list", "--json").json[0]["state"]
    ten = mailer("campaigns", "release", "1", "--expect", "10", *by)

    assert (eleven.code, state, ten.code) == (1, "approved", 0)
    assert "A short letter has 10 readers now, not 11" in shown(eleven.err)


def on_terminal(folder: Path, command: str, answer: str) -> str:
    """Run a command on a terminal, answer its question; return what it printed."""
    config = str(folder / "config.toml")
    ours, theirs = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "mailer", "--config", config, *command.split()],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        os.write(ours, f"{answer}\n".encode())
        said, _ = process.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    return said.decode()


@pytest.mark.prove
@pytest.mark.parametrize(("answer", "state"), [("n", "approved"), ("y", "sending")])
def test_a_release_on_a_terminal_shows_the_readers_and_asks(
    mailer: Mailer, folder: Path, tmp_path: Path, answer: str, state: str
) -> None:
    draft(mailer, tmp_path)
    mailer("campaigns", "approve", "1", "--by", "head-of-unit")
    said = on_terminal(folder, "campaigns release 1 --by editor", answer)

    assert "Send it to 10 readers?" in said
    assert mailer("campaigns", "list", "--json").json[0]["state"] == state


ASKING = {
    "campaigns cancel 1": "Cancel it? Messages already sent cannot be recalled.",
    "segments remove office-readers": "Remove the saved rule?",
}


def prepare(mailer: Mailer, place: Path) -> None:
    draft(mailer, place)
    saved = mailer(
        *("segments", "save", "office-readers", "kind = field_office"),
        *("--by", "editor"),
    )
    assert saved.code == 0, saved.err


def is_done(mailer: Mailer, command: str) -> bool:
    if command.startswith("campaigns"):
        return bool(mailer("campaigns", "list", "--json").json[0]["state"] != "draft")
    saved = mailer("segments", "list", "--json").json
    return "office-readers" not in {each["name"] for each in saved}


@pytest.mark.parametrize("answer", ["n", "y"])
@pytest.mark.parametrize("command", ASKING)
def test_what_cannot_be_undone_is_asked_on_a_terminal(
    mailer: Mailer, folder: Path, tmp_path: Path, command: str, answer: str
) -> None:
    prepare(mailer, tmp_path)
    said = on_terminal(folder, f"{command} --by editor", answer)

    assert ASKING[command] in said
    assert is_done(mailer, command) == (answer == "y")


@pytest.mark.parametrize("command", ASKING)
def test_without_a_terminal_nothing_is_asked(
    mailer: Mailer, tmp_path: Path, command: str
) -> None:
    prepare(mailer, tmp_path)
    ran = mailer(*command.split(), "--by", "editor")

    assert (ran.code, is_done(mailer, command)) == (0, True), ran.err
