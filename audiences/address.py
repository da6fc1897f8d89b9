"""One e-mail address: its normal form, its identity, and its keyed fingerprint.

Validity is email-validator's verdict, without DNS. The domain is kept as lower-case
A-labels, the local part as typed in NFC. Two addresses that differ only in case or
in Unicode form are one identity, so nobody is written to twice.
"""

import hashlib
import hmac
import unicodedata
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from audiences.errors import AddressRefusedError

MAX_LOCAL = 64  # octets, RFC 5321 section 4.5.3.1.1
MAX_PATH = 254  # octets, RFC 5321 section 4.5.3.1.3 less the angle brackets


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """An address to write to.

    `text` is what RCPT TO gets; `identity` is equal for two spellings of one mailbox.
    """

    text: str
    identity: str


def parse(value: str) -> Address:
    """Read an address as typed; raise AddressRefusedError with the reason."""
    try:
        valid = validate_email(value, check_deliverability=False)
    except EmailNotValidError as refusal:
        raise AddressRefusedError(value, str(refusal)) from None
    local = valid.local_part
    if len(local.encode()) > MAX_LOCAL:
        raise AddressRefusedError(value, f"more than {MAX_LOCAL} octets before the @")
    text = f"{local}@{valid.ascii_domain.lower()}"
    if len(text.encode()) > MAX_PATH:
        raise AddressRefusedError(value, f"longer than {MAX_PATH} octets")
    return Address(text=text, identity=identity_of(text))


def identity_of(text: str) -> str:
    """Fold a normalised address, so that spellings of one mailbox compare equal."""
    local, _, domain = text.rpartition("@")
    folded = unicodedata.normalize("NFC", local.casefold())
    return f"{folded}@{domain}"


def fingerprint(identity: str, *, key: bytes) -> bytes:
    """Return 16 octets that stand for the address and outlive its erasure."""
    return hmac.digest(key, identity.encode(), hashlib.sha256)[:16]
