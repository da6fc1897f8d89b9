"""Signs messages with DKIM (RFC 6376): the last thing done to their octets.

All that is the same for every reader is put into canonical form once per letter:
`prepare` cuts the skeleton's header into fixed octets and slots, in the order of h=.
A message then costs one hash of its body and one signature a key. The same row always
gives the same signature. No l=, no SHA-1; Ed25519 (RFC 8463) only beside RSA.
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

VALID = 30 * 24 * 3600  # seconds: longer than any queue keeps a message
SKEW = 60  # seconds a receiver's clock may be behind ours without seeing the future
SIGNED = (
    b"From To Subject Date Message-ID Reply-To MIME-Version Content-Type"
    b" Content-Language List-Id List-Unsubscribe List-Unsubscribe-Post List-Help"
    b" List-Archive Feedback-ID Precedence Auto-Submitted"
).split()
# Signed once more than they stand there, so that nobody can add another.
OVERSIGNED = (b"From", b"To", b"Subject", b"Date", b"Reply-To")
_WHITE = re.compile(rb"[ \t\r\n]+")
_FIELD = re.compile(rb"(?:\A|(?<=\r\n))([!-9;-~]+):[ \t]*")
_LINE = 72


class DkimKey(Protocol):
    """What signs: an algorithm's name and its bare signature."""

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
    """rsa-sha256."""

    selector: str
    private: RSAPrivateKey
    algorithm: str = "rsa-sha256"

    def sign(self, octets: bytes) -> bytes:
        """Return the signature of canonical octets."""
        return self.private.sign(octets, _PKCS1, _SHA256)


@dataclass(frozen=True, kw_only=True, slots=True)
class EdKey:
    """ed25519-sha256: the signature of the digest, RFC 8463 section 3."""

    selector: str
    private: Ed25519PrivateKey
    algorithm: str = "ed25519-sha256"

    def sign(self, octets: bytes) -> bytes:
        """Return the signature of canonical octets."""
        return self.private.sign(hashlib.sha256(octets).digest())


_PKCS1, _SHA256 = padding.PKCS1v15(), hashes.SHA256()


@dataclass(frozen=True, kw_only=True, slots=True)
class DkimSigner:
    """A site's keys and the domain they speak for."""

    domain: str
    keys: tuple[DkimKey, ...]

    def prepare(self, skeleton: Skeleton) -> "LetterSigner":
        """Put everything of a letter that no reader changes into canonical form."""
        fields, begins, start = _read(skeleton)
        names = [name for name in SIGNED if name.lower() in fields]
        listed = b":".join((*names, *OVERSIGNED)).lower()
        released = int(parsedate_to_datetime(_date(fields)).timestamp()) - SKEW
        canonical: list[bytes | int] = []
        for name in names:
            canonical += [name.lower() + b":", *fields[name.lower()], b"\r\n"]
        return LetterSigner(
            seals=tuple(
                _Seal.of(key, self._opening(key, listed, released)) for key in self.keys
            ),
            canonical=tuple(_joined(canonical)),
            begins=begins,
            started=hashlib.sha256(start),
        )

    def _opening(self, key: DkimKey, listed: bytes, released: int) -> bytes:
        """Return a signature field up to the value of bh=."""
        tags = (
            f" v=1; a={key.algorithm}; c=relaxed/simple; d={self.domain};\r\n"
            f" s={key.selector}; t={released}; x={released + VALID};\r\n"
        ).encode()
        return tags + b" h=" + _wrap(listed) + b";\r\n bh="


def signer_of(settings: Settings, root: Path) -> DkimSigner | None:
    """Return what signs a site's letters; None where we do not."""
    held: list[DkimKey] = [
        RsaKey(selector=selector, private=key)
        if isinstance(key, RSAPrivateKey)
        else EdKey(selector=selector, private=key)
        for selector, key in dkim_keys.read(settings, root)
    ]
    if not held:
        return None
    return DkimSigner(domain=dkim_keys.domain(settings), keys=tuple(held))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Seal:
    """A key, and a letter's signature field up to the value of bh=."""

    key: DkimKey
    opening: bytes
    canonical: bytes  # the same as it is signed, with the field's name

    @classmethod
    def of(cls, key: DkimKey, opening: bytes) -> "_Seal":
        flat = b"dkim-signature:" + _WHITE.sub(b" ", opening).strip()
        return cls(key=key, opening=b"DKIM-Signature:" + opening, canonical=flat)

    def field(self, digest: bytes, signed: bytes) -> bytes:
        """Sign the fields and the signature's own tags; return the whole field."""
        own = self.canonical + digest + b"; b="
        text = b2a_base64(self.key.sign(signed + own), newline=False)
        lines = [text[at : at + _LINE] for at in range(0, len(text), _LINE)]
        return self.opening + digest + b";\r\n b=" + b"\r\n  ".join(lines) + b"\r\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class LetterSigner:
    """Signs the messages of one letter."""

    seals: tuple[_Seal, ...]
    canonical: tuple[bytes | int, ...]  # the signed fields, in the order of h=
    begins: int  # the piece of the message in which the body begins
    started: "hashlib._Hash"  # of as much of the body as is in that piece

    def sign(self, pieces: Sequence[bytes]) -> bytes:
        """Return a message, given in the pieces of its skeleton, under its signatures.

        A number in the canonical fields is that of the piece that stands there.
        """
        body = b"".join(pieces[self.begins + 1 :])
        hashed = self.started.copy()
        hashed.update(body)
        digest = b2a_base64(hashed.digest(), newline=False)
        signed = b"".join(
            [
                _flat(pieces[piece]) if isinstance(piece, int) else piece
                for piece in self.canonical
            ]
        )
        fields = [seal.field(digest, signed) for seal in self.seals]
        return b"".join([*fields, *pieces[: self.begins + 1], body])


def _read(skeleton: Skeleton) -> tuple[dict[bytes, list[bytes | int]], int, bytes]:
    """Return the header's fields, and where the body begins, with its first octets."""
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
    """Return each field's canonical value (RFC 6376 section 3.4.2) in pieces."""
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


def _flat(value: bytes) -> bytes:
    """Return a reader's value in canonical form; few are folded."""
    if b"\r" in value or b"  " in value:
        return _WHITE.sub(b" ", value)
    return value


def _joined(pieces: list[bytes | int]) -> list[bytes | int]:
    joined: list[bytes | int] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if isinstance(piece, bytes) and isinstance(last, bytes):
            joined[-1] = last + piece
        else:
            joined.append(piece)
    return joined


def _wrap(listed: bytes) -> bytes:
    """Fold the list of fields at its colons."""
    lines = [b""]
    for name in listed.split(b":"):
        more = (b":" if lines[-1] or len(lines) > 1 else b"") + name
        if len(lines[-1]) + len(more) > _LINE - len(b" h=:"):
            lines.append(more)
        else:
            lines[-1] += more
    return b"\r\n ".join(lines)
