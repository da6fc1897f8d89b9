"""Random tokens, and what the store keeps of them."""

import hashlib
import hmac
import secrets

LENGTH = 32  # octets


def fresh() -> str:
    """Return a new token of 256 bits, for cookies and links."""
    return secrets.token_urlsafe(LENGTH)


def digest(token: str) -> bytes:
    """Return what is kept of a token; it cannot be guessed, so it needs no salt."""
    return digest_of(token.encode())


def digest_of(octets: bytes) -> bytes:
    """Return the digest of a name of any length, by which the store finds it."""
    return hashlib.sha256(octets).digest()


def form_token(token: str) -> str:
    """Return the proof that a form comes from a page of this sign-in."""
    return hmac.digest(token.encode(), b"form", "sha256").hex()


def same(one: str, other: str) -> bool:
    """Compare in a time that says nothing about where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())
