"""E-mail addresses: their normal form, identity and keyed fingerprint.

email-validator decides what is valid, without DNS. The normal form has the domain as
lower-case A-labels and the local part as typed, in NFC. Addresses that differ only in
case or Unicode form have one identity, so that a reader gets each letter once.
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

# email-validator is slow. It accepts every address of this form; the others go to it.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_PLAIN = re.compile(rf"({_ATOM}(?:\.{_ATOM})*)@((?:{_LABEL}\.)+([A-Za-z]{{2,63}}))")
_SPECIAL = frozenset(SPECIAL_USE_DOMAIN_NAMES)
_CASELESS = frozenset(CASE_INSENSITIVE_MAILBOX_NAMES)


class Address(NamedTuple):
    """A valid address.

    `text` is the normal form, sent in RCPT TO; `identity` is equal for all spellings
    of one mailbox.
    """

    text: str
    identity: str


def parse(value: str) -> Address:
    """Return the address that a user typed; raise AddressRefusedError if not valid."""
    return _parse_plain(value) or _parse_any(value)


def _parse_plain(value: str) -> Address | None:
    """Return what `_parse_any` would; None when only email-validator can decide."""
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


def _parse_any(value: str) -> Address:
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
    """Return a normal form case-folded, equal for all spellings of one mailbox."""
    local, _, domain = text.rpartition("@")
    folded = unicodedata.normalize("NFC", local.casefold())
    return f"{folded}@{domain}"


def fingerprint(identity: str, *, key: bytes) -> bytes:
    """Return 16 octets that identify an address, also after it was erased."""
    return hmac.digest(key, identity.encode(), hashlib.sha256)[:16]


def fingerprints(key: bytes) -> Callable[[str], bytes]:
    """Return a faster `fingerprint`, with the key set up once for many addresses."""
    keyed = hmac.new(key, digestmod=hashlib.sha256)

    def of(identity: str) -> bytes:
        digest = keyed.copy()
        digest.update(identity.encode())
        return digest.digest()[:16]

    return of
