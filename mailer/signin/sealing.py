"""Seals short texts with a key derived from the site's address key."""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12  # octets


def sealed(text: str, key: bytes, *, purpose: str) -> bytes:
    """Return a text that only this site can read, and only for the same purpose."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + _cipher(key, purpose).encrypt(nonce, text.encode(), None)


def opened(octets: bytes, key: bytes, *, purpose: str) -> str | None:
    """Return a text that was sealed; None if it was changed, or with another key."""
    try:
        cipher = _cipher(key, purpose)
        return cipher.decrypt(octets[:_NONCE], octets[_NONCE:], None).decode()
    except (InvalidTag, ValueError):
        return None


def _cipher(key: bytes, purpose: str) -> ChaCha20Poly1305:
    info = f"liaison {purpose}".encode()
    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=info)
    return ChaCha20Poly1305(made.derive(key))
