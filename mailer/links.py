"""Signed links, declared once: path, purpose and signature.

A link in a letter carries the number of its message and may only reduce what we send.
Anything more needs a fresh link, made for one contact and one hour. Tokens are opaque,
hold no address, and cannot be made or changed without the site's signing key.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from enum import StrEnum

from mailer.errors import TokenError

MAC = 16  # octets of each signature: 128 bits


class Purpose(StrEnum):
    """What a link is for; a token of one purpose is worth nothing for another."""

    UNSUBSCRIBE = "u"  # leave the topic of one message
    PREFERENCES = "p"  # see and reduce what one reader gets
    CONFIRM = "c"  # prove that a wish came from the address
    ENTRY = "o"  # confirm an organisation's entry, or propose how to correct it


# One keyed hash of a message's number gives every signature most messages need:
# each purpose takes its own 16 octets of the 64. Entries, rarely asked, have their own.
_SLICES = {
    Purpose.UNSUBSCRIBE: slice(0, 16),
    Purpose.PREFERENCES: slice(16, 32),
    Purpose.CONFIRM: slice(32, 48),
}
_RETURN = slice(48, 58)
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_NUMBER = 8  # octets of a message number


class Signed:
    """Everything signed that one message may carry, made when it is asked for."""

    __slots__ = ("_digest", "_head", "_key", "message_id")

    def __init__(self, head: bytes, digest: bytes, key: bytes) -> None:
        self._head = head
        self._digest = digest
        self._key = key
        self.message_id = _message_id(digest)  # what stands left of the @

    @property
    def unsubscribe(self) -> str:
        """Return the token that leaves the topic of the message."""
        return self._token(Purpose.UNSUBSCRIBE)

    @property
    def preferences(self) -> str:
        """Return the token of the reader's preference centre."""
        return self._token(Purpose.PREFERENCES)

    @property
    def confirm(self) -> str:
        """Return the token that confirms a wish."""
        return self._token(Purpose.CONFIRM)

    @property
    def entry(self) -> str:
        """Return the token of the entry of the reader's organisation."""
        return _encode(self._head + _entry(self._key, self._head[1:]))

    def _token(self, purpose: Purpose) -> str:
        return _encode(self._head + self._digest[_SLICES[purpose]])

    @property
    def return_path(self) -> str:
        """Return the local part of the address bounces come back to."""
        return "r-" + (self._head + self._digest[_RETURN]).hex()


class LinkSigner:
    """Makes and reads tokens with the site's keys, the newest first."""

    def __init__(self, keys: tuple[bytes, ...]) -> None:
        self._keys = tuple(
            (_key_id(key), hashlib.blake2b(key, person=b"links").digest())
            for key in keys
        )

    def message(self, number: int) -> Signed:
        """Sign for one message: deterministic, the same on every attempt."""
        key_id, key = self._keys[0]
        told = number.to_bytes(_NUMBER)
        return Signed(bytes([key_id]) + told, _digest(key, told), key)

    def message_ids(self, number: int) -> tuple[str, ...]:
        """Return the Message-IDs a message may have had, the newest key's first."""
        told = number.to_bytes(_NUMBER)
        return tuple(_message_id(_digest(key, told)) for _, key in self._keys)

    def number(self, token: str, purpose: Purpose) -> int:
        """Return the message a token was made for; raise TokenError otherwise."""
        octets = _decode(token)
        if purpose is Purpose.ENTRY:
            return self._verified(octets, MAC, _entry)
        part = _SLICES[purpose]
        return self._verified(octets, MAC, lambda key, told: _digest(key, told)[part])

    def returned(self, local_part: str) -> int:
        """Return the message a return-path was made for."""
        prefix, _, rest = local_part.lower().partition("r-")
        if prefix:
            raise TokenError("this return-path is not one of ours")
        try:
            octets = bytes.fromhex(rest)
        except ValueError:
            raise TokenError("this return-path is not one of ours") from None
        size = _RETURN.stop - _RETURN.start
        return self._verified(
            octets, size, lambda key, told: _digest(key, told)[_RETURN]
        )

    def _verified(
        self, octets: bytes, size: int, sign: Callable[[bytes, bytes], bytes]
    ) -> int:
        if len(octets) != 1 + _NUMBER + size:
            raise TokenError("this link is not complete; copy the whole of it")
        told = octets[1 : 1 + _NUMBER]
        for key_id, key in self._keys:
            if key_id == octets[0] and hmac.compare_digest(
                octets[1 + _NUMBER :], sign(key, told)
            ):
                return int.from_bytes(told)
        raise TokenError("this link is not one of ours, or no longer valid")


def path(purpose: Purpose, token: str) -> str:
    """Return the path of a link; the routes of the pages are made from it too."""
    return f"/{purpose}/{token}"


def _digest(key: bytes, number: bytes) -> bytes:
    """Return 64 keyed octets of a message's number (BLAKE2b as a MAC, RFC 7693)."""
    return hashlib.blake2b(number, key=key, person=b"message").digest()


def _entry(key: bytes, number: bytes) -> bytes:
    return hashlib.blake2b(number, key=key, person=b"entry", digest_size=MAC).digest()


def _message_id(digest: bytes) -> str:
    return hashlib.blake2s(digest, digest_size=15, person=b"name").hexdigest()


def _key_id(key: bytes) -> int:
    return hashlib.sha256(b"key id" + key).digest()[0]


def _encode(octets: bytes) -> str:
    return (
        binascii.b2a_base64(octets, newline=False).translate(_URL_SAFE, b"=").decode()
    )


def _decode(token: str) -> bytes:
    if not token.isascii() or len(token) > 100:  # noqa: PLR2004 (ours have 34 characters)
        raise TokenError("this link is not one of ours")
    try:
        octets = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        raise TokenError("this link is not complete; copy the whole of it") from None
    if _encode(octets) != token:
        raise TokenError("this link is not one of ours")
    return octets
