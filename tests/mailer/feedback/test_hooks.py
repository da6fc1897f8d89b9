"""Webhooks change something only if they are the provider's, recent, of a letter."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

from mailer import clock
from mailer.errors import NotFoundError
from mailer.feedback.providers import authentic, parsing, receiving
from mailer.feedback.providers.authentic import NotAuthenticError
from mailer.feedback.providers.receiving import NotReadableError
from mailer.settings.feedback import FeedbackSettings
from mailer.sites.site import Site
from tests.acts import campaigning, readers, returning
from tools.peers import serving
from tools.peers.relay import Received, Relay

ON_SQLITE = pytest.mark.parametrize("store", ["sqlite"])
ED, TOPIC = readers.ED, "arn:aws:sns:eu-west-1:123456789012:letters"
GONE = "550 5.1.1 user unknown"
KEY = ec.generate_private_key(ec.SECP256R1())
AMAZON = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CERTIFICATE_URL = (
    "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0a1b.pem"
)


def certificate() -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(AMAZON.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(AMAZON, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


CERTIFICATE = certificate()


def hooked(site: Site) -> Site:
    """Return the site with a secret for each provider."""
    for name in ("mailgun", "postmark", "brevo", "mailjet"):
        (site.root / f"{name}.key").write_text(secrets.token_urlsafe(40))
    public = KEY.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    hooks = {
        "amazon_topics": [TOPIC],
        "sendgrid_key": base64.b64encode(public).decode(),
        "mailgun_file": "mailgun.key",
        "postmark_file": "postmark.key",
        "brevo_file": "brevo.key",
        "mailjet_file": "mailjet.key",
    }
    feedback = FeedbackSettings.model_validate({"hooks": hooks})
    return replace(
        site, settings=site.settings.model_copy(update={"feedback": feedback})
    )


def event(provider: str, sent: Received, name: str, *, spam: bool = False) -> Any:
    """Return what a provider reports of a message: gone, or reported as spam."""
    address = sent.recipient
    if provider == "ses":
        kind = "complaint" if spam else "bounce"
        each = {"emailAddress": address, "status": "5.1.1", "diagnosticCode": GONE}
        part = "complainedRecipients" if spam else "bouncedRecipients"
        return {
            "notificationType": kind.capitalize(),
            kind: {"feedbackId": "f1", "bounceType": "Permanent", part: [each]},
            "mail": {"messageId": "theirs", "source": sent.sender},
        }
    return {
        "sendgrid": [
            {
                "event": "spamreport" if spam else "bounce",
                "email": address,
                "sg_event_id": f"e{spam}",
                "smtp-id": name,
                "reason": GONE,
                "status": "5.1.1",
            },
            {"event": "open", "email": address},
        ],
        "mailgun": {
            "event-data": {
                "event": "complained" if spam else "failed",
                "severity": "permanent",
                "id": f"m{spam}",
                "recipient": address,
                "message": {"headers": {"message-id": name.strip("<>")}},
                "delivery-status": {"code": 550, "message": "5.1.1 user unknown"},
            }
        },
        "postmark": {
            "RecordType": "SpamComplaint" if spam else "Bounce",
            "Type": "SpamComplaint" if spam else "HardBounce",
            "ID": 7,
            "Email": address,
            "Details": GONE,
            "Metadata": {"message-id": name},
        },
        "brevo": {
            "event": "spam" if spam else "hard_bounce",
            "email": address,
            "id": 9,
            "message-id": name,
            "reason": GONE,
        },
        "mailjet": [
            {
                "event": "spam" if spam else "bounce",
                "email": address,
                "MessageID": 11,
                "hard_bounce": True,
                "error": "user unknown",
                "CustomID": name,
            }
        ],
    }[provider]


def signed(
    site: Site, provider: str, values: Any, at: datetime
) -> tuple[dict[str, str], bytes]:
    """Return the headers and the body of a webhook, as its provider signs them."""
    told = str(int(at.timestamp()))
    if provider == "ses":
        return {}, json.dumps(of_amazon({"Message": json.dumps(values)}, at)).encode()
    if provider == "sendgrid":
        body = json.dumps(values).encode()
        made = KEY.sign(told.encode() + body, ec.ECDSA(hashes.SHA256()))
        return {
            "x-twilio-email-event-webhook-timestamp": told,
            "x-twilio-email-event-webhook-signature": base64.b64encode(made).decode(),
        }, body
    key = (site.root / f"{provider}.key").read_text()
    if provider == "mailgun":
        digest = hmac.new(key.encode(), f"{told}t0".encode(), hashlib.sha256)
        signature = {"timestamp": told, "token": "t0", "signature": digest.hexdigest()}
        return {}, json.dumps({"signature": signature, **values}).encode()
    basic = base64.b64encode(f"liaison:{key}".encode()).decode()
    return {"authorization": f"Basic {basic}"}, json.dumps(values).encode()


def of_amazon(more: Mapping[str, str], at: datetime, version: str = "2") -> Any:
    """Return a notification of SNS, signed."""
    values = {
        "Type": "Notification",
        "MessageId": "n1",
        "TopicArn": TOPIC,
        "Timestamp": f"{at:%Y-%m-%dT%H:%M:%S}.000Z",
        "SignatureVersion": version,
        "SigningCertURL": CERTIFICATE_URL,
        **more,
    }
    names = authentic._SIGNED[values["Type"]]
    text = "".join(f"{name}\n{values[name]}\n" for name in names if name in values)
    chosen = hashes.SHA256() if version == "2" else hashes.SHA1()  # noqa: S303
    signature = AMAZON.sign(text.encode(), padding.PKCS1v15(), chosen)
    return {**values, "Signature": base64.b64encode(signature).decode()}


async def receive(site: Site, provider: str, headers: Any, body: bytes) -> int:
    fetched: list[str] = []

    def get(url: str) -> bytes:
        fetched.append(url)
        assert url.startswith("https://sns.eu-west-1.amazonaws.com/")
        return CERTIFICATE

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
    hooks = hooked(site)
    number, sent, name = await named(site, relay, tmp_path)
    bounced = signed(hooks, provider, event(provider, sent, name), clock.now())
    spam = signed(hooks, provider, event(provider, sent, name, spam=True), clock.now())

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
@pytest.mark.parametrize("provider", parsing.CARRIERS)
async def test_a_webhook_that_is_forged_old_or_of_nothing_changes_nothing(
    site: Site, relay: Relay, tmp_path: Path, provider: str
) -> None:
    hooks = hooked(site)
    _, sent, name = await named(site, relay, tmp_path)
    good = event(provider, sent, name)
    headers, body = signed(hooks, provider, good, clock.now())
    forged = replace(sent, sender="r-00@x.example", recipient="other@x.example")
    stranger = event(provider, forged, "<no@x.example>")
    strange = signed(hooks, provider, stranger, clock.now())

    with pytest.raises(NotAuthenticError):
        await receive(hooks, provider, {}, json.dumps(good).encode())
    if provider in {"ses", "sendgrid", "mailgun"}:
        old = signed(hooks, provider, good, clock.now() - timedelta(days=2))
        with pytest.raises(NotAuthenticError):
            await receive(hooks, provider, *old)
    with pytest.raises(NotFoundError):
        await receive(site, provider, headers, body)
    assert await receive(hooks, provider, *strange) == 1
    [kept] = await returning.stored(site)
    assert kept.standing == "quarantined"
    assert await returning.suppressed(site) == {}


@ON_SQLITE
async def test_amazon_is_asked_at_its_own_hosts_only(site: Site) -> None:
    hooks, now = hooked(site), clock.now()
    confirm = {
        "Type": "SubscriptionConfirmation",
        "Message": "You have chosen",
        "Token": "t",
        "SubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=Confirm",
    }
    fine = of_amazon(confirm, now, "1")
    bad = [
        of_amazon({**confirm, "SubscribeURL": "https://evil.example/"}, now),
        of_amazon({**confirm, "TopicArn": "arn:aws:sns:eu-west-1:1:other"}, now),
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
    hooks = hooked(site)
    _, sent, name = await named(site, relay, tmp_path)
    headers, body = signed(hooks, "brevo", event("brevo", sent, name), clock.now())

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
