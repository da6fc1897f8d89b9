"""Whether a webhook comes from its provider, and is not too old: pure.

Every check takes `now`; a report that is repeated within MAX_AGE changes nothing,
because its identifier is known.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from mailer.errors import MailerError

MAX_AGE = timedelta(hours=24)  # providers try again for some hours
MAX_AHEAD = timedelta(minutes=5)  # that another clock may be fast
_AMAZON_HOST = re.compile(r"sns\.[a-z]{2}(-[a-z]{1,12}){1,3}-\d\.amazonaws\.com(\.cn)?")
_CERTIFICATE = re.compile(r"/SimpleNotificationService-[0-9a-f]{1,64}\.pem")
_SIGNED = {  # the fields that a signature of SNS covers, by type
    "Notification": (
        "Message",
        "MessageId",
        "Subject",
        "Timestamp",
        "TopicArn",
        "Type",
    ),
    "SubscriptionConfirmation": (
        *("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn"),
        "Type",
    ),
}


class NotAuthenticError(MailerError):
    """A webhook does not come from its provider, or is too old."""


def require_recent(at: datetime, *, now: datetime) -> None:
    """Raise NotAuthenticError for an instant that is too old, or ahead."""
    if not now - MAX_AGE <= at <= now + MAX_AHEAD:
        raise NotAuthenticError(
            f"the webhook is of {at:%Y-%m-%d %H:%M} UTC, not of now"
        )


def instant(seconds: object) -> datetime:
    """Return the instant of a Unix time; raise NotAuthenticError if it is none."""
    try:
        return datetime.fromtimestamp(float(str(seconds)), UTC)
    except (ValueError, OverflowError, OSError):
        raise NotAuthenticError("the webhook has no time") from None


def secret(headers: Mapping[str, str], wanted: str) -> None:
    """Require a secret: the password of basic authentication, or a bearer token."""
    scheme, _, given = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            decoded = base64.b64decode(given, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            decoded = ""
        given = decoded.partition(":")[2]
    elif scheme.lower() != "bearer":
        given = ""
    if not _same(given, wanted):
        raise NotAuthenticError("the webhook has not the secret of the settings")


def _same(given: str, wanted: str) -> bool:
    """Compare in constant time; what is given may have any characters."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())


def signed_by_mailgun(signature: Mapping[str, Any]) -> str:
    """Return what Mailgun signs: the time and the token."""
    return f"{signature.get('timestamp', '')}{signature.get('token', '')}"


def mailgun(signature: Mapping[str, Any], key: str, *, now: datetime) -> None:
    """Require the signature of Mailgun: HMAC-SHA256 of time and token."""
    signed = signed_by_mailgun(signature).encode("utf-8", "replace")
    made = hmac.new(key.encode(), signed, hashlib.sha256).hexdigest()
    if not _same(str(signature.get("signature", "")), made):
        raise NotAuthenticError("the webhook has no signature of Mailgun")
    require_recent(instant(signature.get("timestamp")), now=now)


def sendgrid(
    headers: Mapping[str, str], body: bytes, key: str, *, now: datetime
) -> None:
    """Require the signature of SendGrid: ECDSA of time and body."""
    told = headers.get("x-twilio-email-event-webhook-timestamp", "")
    given = headers.get("x-twilio-email-event-webhook-signature", "")
    try:
        public = load_der_public_key(base64.b64decode(key, validate=True))
        if not isinstance(public, ec.EllipticCurvePublicKey):
            raise NotAuthenticError("feedback.hooks.sendgrid_key: not an ECDSA key")
        signature = base64.b64decode(given, validate=True)
        public.verify(signature, told.encode() + body, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError):
        raise NotAuthenticError("the webhook has no signature of SendGrid") from None
    require_recent(instant(told), now=now)


def amazon_address(url: object, *, certificate: bool) -> str:
    """Return an address of Amazon SNS; raise NotAuthenticError for any other."""
    parts = urlsplit(str(url))
    ours = parts.scheme == "https" and _AMAZON_HOST.fullmatch(parts.netloc)
    if not ours or (certificate and not _CERTIFICATE.fullmatch(parts.path)):
        raise NotAuthenticError("the webhook names an address that is not Amazon's")
    return str(url)


def amazon(values: Mapping[str, Any], certificate: bytes, *, now: datetime) -> None:
    """Require the signature of Amazon SNS, made with a certificate that was fetched."""
    names = _SIGNED.get(str(values.get("Type")))
    if names is None:
        raise NotAuthenticError("the webhook has a type that Amazon SNS does not sign")
    signed = "".join(f"{name}\n{values[name]}\n" for name in names if name in values)
    known, public = _certified(certificate)
    # version 1 is SHA-1, which SNS uses unless the topic says otherwise
    newer = values.get("SignatureVersion") == "2"
    chosen = hashes.SHA256() if newer else hashes.SHA1()  # noqa: S303
    try:
        signature = base64.b64decode(str(values.get("Signature")), validate=True)
        public.verify(signature, signed.encode(), padding.PKCS1v15(), chosen)
        at = datetime.fromisoformat(str(values.get("Timestamp")))
    except (InvalidSignature, ValueError):
        raise NotAuthenticError("the webhook has no signature of Amazon SNS") from None
    if not known.not_valid_before_utc <= now <= known.not_valid_after_utc:
        raise NotAuthenticError("the certificate of the webhook is not valid now")
    require_recent(at if at.tzinfo else at.replace(tzinfo=UTC), now=now)


def _certified(certificate: bytes) -> tuple[x509.Certificate, rsa.RSAPublicKey]:
    """Return a certificate and its key; raise NotAuthenticError if it is none."""
    try:
        known = x509.load_pem_x509_certificate(certificate)
        public = known.public_key()
    except ValueError:
        raise NotAuthenticError(
            "what Amazon SNS signs with is no certificate"
        ) from None
    if not isinstance(public, rsa.RSAPublicKey):
        raise NotAuthenticError("the certificate of the webhook has no RSA key")
    return known, public
