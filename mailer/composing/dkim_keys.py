"""Reads and makes the DKIM keys of a site, and writes their DNS records.

A key file is PEM and readable by its owner only. An error names the setting.
"""

import base64
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    generate_private_key,
)

from mailer import regular_files
from mailer.errors import ConfigError, ContentError, RefusedError, unreadable
from mailer.settings.sections import DkimSettings, Settings

MIN_BITS = 2048  # RFC 8301 section 3.2
_MAX_FILE = 100_000  # octets of a key
_STRING = 255  # octets of one string of a TXT record, RFC 1035 section 3.3

PrivateKey = RSAPrivateKey | Ed25519PrivateKey


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """A TXT record of the DNS, in which a receiver finds a public key."""

    name: str
    text: str

    def zone_line(self) -> str:
        """Return the record as a line of a zone file, long texts in several strings."""
        pieces = [
            f'"{self.text[at : at + _STRING]}"'
            for at in range(0, len(self.text), _STRING)
        ]
        return f"{self.name}. IN TXT ( {' '.join(pieces)} )"


def signing_domain(settings: Settings) -> str:
    """Return the domain that signs, the value of d=."""
    return settings.dkim.domain or settings.mail.domain


def who_signs(settings: Settings) -> str:
    """Return a sentence that says who signs letters, or that they are not signed."""
    dkim = settings.dkim
    if dkim.relay_signs:
        return f"the relay {settings.relay.host} signs letters"
    if not dkim.selector:
        return "letters are not signed"
    names = [f"{dkim.selector}._domainkey.{signing_domain(settings)} (RSA)"]
    if dkim.ed25519_selector:
        names.append(
            f"{dkim.ed25519_selector}._domainkey.{signing_domain(settings)} (Ed25519)"
        )
    return f"we sign letters with {' and '.join(names)}"


def read(settings: Settings, root: Path) -> list[tuple[str, PrivateKey]]:
    """Return (selector, key) of the keys we sign with, the RSA key first.

    Raises ConfigError where a key file cannot be used.
    """
    dkim = settings.dkim
    if not dkim.selector:
        return []
    keys: list[tuple[str, PrivateKey]] = [(dkim.selector, _rsa(dkim, root))]
    if dkim.ed25519_selector:
        other = _load(root / dkim.ed25519_key_file, "dkim.ed25519_key_file")
        if not isinstance(other, Ed25519PrivateKey):
            raise ConfigError(
                f"dkim.ed25519_key_file: {dkim.ed25519_key_file} is not an Ed25519 key"
            )
        keys.append((dkim.ed25519_selector, other))
    return keys


def _rsa(dkim: DkimSettings, root: Path) -> RSAPrivateKey:
    key = _load(root / dkim.key_file, "dkim.key_file")
    if not isinstance(key, RSAPrivateKey):
        raise ConfigError(f"dkim.key_file: {dkim.key_file} is not an RSA key")
    if key.key_size < MIN_BITS:
        raise ConfigError(
            f"dkim.key_file: found {key.key_size} bits; expected {MIN_BITS} or more"
        )
    return key


def load(path: Path) -> PrivateKey:
    """Return the key of a file, RSA of MIN_BITS or more or Ed25519.

    Raises ConfigError where it cannot be used.
    """
    key = _load(path, "keys")
    if isinstance(key, RSAPrivateKey) and key.key_size >= MIN_BITS:
        return key
    if isinstance(key, Ed25519PrivateKey):
        return key
    raise ConfigError(f"{path} is no RSA key of {MIN_BITS} bits or more, nor Ed25519")


def _load(path: Path, setting: str) -> object:
    try:
        octets = regular_files.read_one(path, limit=_MAX_FILE)
    except OSError as fault:
        raise ConfigError(
            f"{setting}: {path} {unreadable(fault)}", code="dkim.missing"
        ) from None
    except ContentError as fault:
        raise ConfigError(f"{setting}: {path} {fault.sentence}") from None
    try:
        return serialization.load_pem_private_key(octets, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as fault:
        raise ConfigError(
            f"{setting}: {path} is not a private key in PEM ({fault})"
        ) from None


def make(path: Path, *, ed25519: bool = False) -> PrivateKey:
    """Return a new key, stored in a new file that only its owner can read.

    Raises RefusedError where the file exists.
    """
    key: PrivateKey = (
        Ed25519PrivateKey.generate()
        if ed25519
        else generate_private_key(public_exponent=65_537, key_size=MIN_BITS)
    )
    octets = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise RefusedError(
            f"{path} exists and is never overwritten; choose another selector"
        ) from None
    with os.fdopen(number, "wb") as file:
        file.write(octets)
    return key


def record(selector: str, domain: str, key: PrivateKey) -> Record:
    """Return the DNS record of a key (RFC 6376 section 3.6.1, RFC 8463 section 4.2)."""
    public: RSAPublicKey | Ed25519PublicKey = key.public_key()
    if isinstance(public, Ed25519PublicKey):
        kind, octets = "ed25519", public.public_bytes_raw()
    else:
        kind = "rsa"
        octets = public.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    text = f"v=DKIM1; k={kind}; p={base64.b64encode(octets).decode()}"
    return Record(name=f"{selector}._domainkey.{domain}", text=text)
