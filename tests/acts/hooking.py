"""What providers report of messages, and how they sign it."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

from mailer.feedback.providers import authentic
from mailer.settings.feedback import FeedbackSettings
from mailer.sites.site import Site
from tools.peers.relay import Received

TOPIC = "arn:aws:sns:eu-west-1:123456789012:letters"
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


def of_ses(sent: Received, *, spam: bool) -> Any:
    """Return what Amazon SES reports of a message."""
    address = sent.recipient
    kind = "complaint" if spam else "bounce"
    each = {"emailAddress": address, "status": "5.1.1", "diagnosticCode": GONE}
    part = "complainedRecipients" if spam else "bouncedRecipients"
    return {
        "notificationType": kind.capitalize(),
        kind: {"feedbackId": "f1", "bounceType": "Permanent", part: [each]},
        "mail": {"messageId": "theirs", "source": sent.sender},
    }


def _of_secrets(address: str, name: str, *, spam: bool) -> dict[str, Any]:
    """Return what the providers report that send a secret with it."""
    return {
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
    }


def event(provider: str, sent: Received, name: str, *, spam: bool = False) -> Any:
    """Return what a provider reports of a message: gone, or reported as spam."""
    address = sent.recipient
    if provider == "ses":
        return of_ses(sent, spam=spam)
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
        **_of_secrets(address, name, spam=spam),
    }[provider]


def signed(
    site: Site, provider: str, values: Any, at: datetime
) -> tuple[dict[str, str], bytes]:
    """Return the headers and the body of a webhook, as its provider signs them."""
    if provider == "ses":
        return {}, json.dumps(of_amazon({"Message": json.dumps(values)}, at)).encode()
    if provider == "mailgun":
        told = str(int(at.timestamp()))
        key = (site.root / f"{provider}.key").read_text()
        token = f"t{secrets.token_hex(24)}"
        digest = hmac.new(key.encode(), f"{told}{token}".encode(), hashlib.sha256)
        signature = {"timestamp": told, "token": token, "signature": digest.hexdigest()}
        return {}, json.dumps({"signature": signature, **values}).encode()
    body = json.dumps(values).encode()
    return signed_body(site, provider, body, at), body


def signed_body(site: Site, provider: str, body: bytes, at: datetime) -> dict[str, str]:
    """Return the headers of a webhook of a provider that does not sign within it."""
    if provider == "sendgrid":
        told = str(int(at.timestamp()))
        made = KEY.sign(told.encode() + body, ec.ECDSA(hashes.SHA256()))
        return {
            "x-twilio-email-event-webhook-timestamp": told,
            "x-twilio-email-event-webhook-signature": base64.b64encode(made).decode(),
        }
    key = (site.root / f"{provider}.key").read_text()
    basic = base64.b64encode(f"liaison:{key}".encode()).decode()
    return {"authorization": f"Basic {basic}"}


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
