"""Makes and verifies the signed tokens of links, return-paths and Message-IDs.

A token holds the epoch of the store, the number of a message, half of the fingerprint
of its reader's address, and a signature; it holds no address. Without the site's
signing key it cannot be made or changed. The links of a letter can only reduce what its
reader gets; a new subscription needs a letter with a confirmation link.

A restored store has a new epoch, so it makes no token twice. The fingerprint says whom
a token was made for, also if the store has lost its message.
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from mailer.errors import TokenError

MAC_SIZE = 16  # octets of each signature: 128 bits
EPOCH_SIZE = 4  # octets of a store's epoch
READER_SIZE = 8  # octets of a reader's fingerprint


class Purpose(StrEnum):
    """What a link is for; a token is valid for one purpose only."""

    UNSUBSCRIBE = "u"  # unsubscribe from the topic of one message
    PREFERENCES = "p"  # see and reduce what one reader gets
    CONFIRM = "c"  # confirm a subscription, from the address itself
    ENTRY = "o"  # confirm an organisation's entry, or propose a correction


class Stamp(NamedTuple):
    """What a token says: the epoch, the message's number, and the reader.

    `reader` is the beginning of the fingerprint of the reader's address. Tokens made
    before epochs existed say the number only: epoch and reader are empty.
    """

    epoch: bytes
    number: int
    reader: bytes


NO_MESSAGE = Stamp(bytes(EPOCH_SIZE), 0, bytes(READER_SIZE))  # of a preview
# One keyed hash of 64 octets gives all signatures that most messages need; each purpose
# has its own slice. Entry links are rare and have a hash of their own.
_SLICES = {
    Purpose.UNSUBSCRIBE: slice(0, 16),
    Purpose.PREFERENCES: slice(16, 32),
    Purpose.CONFIRM: slice(32, 48),
}
_TAG = re.compile(r"^(?:prvs=[^=@]{1,40}=|btv1==[^=@]{1,60}==)")
_RETURN_PATH = slice(48, 58)
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_NUMBER_SIZE = 8  # octets of a message number, which is a BIGINT
_SIZE = EPOCH_SIZE + _NUMBER_SIZE + READER_SIZE  # octets of a stamp
_FORMER_SIZE = _NUMBER_SIZE  # the same before epochs existed: a number


class Signed:
    """The tokens and the Message-ID of one message; a token is made when it is read."""

    __slots__ = ("_digest", "_key", "_payload", "message_id")

    def __init__(self, payload: bytes, digest: bytes, key: bytes) -> None:
        self._payload = payload  # the key's id and the stamp
        self._digest = digest
        self._key = key
        self.message_id = _message_id(digest)  # left of the @

    @property
    def unsubscribe(self) -> str:
        """Return the token that unsubscribes from the message's topic."""
        return self._token(Purpose.UNSUBSCRIBE)

    @property
    def preferences(self) -> str:
        """Return the token of the reader's preferences page."""
        return self._token(Purpose.PREFERENCES)

    @property
    def confirm(self) -> str:
        """Return the token that confirms a subscription."""
        return self._token(Purpose.CONFIRM)

    @property
    def entry(self) -> str:
        """Return the token of the entry of the reader's organisation."""
        return _encode(self._payload + _entry_mac(self._key, self._payload[1:]))

    def _token(self, purpose: Purpose) -> str:
        return _encode(self._payload + self._digest[_SLICES[purpose]])

    @property
    def return_path(self) -> str:
        """Return the local part of the address that bounces are sent to."""
        return "r-" + (self._payload + self._digest[_RETURN_PATH]).hex()


def inert() -> Signed:
    """Return tokens that no site takes, and a Message-ID of their own: for a test."""
    return Signed(bytes(1 + _SIZE), secrets.token_bytes(64), secrets.token_bytes(32))


def untagged(local_part: str) -> str:
    """Return a local part in lower case, without the tag that a relay put before it.

    Bounce address tag validation: draft-levine-smtp-batv, and Barracuda's form of it.
    """
    return _TAG.sub("", local_part.lower())


class LinkSigner:
    """Signs with the newest of a site's keys; verifies with all of them."""

    def __init__(self, keys: tuple[bytes, ...]) -> None:
        self._keys = tuple(
            (_key_id(key), hashlib.blake2b(key, person=b"links").digest())
            for key in keys
        )

    def message(self, stamp: Stamp) -> Signed:
        """Return the tokens of one message; they are the same at every attempt."""
        key_id, key = self._keys[0]
        octets = _packed(stamp)
        return Signed(bytes([key_id]) + octets, _digest(key, octets), key)

    def message_ids(self, stamp: Stamp) -> tuple[str, ...]:
        """Return the Message-ID of a message under each key, the newest key first."""
        octets = _packed(stamp)
        return tuple(_message_id(_digest(key, octets)) for _, key in self._keys)

    def stamp(self, token: str, purpose: Purpose) -> Stamp:
        """Return what a token says.

        Raises TokenError for a token of another purpose, site or key.
        """
        octets = _decode(token)
        if purpose is Purpose.ENTRY:
            return self._verified(octets, MAC_SIZE, _entry_mac)
        part = _SLICES[purpose]
        return self._verified(
            octets, MAC_SIZE, lambda key, stamp: _digest(key, stamp)[part]
        )

    def stamp_of_return_path(self, local_part: str) -> Stamp:
        """Return what a return-path says.

        Raises TokenError where it was not made by this site.
        """
        prefix, _, rest = untagged(local_part).partition("r-")
        if prefix:
            raise TokenError("this return-path was not made by this site")
        try:
            octets = bytes.fromhex(rest)
        except ValueError:
            raise TokenError("this return-path was not made by this site") from None
        size = _RETURN_PATH.stop - _RETURN_PATH.start
        return self._verified(
            octets, size, lambda key, stamp: _digest(key, stamp)[_RETURN_PATH]
        )

    def label_token(self, purpose: bytes, label: str) -> str:
        """Return the token of a word in the settings, by the newest key."""
        return _encode(_label_mac(self._keys[0][1], purpose, label))

    def is_label_token(self, purpose: bytes, label: str, token: str) -> bool:
        """Return whether a token is that of a word, by any of the site's keys."""
        return any(
            hmac.compare_digest(
                _encode(_label_mac(key, purpose, label)).encode(), token.encode()
            )
            for _, key in self._keys
        )

    def _verified(
        self, octets: bytes, size: int, sign: Callable[[bytes, bytes], bytes]
    ) -> Stamp:
        if len(octets) - 1 - size not in (_SIZE, _FORMER_SIZE):
            raise TokenError("this link is not complete; copy the whole link")
        stamp, mac = octets[1:-size], octets[-size:]
        for key_id, key in self._keys:
            if key_id == octets[0] and hmac.compare_digest(mac, sign(key, stamp)):
                return _unpacked(stamp)
        raise TokenError("this link was not made by this site, or is no longer valid")


def path(purpose: Purpose, token: str) -> str:
    """Return the path of a link; the pages make their routes with it too."""
    return f"/{purpose}/{token}"


def _packed(stamp: Stamp) -> bytes:
    if not stamp.epoch:
        return stamp.number.to_bytes(_FORMER_SIZE)
    return stamp.epoch + stamp.number.to_bytes(_NUMBER_SIZE) + stamp.reader


def _unpacked(octets: bytes) -> Stamp:
    if len(octets) == _FORMER_SIZE:
        return Stamp(b"", int.from_bytes(octets), b"")
    number = int.from_bytes(octets[EPOCH_SIZE:-READER_SIZE])
    return Stamp(octets[:EPOCH_SIZE], number, octets[-READER_SIZE:])


def _digest(key: bytes, stamp: bytes) -> bytes:
    """Return 64 keyed octets of a stamp (BLAKE2b as a MAC, RFC 7693).

    Stamps of both forms differ in length, so one is never taken for the other.
    """
    return hashlib.blake2b(stamp, key=key, person=b"message").digest()


def _label_mac(key: bytes, purpose: bytes, label: str) -> bytes:
    return hashlib.blake2b(
        label.encode(), key=key, person=purpose, digest_size=MAC_SIZE
    ).digest()


def _entry_mac(key: bytes, stamp: bytes) -> bytes:
    return hashlib.blake2b(
        stamp, key=key, person=b"entry", digest_size=MAC_SIZE
    ).digest()


def _message_id(digest: bytes) -> str:
    return hashlib.blake2s(digest, digest_size=15, person=b"name").hexdigest()


def _key_id(key: bytes) -> int:
    return hashlib.sha256(b"key id" + key).digest()[0]


def _encode(octets: bytes) -> str:
    return (
        binascii.b2a_base64(octets, newline=False).translate(_URL_SAFE, b"=").decode()
    )


def _decode(token: str) -> bytes:
    if not token.isascii() or len(token) > 100:  # noqa: PLR2004 (ours have 50 characters)
        raise TokenError("this link was not made by this site")
    try:
        octets = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        raise TokenError("this link is not complete; copy the whole link") from None
    if _encode(octets) != token:
        raise TokenError("this link was not made by this site")
    return octets
