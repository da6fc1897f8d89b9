"""One e-mail address: its normal form, its identity, and its keyed fingerprint.

Validity is email-validator's verdict, without DNS. The domain is kept as lower-case
A-labels, the local part as typed in NFC. Two addresses that differ only in case or
in Unicode form are one identity, so nobody is written to twice.
"""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

from email_validator import (
    SPECIAL_USE_DOMAIN_NAMES,
    EmailNotValidError,
    validate_email,
)
from email_validator.rfc_constants import CASE_INSENSITIVE_MAILBOX_NAMES

from audiences.errors import AddressRefusedError

MAX_LOCAL = 64  # octets, RFC 5321 section 4.5.3.1.1
MAX_PATH = 254  # octets, RFC 5321 section 4.5.3.1.3 less the angle brackets
MAX_DOMAIN = 253

# Addresses the library certainly takes as they are; it is asked about all others.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_PLAIN = re.compile(rf"({_ATOM}(?:\.{_ATOM})*)@((?:{_LABEL}\.)+([A-Za-z]{{2,63}}))")
_SPECIAL = frozenset(SPECIAL_USE_DOMAIN_NAMES)
_CASELESS = frozenset(CASE_INSENSITIVE_MAILBOX_NAMES)


class Address(NamedTuple):
    """An address to write to.

    `text` is what RCPT TO gets; `identity` is equal for two spellings of one mailbox.
    """

    text: str
    identity: str


def parse(value: str) -> Address:
    """Read an address as typed; raise AddressRefusedError with the reason."""
    return _plain(value) or _validated(value)


def _plain(value: str) -> Address | None:
    """Return a plain address as the library would, None where it must be asked."""
    match = _PLAIN.fullmatch(value) if len(value) <= MAX_PATH else None
    if match is None:
        return None
    local, domain, last = match.groups()
    domain, folded = domain.lower(), local.lower()
    if (
        len(local) > MAX_LOCAL
        or len(domain) > MAX_DOMAIN
        or "--" in domain
        or last.lower() in _SPECIAL
    ):
        return None
    if folded in _CASELESS:
        local = folded
    return Address(text=f"{local}@{domain}", identity=f"{folded}@{domain}")


def _validated(value: str) -> Address:
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


def fingerprints(key: bytes) -> Callable[[str], bytes]:
    """Return `fingerprint` with one key, prepared for many addresses."""
    keyed = hmac.new(key, digestmod=hashlib.sha256)

    def of(identity: str) -> bytes:
        each = keyed.copy()
        each.update(identity.encode())
        return each.digest()[:16]

    return of
