"""Hostile mail, by every way in: all of it is kept and listed, and it changes nothing.

Each mail comes to the return-path of a letter that was sent, or to the unit's address.
"""

import os
import smtplib
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from mailer import clock
from mailer.feedback.arrivals import maildir, taking
from mailer.feedback.providers import receiving
from mailer.sites.site import Site
from tests.acts import campaigning, hooking, hostile, readers, returning
from tests.acts.commands import Mailer
from tests.mailer.feedback.arrivals import test_imap, test_listener
from tools.peers import dovecot
from tools.peers.relay import Relay

ON_SQLITE = pytest.mark.parametrize("store", ["sqlite"])
Way = Callable[[Site, Path, str, Sequence[bytes]], Awaitable[None]]


async def by_maildir(
    site: Site, place: Path, _path: str, mails: Sequence[bytes]
) -> None:
    await maildir.read(site, returning.maildir(place / "in", mails), now=clock.now())


async def by_lmtp(site: Site, _place: Path, path: str, mails: Sequence[bytes]) -> None:
    def act(client: smtplib.SMTP) -> None:
        for each in mails:
            client.sendmail("", [path], each)

    await test_listener.hand_over(test_listener.heard(site, "lmtp"), "lmtp", act)


async def by_imap(site: Site, _place: Path, _path: str, mails: Sequence[bytes]) -> None:
    with dovecot.running() as server:
        server.deliver(*mails)
        await test_imap.read(test_imap.box(site, server, of_replies=False))
        assert server.kept() == {}


@ON_SQLITE
@pytest.mark.parametrize(
    "way", [by_maildir, by_lmtp, pytest.param(by_imap, marks=pytest.mark.prove)]
)
async def test_hostile_mail_is_kept_and_listed_and_changes_nothing(
    site: Site, relay: Relay, tmp_path: Path, way: Way
) -> None:
    number = await returning.sent(site, relay, tmp_path)
    path = relay.accepted[0].sender
    mails = [b"Delivered-To: %b\n" % path.encode() + m for m in hostile.SMALL.values()]
    before = await readers.everything(site), await campaigning.report(site, number)

    await way(site, tmp_path, path, mails)
    await taking.decide(site, now=clock.now())

    stored = await returning.stored(site)
    assert len(stored) == len(mails)
    assert {(each.kind, each.standing) for each in stored} == {("other", "quarantined")}
    after = await readers.everything(site), await campaigning.report(site, number)
    assert after == before
    assert await returning.suppressed(site) == {}


@ON_SQLITE
async def test_hostile_answers_are_filed_and_end_no_subscription(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    await returning.sent(site, relay, tmp_path)
    before = await readers.everything(site)
    mails = list(hostile.SMALL.values())

    await returning.take(site, mails, of_replies=True)

    assert {each.standing for each in await returning.stored(site)} == {"filed"}
    assert len(await returning.stored(site)) == len(mails)
    assert await readers.everything(site) == before


@ON_SQLITE
def test_a_pipe_takes_hostile_mail(
    mailer: Mailer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place, octets in enumerate(hostile.SMALL.values()):
        (tmp_path / f"{place}").write_bytes(octets)
        with (
            (tmp_path / f"{place}").open("rb") as file,
            os.fdopen(os.dup(file.fileno())) as stdin,
        ):
            monkeypatch.setattr(sys, "stdin", stdin)
            assert mailer("feedback", "read", "-").code == 0

    listed = mailer("feedback", "quarantine", "list", "--json-lines").lines
    assert len(listed) == len(hostile.SMALL)


DEEP = b'{"a":' * 100_000
BODIES: dict[str, bytes] = {
    "deep": DEEP,
    "deep and closed": b"[" * 50_000 + b"]" * 50_000,
    "a long number": b'{"id": ' + b"9" * 900_000 + b"}",
    "events": b"[" + b"{}," * 300_000 + b"{}]",
    "half a character": b'{"event": "\\ud800", "email": "\\ud800@b.example"}',
    "nothing": b"",
    "zeros": bytes(900_000),
    "UTF-16": '{"event": "bounce"}'.encode("utf-16"),
    "not a number": b'{"event": NaN, "email": Infinity}',
    "names twice": b'{"event": "spam", "event": ["x"], "email": {"a": 1}}',
}


@ON_SQLITE
@pytest.mark.parametrize("provider", ["postmark", "brevo", "mailjet", "sendgrid"])
async def test_a_hostile_webhook_with_the_secret_changes_nothing(
    site: Site, relay: Relay, tmp_path: Path, provider: str
) -> None:
    hooks = hooking.hooked(site)
    await returning.sent(site, relay, tmp_path)
    before = await readers.everything(site)

    for body in BODIES.values():
        headers = hooking.signed_body(hooks, provider, body, clock.now())
        with suppress(receiving.NotReadableError):
            assert (
                await receiving.receive(hooks, provider, headers, body, now=clock.now())
                == 0
            )

    assert await returning.stored(site) == []
    assert await readers.everything(site) == before
