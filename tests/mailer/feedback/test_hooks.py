"""Webhooks change something only if they are the provider's, recent, of a letter."""

import email
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mailer import clock
from mailer.composing import header
from mailer.errors import NotFoundError
from mailer.feedback.providers import parsing, receiving
from mailer.feedback.providers.authentic import NotAuthenticError
from mailer.feedback.providers.receiving import NotReadableError
from mailer.sites.site import Site
from tests.acts import campaigning, hooking, readers, returning
from tools.peers import serving
from tools.peers.relay import Received, Relay

ON_SQLITE = pytest.mark.parametrize("store", ["sqlite"])
ED = readers.ED
SPOILT = {
    *("status", "enhanced-code", "diagnosticcode", "reason", "description", "details"),
    *("comment", "error", "message", "feedbackid", "sg_event_id", "id"),
}


async def receive(site: Site, provider: str, headers: Any, body: bytes) -> int:
    fetched: list[str] = []

    def get(url: str) -> bytes:
        fetched.append(url)
        assert url.startswith("https://sns.eu-west-1.amazonaws.com/")
        return hooking.CERTIFICATE

    return await receiving.receive(
        site, provider, headers, body, now=clock.now(), get=get
    )


async def named(site: Site, relay: Relay, place: Path) -> tuple[int, Received, str]:
    """Deliver a campaign; return its number, a reader's copy and its Message-ID."""
    number = await returning.sent(site, relay, place)
    sent = next(each for each in relay.accepted if each.recipient == ED)
    row = (await campaigning.ledger(site, number))[ED]
    name = (await readers.signed_of(site, row)).message_id
    return number, sent, f"<{name}@{site.settings.mail.domain}>"


@ON_SQLITE
@pytest.mark.parametrize("provider", parsing.CARRIERS)
async def test_each_provider_reports_a_bounce_and_a_complaint_once(
    site: Site, relay: Relay, tmp_path: Path, provider: str
) -> None:
    hooks = hooking.hooked(site)
    number, sent, name = await named(site, relay, tmp_path)
    bounced = hooking.signed(
        hooks, provider, hooking.event(provider, sent, name), clock.now()
    )
    spam = hooking.signed(
        hooks, provider, hooking.event(provider, sent, name, spam=True), clock.now()
    )

    new = [await receive(hooks, provider, *each) for each in (bounced, bounced, spam)]

    assert new == [1, 0, 1]
    [first, second] = await returning.stored(site)
    assert (first.kind, first.standing, first.decision) == (
        *("bounce", "believed", "suppressed"),
    )
    assert (first.permanence, second.kind) == ("permanent", "complaint")
    assert (await campaigning.ledger(site, number))[ED].state == "complained"
    assert set(await returning.suppressed(site)) == {ED}


@ON_SQLITE
@pytest.mark.parametrize(("provider", "field"), header.REPEATED.items())
async def test_a_letter_has_the_field_that_its_provider_repeats(
    site: Site, relay: Relay, tmp_path: Path, provider: str, field: str
) -> None:
    assert header.repeated(site.settings.feedback.hooks) == ()
    hooks = hooking.hooked(site)
    number = await returning.sent(hooks, relay, tmp_path)
    sent = next(each for each in relay.accepted if each.recipient == ED)
    name = email.message_from_bytes(sent.octets)[field]
    event = hooking.event(provider, sent, name)

    signed = hooking.signed(hooks, provider, event, clock.now())
    assert await receive(hooks, provider, *signed) == 1

    [kept] = await returning.stored(site)
    assert (kept.standing, kept.campaign_id) == ("believed", number)


@ON_SQLITE
@pytest.mark.parametrize("provider", parsing.CARRIERS)
async def test_a_webhook_that_is_forged_old_or_of_nothing_changes_nothing(
    site: Site, relay: Relay, tmp_path: Path, provider: str
) -> None:
    hooks = hooking.hooked(site)
    _, sent, name = await named(site, relay, tmp_path)
    good = hooking.event(provider, sent, name)
    headers, body = hooking.signed(hooks, provider, good, clock.now())
    forged = replace(sent, sender="r-00@x.example", recipient="other@x.example")
    stranger = hooking.event(provider, forged, "<no@x.example>")
    strange = hooking.signed(hooks, provider, stranger, clock.now())

    with pytest.raises(NotAuthenticError):
        await receive(hooks, provider, {}, json.dumps(good).encode())
    if provider in {"ses", "sendgrid", "mailgun"}:
        old = hooking.signed(hooks, provider, good, clock.now() - timedelta(days=2))
        with pytest.raises(NotAuthenticError):
            await receive(hooks, provider, *old)
    with pytest.raises(NotFoundError):
        await receive(site, provider, headers, body)
    assert await receive(hooks, provider, *strange) == 1
    [kept] = await returning.stored(site)
    assert kept.standing == "quarantined"
    assert await returning.suppressed(site) == {}


async def test_a_token_of_mailgun_is_taken_with_one_report_only(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    hooks = hooking.hooked(site)
    _, sent, name = await named(site, relay, tmp_path)
    spam = hooking.event("mailgun", sent, name, spam=True)
    _, seen = hooking.signed(hooks, "mailgun", spam, clock.now())
    other = hooking.event("mailgun", sent, name)
    forged = json.dumps({**other, "signature": json.loads(seen)["signature"]}).encode()

    assert await receive(hooks, "mailgun", {}, seen) == 1
    with pytest.raises(NotAuthenticError, match="with another report"):
        await receive(hooks, "mailgun", {}, forged)

    assert await receive(hooks, "mailgun", {}, seen) == 0
    [kept] = await returning.stored(site)
    assert kept.kind == "complaint"


async def test_characters_that_no_store_takes_and_signs_of_terminals_do_no_harm(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    hooks, bad = hooking.hooked(site), "\ud800a\x00\x1b[31m"
    _, sent, name = await named(site, relay, tmp_path)
    for provider in parsing.CARRIERS:
        event = spoilt(hooking.event(provider, sent, name), bad)
        signed = hooking.signed(hooks, provider, event, clock.now())
        assert await receive(hooks, provider, *signed) == 1, provider

    for kept in await returning.stored(site):
        for text in (kept.status, kept.reason, kept.sender, kept.text):
            assert not {"\ud800", "\x00", "\x1b"} & set(text), kept.way
        assert kept.reason == "no such mailbox"


def spoilt(value: Any, bad: str, name: str = "") -> Any:
    """A report with bad characters at the end of each text that readers may choose."""
    if isinstance(value, dict):
        return {key: spoilt(each, bad, key) for key, each in value.items()}
    if isinstance(value, list):
        return [spoilt(each, bad) for each in value]
    return value + bad if name.lower() in SPOILT and isinstance(value, str) else value


@ON_SQLITE
@pytest.mark.parametrize(
    ("provider", "headers", "body"),
    [
        ("mailgun", {}, rb'{"signature":{"timestamp":"1","token":"\ud800"}}'),
        ("mailgun", {}, b'{"signature":{"timestamp":NaN,"token":[],"signature":{}}}'),
        ("postmark", {"authorization": "Bearer \ud800"}, b"{}"),
        ("brevo", {"authorization": "Basic ////"}, b"{}"),
        ("mailjet", {"authorization": "Bearer \xe9"}, b"{}"),
    ],
)
async def test_a_forged_webhook_of_any_characters_is_refused(
    site: Site, provider: str, headers: dict[str, str], body: bytes
) -> None:
    with pytest.raises(NotAuthenticError):
        await receive(hooking.hooked(site), provider, headers, body)


@ON_SQLITE
async def test_amazon_is_asked_at_its_own_hosts_only(site: Site) -> None:
    hooks, now = hooking.hooked(site), clock.now()
    confirm = {
        "Type": "SubscriptionConfirmation",
        "Message": "You have chosen",
        "Token": "t",
        "SubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=Confirm",
    }
    fine = hooking.of_amazon(confirm, now, "1")
    bad = [
        hooking.of_amazon({**confirm, "SubscribeURL": "https://evil.example/"}, now),
        hooking.of_amazon(
            {**confirm, "TopicArn": "arn:aws:sns:eu-west-1:1:other"}, now
        ),
        {**fine, "Token": "other"},
    ]
    places = (
        "https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-0.pem",
        "http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0a.pem",
        "https://sns.eu-west-1.amazonaws.com:8443/SimpleNotificationService-0a.pem",
        "https://x@sns.eu-west-1.amazonaws.com/SimpleNotificationService-0a.pem",
        "https://sns.eu-west-1.amazonaws.com/other.pem",
    )
    bad += [{**fine, "SigningCertURL": each} for each in places]

    assert await receive(hooks, "ses", {}, json.dumps(fine).encode()) == 0
    for each in bad:
        with pytest.raises(NotAuthenticError):
            await receive(hooks, "ses", {}, json.dumps(each).encode())
    for body in (b"", b"[" * 100_000, b"\xff", b"[]"):
        with pytest.raises((NotReadableError, NotAuthenticError)):
            await receive(hooks, "ses", {}, body)


@ON_SQLITE
async def test_the_pages_take_webhooks_and_say_why_they_refuse(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    hooks = hooking.hooked(site)
    _, sent, name = await named(site, relay, tmp_path)
    headers, body = hooking.signed(
        hooks, "brevo", hooking.event("brevo", sent, name), clock.now()
    )

    async with serving.serving(hooks) as pages:

        async def post(provider: str, body: bytes, **headers: str) -> tuple[int, str]:
            url = f"{pages.url}/hooks/{provider}"
            answer = await pages.client.post(url, content=body, headers=headers)
            return answer.status_code, answer.text

        assert await post("brevo", body, **headers) == (200, "1 new")
        assert await post("brevo", body, **headers) == (200, "0 new")
        assert (await post("brevo", body))[0] == 403
        assert (await post("brevo", b"{", **headers))[0] == 400
        assert (await post("unknown", body, **headers))[0] == 404
        assert (await post("brevo", b"x" * 2_000_000, **headers))[0] == 413

    assert await returning.suppressed(site) == {ED: "bounced"}
