"""What other programs met at providers of sign-ins is tried on ours.

UserInfo: open-webui 9452, OIDCWarden 31, dex 837. Keys: go-oidc 498, spring-security-
oauth 1213, angular-auth-oidc-client 1923. A text for true: listmonk 2237, zitadel/oidc
139.
"""

from typing import Any

import pytest

from mailer.sites.site import Site
from tests.acts.console import add_user
from tests.mailer.web.console.test_provider import PAUL, signed_in, way
from tools.peers.provider import Claims, a_key

pytestmark = [pytest.mark.prove, pytest.mark.parametrize("store", ["sqlite"])]
ADDRESS = {"email": "paul@unit.int", "email_verified": True}
UNREADABLE: tuple[Any, ...] = (
    {"kty": "OKP", "crv": "Ed448", "kid": "a", "x": "AAAA", "use": "sig"},
    {"kty": "EC", "crv": "P-999", "kid": "b", "x": "AA", "y": "AA"},
    {"kty": "AKP", "alg": "ML-DSA-44", "kid": "c", "pub": "AAAA"},
    {"kid": "one"},
    "key",
)


@pytest.mark.parametrize(
    ("claims", "userinfo"),
    [
        ({"sub": "p-1"}, {"sub": "p-1", **ADDRESS}),
        ({"sub": "p-1", "email": "other@unit.int"}, {"sub": "p-1", **ADDRESS}),
        (PAUL | {"email_verified": "true"}, None),
        ({"sub": "p-1"}, {"sub": "p-1", **ADDRESS, "email_verified": "true"}),
    ],
)
async def test_an_address_is_believed_wherever_the_provider_says_it(
    site: Site, claims: Claims, userinfo: Claims | None
) -> None:
    await add_user(site, "paul", "author", address="paul@unit.int")
    async with way(site, claims) as at:
        at.provider.userinfo = userinfo
        answer = await at.sign_in()

    assert answer.status_code == 303
    assert await signed_in(site) == ["paul"]


@pytest.mark.parametrize(
    ("claims", "userinfo"),
    [
        (PAUL | {"email_verified": False}, {"sub": "p-1", **ADDRESS}),
        (PAUL | {"email_verified": "false"}, None),
        ({"sub": "p-1", "email": "paul@unit.int"}, None),
        (PAUL | {"email": ""}, None),
        ({"sub": "p-1"}, {"sub": "p-2", **ADDRESS}),
        ({"sub": "p-1"}, ADDRESS),
        ({"sub": "p-1"}, {"sub": "p-1", **ADDRESS, "email_verified": 1}),
        ({"sub": "p-1", "email": "paul@unit.int"}, {"sub": "p-1", "email": None}),
    ],
)
async def test_an_address_that_is_not_verified_is_said_to_be_so(
    site: Site, claims: Claims, userinfo: Claims | None
) -> None:
    await add_user(site, "paul", "author", address="paul@unit.int")
    async with way(site, claims) as at:
        at.provider.userinfo = userinfo
        answer = await at.sign_in()

    assert answer.status_code == 403
    assert "names no address of yours that it has verified" in answer.text
    assert await signed_in(site) == []


async def test_who_is_known_signs_in_while_the_address_cannot_be_asked(
    site: Site,
) -> None:
    await add_user(site, "paul", "author", address="paul@unit.int")
    async with way(site, PAUL) as at:
        await at.sign_in()
        at.provider.claims = {"sub": "p-1"}
        at.provider.userinfo = {}
        answer = await at.sign_in()

    assert answer.status_code == 303


async def test_keys_that_cannot_be_read_leave_the_others(site: Site) -> None:
    await add_user(site, "paul", "author", address="paul@unit.int")
    for_secrets = a_key().as_dict(private=False) | {"use": "enc", "alg": "RSA-OAEP"}
    async with way(site, PAUL) as at:
        at.provider.more_keys = [*UNREADABLE, for_secrets]
        answer = await at.sign_in()
        at.provider.more_keys = []
        at.provider.signs_with = a_key()
        forged = await at.sign_in()

    assert (answer.status_code, forged.status_code) == (303, 403)
