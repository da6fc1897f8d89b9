"""E-mail addresses: their normal form, identity and keyed fingerprint.

email-validator decides what is valid, without DNS; the reasons are in our words. The
normal form has the domain as lower-case A-labels and the local part as typed, in NFC.
Addresses that differ only in case or Unicode form have one identity, so that a reader
gets each letter once.
"""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

import idna
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
    return plain(value) or _parse_any(value)


def plain(value: str) -> Address | None:
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
    except EmailNotValidError:
        raise AddressRefusedError(value, _reason(value)) from None
    local = valid.local_part
    if len(local.encode()) > MAX_LOCAL:
        raise AddressRefusedError(value, f"more than {MAX_LOCAL} octets before the @")
    text = f"{local}@{valid.ascii_domain.lower()}"
    if len(text.encode()) > MAX_PATH:
        raise AddressRefusedError(value, f"longer than {MAX_PATH} octets")
    return Address(text=text, identity=identity_of(text))


def identity_of(text: str) -> str:
    """Return a normal form case-folded, equal for all spellings of one mailbox.

    As in UTS 46, non-transitional, ß and ς are letters of their own: strasse@ is
    another mailbox than straße@.
    """
    local, _, domain = text.rpartition("@")
    folded = "".join(
        each if each in "ßς" else each.casefold() for each in local.replace("ẞ", "ß")
    )
    return f"{unicodedata.normalize('NFC', folded)}@{domain}"


def same_text(typed: str, address: Address) -> bool:
    """Whether a text is an address as it stands, except for case and Unicode form."""
    local, _, domain = address.text.rpartition("@")
    shown = f"{local}@{'.'.join(unicode_labels(domain))}"
    return _nfc(typed) in {_nfc(address.text), _nfc(shown)}


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text.casefold())


def unicode_labels(domain: str) -> list[str]:
    """Return the labels of a domain, A-labels as the letters they stand for."""
    labels = []
    for label in domain.split("."):
        try:
            labels.append(idna.decode(label) if label.startswith("xn--") else label)
        except idna.IDNAError:
            labels.append(label)
    return labels


def no_at(value: str) -> str:
    """Return the reason why a text without @ is refused."""
    words = re.search(r"\S\s+(?:at|arobase|arroba)\s+\S", value, re.IGNORECASE)
    return "no @; write it in place of “at”" if words else "no @ in it"


def _reason(value: str) -> str:
    """Return in our words why email-validator refuses an address."""
    local, at, domain = value.rpartition("@")
    last = domain.rpartition(".")[2].casefold()
    reasons = (
        (not at, no_at(value)),
        ("@" in local, "more than one @"),
        (not local, "nothing before the @"),
        (not domain, "nothing after the @"),
        (domain.startswith("["), "a number in place of a domain"),
        (bool(re.search(r"\s", value)), "a space in it"),
        (value[:1] == '"' or local[-1:] == '"', "quotation marks before the @"),
        (".." in value, "two points in a row"),
        (
            local[:1] == "." or local[-1:] == ".",
            "a point at an end of the part before @",
        ),
        (domain[:1] == "." or domain[-1:] == ".", "a point at an end of the domain"),
        ("." not in domain, f"no point in the domain {domain[:40]!r}"),
        (len(local.encode()) > MAX_LOCAL, f"more than {MAX_LOCAL} octets before the @"),
        (len(value.encode()) > MAX_PATH, f"longer than {MAX_PATH} octets"),
        (last in _SPECIAL, f"the domain ending .{last} is reserved, not for mail"),
        (last.isdigit(), "a number in place of a domain"),
        (any("-" in (x[:1], x[-1:]) for x in domain.split(".")), "a hyphen at an end"),
    )
    for holds, reason in reasons:
        if holds:
            return reason
    return _odd_character(local, domain)


def _odd_character(local: str, domain: str) -> str:
    """Name the first character that may not stand where it does."""
    for part, place, allowed in (
        (local, "before the @", re.compile(_ATOM)),
        (domain, "in the domain", re.compile(r"[A-Za-z0-9.-]+")),
    ):
        for each in part:
            if each != "." and each.isascii() and not allowed.fullmatch(each):
                shown = repr(each) if each.isprintable() else f"U+{ord(each):04X}"
                return f"{shown} may not stand {place}"
    for each in f"{local}{domain}":
        if not each.isascii() and not each.isalnum():
            return f"U+{ord(each):04X} may not stand in an address"
    return "not of the form name@domain"


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
