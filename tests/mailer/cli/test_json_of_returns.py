"""What came back, and what becomes of a whole site, is printed in its shape.

The fixture `mailer` compares each document with it.
"""

import asyncio
import io
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from mailer.settings.toml import edit_toml
from mailer.sites.site import Site
from tests.acts import campaigning, reading, returning
from tests.acts.commands import Mailer
from tests.acts.real_sites import REAL
from tests.mailer.feedback.lost.test_lost import add_deputy, heal, lose
from tools.peers.relay import Relay

BY = ("--by", "editor")
PROGRAM = "/bin/true"  # any that is there
LINES = {"feedback quarantine list", "feedback verdict", "replies list"}
# In an order that works on one site: words, then the rest.
OF_MAILS: tuple[Sequence[str], ...] = (
    ("feedback quarantine list",),
    ("feedback quarantine show", "1"),
    ("feedback quarantine release", "1", "--message", "{message}", *BY),
    ("feedback quarantine discard", "2", *BY),
    ("feedback reports",),
    ("feedback verdict",),
    ("feedback read", "{maildir}"),
    ("replies list",),
    ("replies show", "3"),
    ("replies leave", "3", *BY),
    ("replies file", "3", "--campaign", "1", *BY),
    ("replies answers", "session-2027@liaison.example"),
    ("messages reconcile", "--postfix-log", "{log}"),
)
WORDS = {each[0] for each in OF_MAILS}
OF_SITES = {
    "keys dkim",
    "kit",
    "tasks ask",
    "work",
    "move",
    "restore",
    "resume-after-restore",
}


async def came_back(site: Site, relay: Relay) -> None:
    """Take in two mails that are not believed, and an answer."""
    [first, *_] = relay.accepted
    forged = returning.complaint(first, path="r-00@return.x.example", whole=False)
    await returning.take(site, [forged, forged.replace(b"short", b"long")])
    name = reading.parsed(first.octets)["Message-ID"]
    answer = f"From: <{first.recipient}>\nIn-Reply-To: {name}\nSubject: Re\n\nYes\n"
    await returning.take(site, [answer.encode()], of_replies=True)


@pytest.mark.prove
@pytest.mark.parametrize("store", ["sqlite"])
async def test_commands_on_what_comes_back_print_their_shapes(
    mailer: Mailer,
    site: Site,
    relay: Relay,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    number = await returning.sent(site, relay, tmp_path)
    await came_back(site, relay)
    first = relay.accepted[0].recipient
    log = tmp_path / "mail.log"
    log.touch()
    given = {
        "message": (await campaigning.ledger(site, number))[first].id,
        "maildir": returning.maildir(tmp_path / "maildir", []),
        "log": log,
    }
    replies = io.TextIOWrapper(io.BytesIO(b"550 5.1.1 no such user\nnonsense\n"))
    monkeypatch.setattr("sys.stdin", replies)

    for words, *rest in OF_MAILS:
        how = "--json-lines" if words in LINES else "--json"
        arguments = [each.format(**given) for each in rest]
        ran = await asyncio.to_thread(mailer, *words.split(), *arguments, how)
        assert (words, ran.code, bool(ran.out)) == (words, 0, True), ran.err


@pytest.mark.prove
@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_draft_about_the_lost_prints_its_shape(
    mailer: Mailer, site: Site, relay: Relay, tmp_path: Path
) -> None:
    await add_deputy(site)
    await lose(site, relay, tmp_path)
    await heal(site, relay)

    drafted = await asyncio.to_thread(mailer, "tasks", "ask", *BY, "--json")

    assert drafted.json["tasks"] == 1


@pytest.mark.prove
@pytest.mark.parametrize("store", ["sqlite"])
def test_a_site_that_is_restored_and_moved_prints_its_shapes(
    mailer: Mailer, folder: Path, tmp_path: Path
) -> None:
    assert mailer("compact", "--json").code == 0
    assert mailer("keys", "dkim", "--json").json[0]["type"] == "TXT"
    archive, into = tmp_path / "site.tar.gz", tmp_path / "restored"
    assert mailer("backup", str(archive)).code == 0
    shutil.copytree(folder / "secrets", into / "secrets")

    restored = mailer("restore", str(archive), "--into", str(into), "--json")
    there = Mailer(config=into / "config.toml", captured=mailer.captured)
    resumed = there("resume-after-restore", "--hold", *BY, "--json")
    worked = there("work", "--until-idle", "--json")
    moved = there("move", "--to", "sqlite:///moved.db", "--yes", "--json")

    values = {(name, key): value for name in REAL for key, value in REAL[name].items()}
    edit_toml(into / "config.toml", values)
    kit = there(
        "kit", str(tmp_path / "kit"), "--user", "x", "--program", PROGRAM, "--json"
    )
    assert kit.json["files"], kit.err
    assert restored.json["rows"]["contact"] > 0, restored.err
    assert resumed.json["rest"] == "held", resumed.err
    assert worked.json == {}, worked.err
    assert moved.json["tables"], moved.err
