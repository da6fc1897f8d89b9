"""The listener takes what comes back to our letters, stores it, and relays nothing."""

import asyncio
import smtplib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mailer import clock
from mailer.feedback.arrivals import listener, taking
from mailer.settings.feedback import FeedbackSettings
from mailer.sites.site import Site
from tests.acts import returning
from tools.peers.postgres import free_port
from tools.peers.relay import Received, Relay


def heard(site: Site, protocol: str) -> Site:
    """Return the site with a listener at a free port."""
    given = FeedbackSettings(listen_port=free_port(), listen_protocol=protocol)  # type: ignore[arg-type]  # one of two
    return replace(site, settings=site.settings.model_copy(update={"feedback": given}))


async def hand_over(
    site: Site, protocol: str, act: Callable[[smtplib.SMTP], None]
) -> None:
    """Let a client of the standard library do something with the listener."""
    port = site.settings.feedback.listen_port
    client = smtplib.LMTP if protocol == "lmtp" else smtplib.SMTP

    def talk() -> None:
        with client("127.0.0.1", port) as connection:
            act(connection)

    async with listener.listening(site):
        await asyncio.to_thread(talk)


@pytest.mark.parametrize("protocol", ["lmtp", "smtp"])
async def test_bounces_are_stored_when_they_are_answered(
    site: Site, relay: Relay, tmp_path: Path, protocol: str
) -> None:
    await returning.sent(site, relay, tmp_path)
    chosen: list[Received] = relay.accepted[:3]
    listening = heard(site, protocol)

    def act(client: smtplib.SMTP) -> None:
        for each in chosen:
            refused = client.sendmail("", [each.sender], returning.report(each))
            assert refused == {}

    await hand_over(listening, protocol, act)
    await taking.decide(site, now=clock.now())

    stored = await returning.stored(site)
    assert [each.way for each in stored] == [protocol] * 3
    assert len(await returning.suppressed(site)) == 3


@pytest.mark.parametrize("store", ["sqlite"])
async def test_it_takes_no_mail_for_others_and_a_long_line_is_no_fault(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    await returning.sent(site, relay, tmp_path)
    sent = relay.accepted[0]
    local, _, domain = sent.sender.partition("@")
    strangers = [
        "victim@elsewhere.example",
        f"r-{'00' * 31}@{domain}",
        f"{local}@elsewhere.example",
        f"postmaster@{domain}",
    ]

    def act(client: smtplib.SMTP) -> None:
        for each in strangers:
            with pytest.raises(smtplib.SMTPRecipientsRefused):
                client.sendmail("", [each], b"Subject: x\r\n\r\nx")
        client.sendmail("", [sent.sender], b"Subject: x\r\n\r\n" + b"x" * 50_000)

    await hand_over(heard(site, "lmtp"), "lmtp", act)

    [kept] = await returning.stored(site)
    assert (kept.standing, kept.why) == ("quarantined", "it is not understood")


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_mail_that_cannot_be_stored_stays_with_its_sender(
    site: Site, relay: Relay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await returning.sent(site, relay, tmp_path)
    [sent, *_] = relay.accepted
    (site.root / "opt-outs.jsonl").unlink(missing_ok=True)
    (site.root / "opt-outs.jsonl").mkdir()  # where a wish is kept before the store
    token = sent.octets.partition(b"/u/")[2][:50].decode()
    leave = f"From: a@b.example\r\nSubject: {token}\r\n\r\n"

    def act(client: smtplib.SMTP) -> None:
        with pytest.raises(smtplib.SMTPDataError, match=r"4\.3\.0"):
            client.sendmail("", [site.settings.sender.reply_to], leave)

    await hand_over(heard(site, "smtp"), "smtp", act)

    assert await returning.stored(site) == []
