"""Keys for tests, and a letter's messages signed with them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from mailer.composing import dkim_keys
from mailer.composing.dkim import DkimKey, DkimSigner, EdKey, RsaKey
from mailer.composing.skeletons import Skeleton
from tests.acts.composing import composed

DOMAIN = "liaison.example"


@cache
def rsa() -> RsaKey:
    """A key of 2048 bits."""
    private = generate_private_key(public_exponent=65_537, key_size=2048)
    return RsaKey(selector="r2027", private=private)


@cache
def ed25519() -> EdKey:
    """An Ed25519 key."""
    return EdKey(selector="e2027", private=Ed25519PrivateKey.generate())


def records() -> dict[str, str]:
    """Return what the DNS would say of both keys."""
    lines = [
        dkim_keys.record(rsa().selector, DOMAIN, rsa().private),
        dkim_keys.record(ed25519().selector, DOMAIN, ed25519().private),
    ]
    return {line.name: line.text for line in lines}


def signed(
    made: Skeleton,
    *,
    with_keys: Sequence[DkimKey] | None = None,
    name: str = "Awa Ndiaye",
    organisation: str = "Enda Tiers Monde",
    address: str = "awa@enda.example",
    number: int = 1,
) -> bytes:
    """Return one reader's message under its signatures."""
    signer = DkimSigner(domain=DOMAIN, keys=tuple(with_keys or (rsa(), ed25519())))
    return composed(
        made,
        name=name,
        organisation=organisation,
        address=address,
        number=number,
        signer=signer.prepare(made),
    )


def now() -> datetime:
    """Return an instant that receivers take for the present."""
    return datetime.now(UTC)
