"""A Maildir is emptied, each mail once stored; killed anywhere, nothing is lost."""

import asyncio
import os
import signal
import sys
from hashlib import blake2b
from pathlib import Path

import pytest
from sqlalchemy import select

from mailer import clock
from mailer.errors import RefusedError
from mailer.feedback.arrivals import maildir, reader, taking
from mailer.feedback.models import FeedbackMail
from mailer.outbox.message_states import MessageState
from mailer.sites.site import Site
from tests.acts import campaigning, returning
from tests.acts.commands import Mailer
from tools.peers.relay import Relay

# A program that is killed at the nth of these calls while it reads the Maildir.
KILLED = """
import os, pathlib, signal, sys
import mailer.feedback.arrivals.maildir as maildir
import mailer.feedback.arrivals.taking as taking
import mailer.feedback.belief.recording as recording
from mailer.cli import main

left = [int(sys.argv[1])]

def counted(function):
    def call(*arguments, **named):
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **named)
    return call

for module, name in (
    (maildir, "_octets"), (recording, "known"), (recording, "_insert"),
    (recording, "apply"), (maildir, "_remove"), (taking, "keep"),
):
    setattr(module, name, counted(getattr(module, name)))
pathlib.Path.unlink = counted(pathlib.Path.unlink)
sys.exit(main.run(["--config", sys.argv[2], "feedback", "read", sys.argv[3]]))
"""


async def bounces(site: Site, relay: Relay, place: Path) -> tuple[int, list[bytes]]:
    """Deliver a campaign; return its number, and bounces of three of ten readers."""
    number = await returning.sent(site, relay, place)
    return number, [returning.report(each) for each in relay.accepted[:3]]


@pytest.mark.prove
async def test_killed_between_any_two_steps_nothing_is_lost_or_counted_twice(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number, mails = await bounces(site, relay, tmp_path)
    folder = returning.maildir(tmp_path / "returned", mails)
    config = str(site.root / "config.toml")
    program = (sys.executable, "-c", KILLED)
    killed = 0
    for step in range(0, 14, 3 if site.database.is_sqlite else 4):
        process = await asyncio.create_subprocess_exec(
            *(*program, str(step), config, str(folder)),
            stdout=asyncio.subprocess.DEVNULL,
        )
        killed += await process.wait() == -signal.SIGKILL

    recorded = await maildir.read(site, folder, now=clock.now())

    counted = await campaigning.report(site, number)
    assert killed >= 2
    assert counted.states[MessageState.BOUNCED] == 3
    assert len(await returning.stored(site)) == 3
    assert recorded.quarantined == 0
    assert list((folder / "new").iterdir()) == []
    await returning.returned(site, mails)
    assert len(await returning.suppressed(site)) == 3


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_mail_that_comes_by_two_ways_counts_once(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """A Maildir ends its lines with LF, IMAP and LMTP with CRLF."""
    _, mails = await bounces(site, relay, tmp_path)
    other = [each.replace(b"\n", b"\r\n") for each in mails]

    first = await returning.take(site, mails)
    again = await returning.take(site, other)
    async with site.database.writing() as session:
        for each in await session.scalars(select(FeedbackMail)):
            each.digest = blake2b(other[each.id - 1], digest_size=32).digest()
    of_older_versions = await returning.take(site, other)

    assert (first.kinds["bounce"], first.known) == (3, 0)
    assert (again.kinds.total(), again.known) == (0, 3)
    assert (of_older_versions.kinds.total(), of_older_versions.known) == (0, 3)


@pytest.mark.parametrize("store", ["sqlite"])
async def test_what_is_no_regular_file_stays_and_the_rest_is_read(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    _, mails = await bounces(site, relay, tmp_path)
    folder = returning.maildir(tmp_path / "returned", mails)
    secret = tmp_path / "secret"
    secret.write_text("not for the store")
    (folder / "new" / "link").symlink_to(secret)
    os.mkfifo(folder / "new" / "pipe")
    (folder / "new" / "folder").mkdir()

    recorded = await maildir.read(site, folder, now=clock.now())

    left = sorted(each.name for each in (folder / "new").iterdir())
    assert (recorded.kinds, left) == ({"bounce": 3}, ["folder", "link", "pipe"])
    assert secret.exists()


@pytest.mark.parametrize("store", ["sqlite"])
async def test_many_links_do_not_hide_the_mails_after_them(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    _, (mail, *_) = await bounces(site, relay, tmp_path)
    box = returning.maildir(tmp_path / "returned", [mail])
    for number in range(taking.BATCH + 50):
        (box / "new" / f"0.{number}").symlink_to(box)

    recorded = await maildir.read(site, box, now=clock.now())

    assert recorded.kinds["bounce"] == 1
    assert not any(each.is_file() for each in (box / "new").iterdir())


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_folder_that_is_no_maildir_is_refused(site: Site) -> None:
    with pytest.raises(RefusedError, match=r"cannot be read as a Maildir"):
        await maildir.read(site, site.root / "nowhere", now=clock.now())


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_mail_that_ends_the_child_is_kept_and_the_others_are_read(
    site: Site, relay: Relay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The child is killed from outside at the second mail, as a limit would."""
    _, mails = await bounces(site, relay, tmp_path)
    line = reader.MailReader._line
    calls = iter(range(100))

    def dying(
        self: reader.MailReader, descriptor: int, deadline: float
    ) -> bytes | None:
        if next(calls) == 1 and self._child is not None:
            self._child.kill()
            self._child.wait()
            self._rest = b""
            return None
        return line(self, descriptor, deadline)

    monkeypatch.setattr(reader.MailReader, "_line", dying)

    recorded = await returning.take(site, mails)

    assert (recorded.kinds["bounce"], recorded.quarantined) == (2, 1)


@pytest.mark.parametrize("store", ["sqlite"])
def test_the_command_takes_a_mail_from_a_pipe(
    mailer: Mailer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Postfix names the recipient in the environment."""
    for octets, code in ((b"From: a@b.example\n\nhello", 0), (b"", 0)):
        read, write = os.pipe()
        os.write(write, octets)
        os.close(write)
        with os.fdopen(read) as stdin:
            monkeypatch.setattr(sys, "stdin", stdin)
            monkeypatch.setenv("ORIGINAL_RECIPIENT", "r-00@return.example")
            assert mailer("feedback", "read", "-").code == code

    listed = mailer("feedback", "quarantine", "list", "--json-lines").lines

    assert [each["why"] for each in listed] == [
        "its return-path was not made by this site",
        "its return-path was not made by this site",
    ]
    assert mailer("feedback", "quarantine", "discard", "1", "--by", "editor").code == 0
    assert mailer("feedback", "quarantine", "discard", "1", "--by", "editor").code == 1
    assert mailer("feedback", "quarantine", "show", "9").code == 1
    shown = mailer("feedback", "quarantine", "show", "2", "--json").json
    assert (shown["kind"], shown["standing"]) == ("other", "quarantined")


@pytest.mark.parametrize("store", ["sqlite"])
@pytest.mark.parametrize("damaged", ["mailer.db", "config.toml"])
def test_a_pipe_keeps_a_mail_that_cannot_be_stored(
    mailer: Mailer, folder: Path, monkeypatch: pytest.MonkeyPatch, damaged: str
) -> None:
    (folder / damaged).write_bytes(b"not what it should be")
    read, write = os.pipe()
    os.close(write)
    with os.fdopen(read) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        assert mailer("feedback", "read", "-").code == 75
