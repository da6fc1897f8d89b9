"""Mailboxes of a real Dovecot: one is emptied, the other only read."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mailer import clock
from mailer.errors import MailerError
from mailer.feedback.arrivals import mailboxes
from mailer.feedback.arrivals.mailboxes import Mailbox
from mailer.settings.feedback import FeedbackSettings, MailboxSettings
from mailer.sites.site import Site
from tests.acts import returning
from tools.peers import dovecot
from tools.peers.dovecot import Dovecot
from tools.peers.relay import Relay
from tools.waiting import eventually

ON_SQLITE = pytest.mark.parametrize("store", ["sqlite"])


@pytest.fixture
def server() -> Iterator[Dovecot]:
    """A Dovecot with an empty mailbox."""
    with dovecot.running() as running:
        yield running


def box(site: Site, server: Dovecot, *, of_replies: bool, **given: Any) -> Mailbox:
    """Return a mailbox of the settings, at the server."""
    values: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": server.tls,
        "user": dovecot.USER,
        "password": dovecot.PASSWORD,
        "ca_file": server.folder / "ca.pem",
        **given,
    }
    settings = MailboxSettings.model_validate(values)
    named = {"replies_imap" if of_replies else "imap": settings}
    feedback = FeedbackSettings.model_validate(named)
    with_box = replace(
        site, settings=site.settings.model_copy(update={"feedback": feedback})
    )
    [found] = mailboxes.of_site(with_box)
    return found


async def read(found: Mailbox) -> int:
    """Read a mailbox once; return how many mails were new."""
    async with found.opened() as folder:
        recorded = await found.read(folder, now=clock.now())
    return recorded.kinds.total() + recorded.quarantined


@ON_SQLITE
@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_the_mailbox_of_returned_mail_is_emptied_when_all_is_stored(
    site: Site, relay: Relay, tmp_path: Path, server: Dovecot, security: str
) -> None:
    await returning.sent(site, relay, tmp_path)
    server.deliver(*(returning.report(each) for each in relay.accepted), b"", b"\xff")
    port = server.tls if security == "tls" else server.plain
    found = box(site, server, of_replies=False, security=security, port=port)

    assert await read(found) == 12
    assert await read(found) == 0

    assert server.kept() == {}
    assert {each.way for each in await returning.stored(site)} == {"imap"}


@ON_SQLITE
async def test_the_mailbox_of_answers_is_read_once_and_not_changed(
    site: Site, server: Dovecot
) -> None:
    found = box(site, server, of_replies=True)
    server.deliver(b"From: a@b.example\nSubject: one\n\nThank you.\n")
    await read(found)  # the server gives the files their names
    before = server.kept()

    server.deliver(b"From: a@b.example\nSubject: two\n\nThank you.\n")
    again = [await read(found), await read(found)]
    server.forget_numbers()
    again.append(await read(found))

    assert again == [1, 0, 0]
    kept = server.kept()
    assert set(before.values()) < set(kept.values())
    assert not any("S" in name.partition(":2,")[2] for name in kept)
    assert len(await returning.stored(site)) == 2


@ON_SQLITE
@pytest.mark.prove
async def test_new_mail_is_taken_when_it_comes_and_after_a_new_start_of_the_server(
    site: Site, relay: Relay, tmp_path: Path, server: Dovecot
) -> None:
    await returning.sent(site, relay, tmp_path)
    found = box(site, server, of_replies=False)
    mails = [returning.report(each) for each in relay.accepted]

    async def stored(number: int) -> None:
        async def are_there() -> bool:
            return len(await returning.stored(site)) == number

        await eventually(are_there, f"not {number} mails are stored")

    watching = asyncio.create_task(found.watch())
    server.deliver(mails[0])
    await stored(1)
    server.deliver(mails[1])  # the server tells of it
    await stored(2)
    server.stop()
    with pytest.raises(MailerError, match=r"feedback\.imap"):
        await watching
    server.start()
    watching = asyncio.create_task(found.watch())
    server.deliver(mails[2])
    await stored(3)
    watching.cancel()
    await asyncio.wait({watching})


@ON_SQLITE
@pytest.mark.parametrize(
    "given",
    [
        {"password": "wrong"},
        {"ca_file": None},
        {"folder": "No such"},
        {"host": "localhost.invalid"},
    ],
    ids=["password", "certificate", "folder", "host"],
)
async def test_a_mailbox_that_cannot_be_read_is_named_in_a_sentence(
    site: Site, server: Dovecot, given: dict[str, Any]
) -> None:
    found = box(site, server, of_replies=False, **given)

    with pytest.raises(MailerError, match=r"^feedback\.imap: the mailbox cannot be"):
        await read(found)


def test_a_login_is_never_sent_unencrypted_over_a_network() -> None:
    with pytest.raises(ValueError, match="sends the login unencrypted"):
        MailboxSettings(host="imap.example.org", security="plain")
