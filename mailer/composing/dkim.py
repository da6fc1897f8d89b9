"""Signs messages with DKIM (RFC 6376), after all other changes to their octets.

`prepare` puts the parts of the header that are the same for every reader into canonical
form, once per letter, in the order of h=. A message then needs one hash of its body and
one signature for each key. The same row always gives the same signature. l= and SHA-1
are not used; Ed25519 (RFC 8463) is used only beside RSA.
"""

import hashlib
import re
from binascii import b2a_base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from mailer.composing import dkim_keys
from mailer.composing.skeletons import Gap, Skeleton
from mailer.settings.sections import Settings

VALIDITY = 30 * 24 * 3600  # seconds; longer than mail queues keep messages
CLOCK_SKEW = 60  # seconds; a receiver's clock may be that much behind ours
SIGNED_FIELDS = (
    b"From To Subject Date Message-ID Reply-To MIME-Version Content-Type"
    b" Content-Transfer-Encoding Content-Language List-Id List-Unsubscribe"
    b" List-Unsubscribe-Post List-Help List-Archive Feedback-ID Precedence"
    b" Auto-Submitted"
).split()
# Listed once more than they occur, so that adding another breaks the signature: fields
# that readers see or mail programs act on (RFC 6376 section 8.15, RFC 8058 section 4).
OVERSIGNED_FIELDS = (
    b"From To Cc Subject Date Message-ID Reply-To MIME-Version Content-Type"
    b" Content-Transfer-Encoding Content-Language List-Unsubscribe"
    b" List-Unsubscribe-Post"
).split()
_WHITE = re.compile(rb"[ \t\r\n]+")
_FIELD = re.compile(rb"(?:\A|(?<=\r\n))([!-9;-~]+):[ \t]*")
_LINE = 72  # characters of a line of the signature field


class DkimKey(Protocol):
    """A private key with its algorithm and its selector."""

    @property
    def algorithm(self) -> str:
        """Return the value of a=."""

    @property
    def selector(self) -> str:
        """Return the value of s=."""

    def sign(self, octets: bytes) -> bytes:
        """Return the signature of canonical octets."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class RsaKey:
    """An RSA key, which signs with rsa-sha256."""

    selector: str
    private: RSAPrivateKey
    algorithm: str = "rsa-sha256"

    def sign(self, octets: bytes) -> bytes:
        """Return the signature of canonical octets."""
        return self.private.sign(octets, _PKCS1, _SHA256)


@dataclass(frozen=True, kw_only=True, slots=True)
class EdKey:
    """An Ed25519 key, which signs the SHA-256 digest (RFC 8463 section 3)."""

    selector: str
    private: Ed25519PrivateKey
    algorithm: str = "ed25519-sha256"

    def sign(self, octets: bytes) -> bytes:
        """Return the signature of canonical octets."""
        return self.private.sign(hashlib.sha256(octets).digest())


_PKCS1, _SHA256 = padding.PKCS1v15(), hashes.SHA256()


@dataclass(frozen=True, kw_only=True, slots=True)
class DkimSigner:
    """The keys of a site and the domain they sign for."""

    domain: str
    keys: tuple[DkimKey, ...]

    def prepare(self, skeleton: Skeleton) -> "LetterSigner":
        """Return a signer of a letter's messages."""
        fields, body_piece, body_start = _split(skeleton)
        names = [name for name in SIGNED_FIELDS if name.lower() in fields]
        listed = b":".join((*names, *OVERSIGNED_FIELDS)).lower()
        released = int(parsedate_to_datetime(_date(fields)).timestamp()) - CLOCK_SKEW
        canonical: list[bytes | int] = []
        for name in names:
            canonical += [name.lower() + b":", *fields[name.lower()], b"\r\n"]
        return LetterSigner(
            seals=tuple(
                _Seal.of(key, self._opening(key, listed, released)) for key in self.keys
            ),
            canonical=tuple(_joined(canonical)),
            body_piece=body_piece,
            body_hash=hashlib.sha256(body_start),
        )

    def _opening(self, key: DkimKey, listed: bytes, released: int) -> bytes:
        """Return the value of a signature field up to bh=."""
        tags = (
            f" v=1; a={key.algorithm}; c=relaxed/simple; d={self.domain};\r\n"
            f" s={key.selector}; t={released}; x={released + VALIDITY};\r\n"
        ).encode()
        return tags + b" h=" + _wrap(listed) + b";\r\n bh="


def signer_of(settings: Settings, root: Path) -> DkimSigner | None:
    """Return the signer of a site; None if we do not sign.

    Raises ConfigError where a key cannot be used.
    """
    keys: list[DkimKey] = [
        RsaKey(selector=selector, private=key)
        if isinstance(key, RSAPrivateKey)
        else EdKey(selector=selector, private=key)
        for selector, key in dkim_keys.read(settings, root)
    ]
    if not keys:
        return None
    return DkimSigner(domain=dkim_keys.signing_domain(settings), keys=tuple(keys))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Seal:
    """A key, and the signature field of a letter up to the value of bh=."""

    key: DkimKey
    opening: bytes
    canonical: bytes  # the opening in canonical form, with the field's name

    @classmethod
    def of(cls, key: DkimKey, opening: bytes) -> "_Seal":
        flat = b"dkim-signature:" + _WHITE.sub(b" ", opening).strip()
        return cls(key=key, opening=b"DKIM-Signature:" + opening, canonical=flat)

    def field(self, digest: bytes, signed: bytes) -> bytes:
        """Return the signature field for a body's digest and canonical fields."""
        own = self.canonical + digest + b"; b="
        text = b2a_base64(self.key.sign(signed + own), newline=False)
        lines = [text[at : at + _LINE] for at in range(0, len(text), _LINE)]
        return self.opening + digest + b";\r\n b=" + b"\r\n  ".join(lines) + b"\r\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class LetterSigner:
    """Signs the messages of one letter."""

    seals: tuple[_Seal, ...]
    canonical: tuple[
        bytes | int, ...
    ]  # fields in the order of h=; int: index of a piece
    body_piece: int  # the index of the piece in which the body begins
    body_hash: "hashlib._Hash"  # of the body's octets in that piece

    def sign(self, pieces: Sequence[bytes]) -> bytes:
        """Return the signed message whose pieces are given."""
        body = b"".join(pieces[self.body_piece + 1 :])
        hashed = self.body_hash.copy()
        hashed.update(body)
        digest = b2a_base64(hashed.digest(), newline=False)
        signed = b"".join(
            [
                _relaxed_value(pieces[piece]) if isinstance(piece, int) else piece
                for piece in self.canonical
            ]
        )
        fields = [seal.field(digest, signed) for seal in self.seals]
        return b"".join([*fields, *pieces[: self.body_piece + 1], body])


def _split(skeleton: Skeleton) -> tuple[dict[bytes, list[bytes | int]], int, bytes]:
    """Return the header's fields, the piece where the body begins, its octets there."""
    head: list[bytes | int] = []
    for number, piece in enumerate(skeleton.pieces):
        if isinstance(piece, Gap):
            head.append(number)
        elif b"\r\n\r\n" in piece:
            last, _, first = piece.partition(b"\r\n\r\n")
            return _fields([*head, last + b"\r\n"]), number, first
        else:
            head.append(piece)
    raise ValueError("a skeleton without a body")


def _fields(head: list[bytes | int]) -> dict[bytes, list[bytes | int]]:
    """Return each field's value in pieces, in relaxed form (RFC 6376 section 3.4.2)."""
    fields: dict[bytes, list[bytes | int]] = {}
    current: list[bytes | int] = []
    for piece in head:
        if isinstance(piece, int):
            current.append(piece)
            continue
        cuts = _FIELD.split(piece)
        current.append(cuts[0])
        for name, value in zip(cuts[1::2], cuts[2::2], strict=True):
            current = [value]
            fields[name.lower()] = current
    return {name: _relaxed(value) for name, value in fields.items()}


def _relaxed(value: list[bytes | int]) -> list[bytes | int]:
    flat = [
        piece if isinstance(piece, int) else _WHITE.sub(b" ", piece) for piece in value
    ]
    last = flat[-1]
    return [*flat[:-1], last.rstrip()] if isinstance(last, bytes) else flat


def _date(fields: Mapping[bytes, list[bytes | int]]) -> str:
    return b"".join(p for p in fields[b"date"] if isinstance(p, bytes)).decode()


def _relaxed_value(value: bytes) -> bytes:
    """Return a reader's value in relaxed form."""
    # few values are folded, and this check is faster than the substitution
    if b"\r" in value or b"  " in value:
        return _WHITE.sub(b" ", value)
    return value


def _joined(pieces: list[bytes | int]) -> list[bytes | int]:
    """Join neighbouring octets."""
    joined: list[bytes | int] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if isinstance(piece, bytes) and isinstance(last, bytes):
            joined[-1] = last + piece
        else:
            joined.append(piece)
    return joined


def _wrap(listed: bytes) -> bytes:
    """Return the value of h=, folded at its colons."""
    lines = [b""]
    for name in listed.split(b":"):
        more = (b":" if lines[-1] or len(lines) > 1 else b"") + name
        if len(lines[-1]) + len(more) > _LINE - len(b" h=:"):
            lines.append(more)
        else:
            lines[-1] += more
    return b"\r\n ".join(lines)
