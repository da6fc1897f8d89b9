"""The form of the record's rows, and the digests that chain them. Pure functions.

The body of a row is canonical JSON: a list in one order, without spaces, keys sorted.
Its digest is SHA-256 over the digest of the row before and the body, in UTF-8.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from json.encoder import encode_basestring as quoted
from typing import Any

FORM = 1  # of the bodies
_VALUES = 11  # of a body
GENESIS = bytes(32)  # the digest before the first row
MOST = 400  # characters of one value; a longer one is recorded by its digest
LENGTHS = (60, 120)  # characters of `by` and of `about`


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordEntry:
    """One act, as a row of the record holds it.

    `about` names the object, such as “campaign 3”; `person` is the same name if it is a
    person, and `seal` the keyed digest of what the row says of the person.
    """

    number: int
    at: str  # UTC, with microseconds
    by: str
    about: str
    act: str
    origin: str
    account: str | None
    detail: Mapping[str, Any]
    person: str | None = None
    seal: str | None = None


def instant(at: datetime) -> str:
    """Return an instant in one width, so that texts sort as instants do."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def canonical(value: Any) -> str:
    """Return canonical JSON."""
    return json.dumps(
        value, ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=str
    )


def bounded(detail: Mapping[str, Any]) -> dict[str, Any]:
    """Return a detail without long values: each is replaced by its SHA-256."""
    return {key: _short(value) for key, value in detail.items()}


def _short(value: Any) -> Any:
    text = canonical(value)
    if len(text) <= MOST:
        return json.loads(text)
    return {"sha256": hashlib.sha256(_octets(text)).hexdigest(), "length": len(text)}


def body(entry: RecordEntry) -> str:
    """Return the body of a row."""
    values = (entry.at, entry.by, entry.about, entry.act, entry.origin, entry.account)
    ends = (entry.detail, entry.person, entry.seal)
    return canonical([FORM, entry.number, *values, *ends])


def read(text: str) -> RecordEntry:
    """Return the entry of a body; raise ValueError if it is none."""
    values = json.loads(text)
    if not isinstance(values, list) or len(values) != _VALUES or values[0] != FORM:
        raise ValueError("this is no body of the record")
    _, number, at, by, about, act, origin, account, detail, person, seal = values
    return RecordEntry(
        number=number,
        at=at,
        by=by,
        about=about,
        act=act,
        origin=origin,
        account=account,
        detail=detail,
        person=person,
        seal=seal,
    )


def beginning(number: int, at: str, by: str, about: str) -> str:
    """Return how the body of a row with these columns begins."""
    return f"[{FORM},{number},{quoted(at)},{quoted(by)},{quoted(about)},"


def digest(before: bytes, text: str) -> bytes:
    """Return the digest of a row from that of the row before and its body."""
    return hashlib.sha256(before + _octets(text)).digest()


def personal_seal(key: bytes, number: int, text: str) -> str:
    """Return the digest of the personal part of a row, by the key of the person."""
    return hmac.digest(key, _octets(f"{number}:{text}"), hashlib.sha256).hex()


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
