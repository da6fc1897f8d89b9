"""Asks a provider of sign-ins who somebody is (OpenID Connect, code flow with PKCE).

What begins a sign-in is sealed in a cookie of its browser: state, nonce, verifier. The
provider's answer is believed when state, issuer, audience, nonce, time and signature
are right.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, KeySet

from audiences.intake.encodings import parsed
from mailer.errors import ConfigError, NotFoundError, RefusedError
from mailer.settings.secrets import read_secret
from mailer.settings.sections import OidcSettings
from mailer.settings.values import LOOPBACK
from mailer.signin import sealing, tokens
from mailer.sites.site import Site

CALLBACK = "/console/sign-in/provider/callback"
LASTS = timedelta(minutes=10)  # of a sign-in that was begun
_ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
_LEEWAY = 60  # seconds that clocks may differ
_PATIENCE = 10.0  # seconds for one answer
_LARGEST = 1_000_000  # octets of one
_BASIC = "client_secret_basic"
_PURPOSE = "provider of sign-ins"


@dataclass(frozen=True, kw_only=True, slots=True)
class Begun:
    """A sign-in that was begun: where the browser goes, and what it keeps."""

    url: str
    state: str  # by which its cookie is found again: several tabs may begin one
    cookie: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What the provider says of a person."""

    subject: str
    address: str  # empty: none that it has verified
    wanted: str  # the page that was asked for


class ProviderError(RefusedError):
    """The provider cannot be asked, or its answer is not believed."""


def name_of(site: Site) -> str:
    """Return what the provider is called on the pages; empty: the site has none."""
    given = site.settings.signin.oidc
    return given.name or urlsplit(given.issuer).hostname or ""


async def begin(site: Site, *, wanted: str, now: datetime) -> Begun:
    """Begin a sign-in; raise ProviderError if the provider cannot be asked."""
    given = _settings(site)
    async with _client() as client:
        known = await _known(client, given)
    state, nonce, verifier = (tokens.fresh() for _ in range(3))
    challenge = _url64(hashlib.sha256(verifier.encode()).digest())
    query = {
        "response_type": "code",
        "client_id": given.client_id,
        "redirect_uri": _callback(site),
        "scope": "openid email",
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    kept = [state, nonce, verifier, wanted, (now + LASTS).isoformat()]
    octets = sealing.sealed(json.dumps(kept), site.address_key, purpose=_PURPOSE)
    address = str(known["authorization_endpoint"])
    mark = "&" if urlsplit(address).query else "?"
    url = f"{address}{mark}{urlencode(query)}"
    return Begun(url=url, state=state, cookie=_url64(octets))


async def finish(
    site: Site, cookie: str, query: Mapping[str, str], *, now: datetime
) -> Told:
    """Return what the provider says of who came back; raise ProviderError if not."""
    given = _settings(site)
    state, nonce, verifier, wanted = _kept(site, cookie, now)
    if not tokens.same(query.get("state", ""), state):
        raise ProviderError("the sign-in was not begun in this browser; begin it again")
    if query.get("iss", given.issuer) != given.issuer:  # RFC 9207
        raise ProviderError("another provider answered; begin the sign-in again")
    if "code" not in query:
        said = query.get("error", "no code")[:60]
        raise ProviderError(f"the provider did not sign you in: {said}")
    async with _client() as client:
        known = await _known(client, given)
        answer = await _exchange(
            client, site, given, known, code=query["code"], verifier=verifier
        )
        keys = await _asked(client, "GET", str(known["jwks_uri"]))
        claims = _believed(answer, keys, given, nonce=nonce, now=now)
        address = await _address(client, known, answer, claims)
    return Told(subject=str(claims["sub"]), address=address, wanted=wanted)


async def _address(
    client: httpx.AsyncClient,
    known: Mapping[str, Any],
    answer: Mapping[str, Any],
    claims: Mapping[str, Any],
) -> str:
    """Return the address that the provider has verified; empty: there is none.

    A provider may leave the address out of the identity token, and say it at its
    UserInfo endpoint (OpenID Connect Core, 5.4). What it says there of another subject
    is not believed (5.3.2). Some write "true" for true.
    """
    where, told = known.get("userinfo_endpoint"), claims
    if where and not {"email", "email_verified"} <= claims.keys():
        headers = {"Authorization": f"Bearer {answer.get('access_token')}"}
        with suppress(ProviderError):  # who is known by the subject needs no address
            told = await _asked(client, "GET", str(where), headers=headers)
    if told.get("sub") != claims["sub"]:
        return ""
    verified = str(told.get("email_verified")).lower() == "true"
    return str(told.get("email") or "") if verified else ""


def _believed(
    answer: Mapping[str, Any],
    keys: Mapping[str, Any],
    given: OidcSettings,
    *,
    nonce: str,
    now: datetime,
) -> Mapping[str, Any]:
    """Return the claims of an identity token; raise ProviderError if any is wrong."""
    rules = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=_LEEWAY,
        iss={"essential": True, "value": given.issuer},
        aud={"essential": True, "value": given.client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    try:
        known = _readable(keys)
        token = jwt.decode(str(answer.get("id_token")), known, algorithms=_ALGORITHMS)
        rules.validate(token.claims)
    except (JoseError, ValueError, KeyError, TypeError) as fault:
        raise ProviderError(
            f"the answer of the provider is not believed: {type(fault).__name__}"
        ) from None
    if token.claims.get("azp", given.client_id) != given.client_id:
        raise ProviderError("the answer of the provider is for another site")
    return token.claims


def _readable(keys: Mapping[str, Any]) -> KeySet:
    """Return the keys of a set that can be read, without the others (RFC 7517, 5)."""
    found = []
    for each in keys["keys"]:
        with suppress(JoseError, ValueError, KeyError, TypeError):
            found.append(JWKRegistry.import_key(each))
    return KeySet(found)


async def _exchange(
    client: httpx.AsyncClient,
    site: Site,
    given: OidcSettings,
    known: Mapping[str, Any],
    *,
    code: str,
    verifier: str,
) -> Mapping[str, Any]:
    """Return the tokens for a code."""
    form = {
        "grant_type": "authorization_code",
        "code": code[:2_000],
        "redirect_uri": _callback(site),
        "code_verifier": verifier,
        "client_id": given.client_id,
    }
    secret, headers = _secret(site.root, given), {}
    methods = known.get(
        "token_endpoint_auth_methods_supported", ["client_secret_basic"]
    )
    if secret and "client_secret_basic" in methods:
        pair = f"{quote(given.client_id, safe='')}:{quote(secret, safe='')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    elif secret:
        form["client_secret"] = secret
    address = str(known["token_endpoint"])
    return await _asked(client, "POST", address, data=form, headers=headers)


async def _known(client: httpx.AsyncClient, given: OidcSettings) -> Mapping[str, Any]:
    """Return what a provider says of itself; raise ProviderError if it is another."""
    address = f"{given.issuer.rstrip('/')}/.well-known/openid-configuration"
    known = await _asked(client, "GET", address)
    if known.get("issuer") != given.issuer:
        raise ProviderError("the provider calls itself by another issuer than ours")
    needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    offered = [each for each in ("userinfo_endpoint",) if known.get(each)]
    for key in (*needed, *offered):
        url = urlsplit(str(known.get(key, "")))
        if url.scheme != "https" and url.hostname not in LOOPBACK:
            raise ProviderError(f"the provider's {key} is not reached by https")
    return known


async def _asked(
    client: httpx.AsyncClient, method: str, address: str, **sent: Any
) -> Mapping[str, Any]:
    """Return an answer of the provider; raise ProviderError if there is none."""
    body = b""
    try:
        async with client.stream(method, address, **sent) as answer:
            async for piece in answer.aiter_bytes():
                body += piece
                if len(body) > _LARGEST:
                    raise ProviderError("the provider's answer is too long")
        read = parsed.json_value(body) if answer.is_success else None
    except (httpx.HTTPError, ValueError):
        read = None
    if not isinstance(read, dict):
        raise ProviderError("the provider of sign-ins does not answer as it should")
    return read


def _client() -> httpx.AsyncClient:
    return httpx.AsyncClient(timeout=_PATIENCE, follow_redirects=False)


def _kept(site: Site, cookie: str, now: datetime) -> tuple[str, str, str, str]:
    """Return what the browser kept; raise ProviderError if it is old or changed."""
    try:
        octets = base64.urlsafe_b64decode(cookie + "=" * (-len(cookie) % 4))
    except ValueError:
        octets = b""
    text = sealing.opened(octets, site.address_key, purpose=_PURPOSE)
    if text is not None:
        state, nonce, verifier, wanted, until = json.loads(text)
        if now < datetime.fromisoformat(until):
            return state, nonce, verifier, wanted
    raise ProviderError(
        "the sign-in was not begun in this browser, or more than ten minutes ago; begin"
        " it again"
    )


def _settings(site: Site) -> OidcSettings:
    given = site.settings.signin.oidc
    if not given.issuer:
        raise NotFoundError("this site has no provider of sign-ins")
    return given


def _secret(root: Path, given: OidcSettings) -> str:
    """Return the secret of the client; empty: it has none."""
    if given.client_secret_file is None and not given.client_secret:
        return ""
    path = root / given.client_secret_file if given.client_secret_file else None
    setting = "signin.oidc.client_secret_file"
    try:
        return read_secret(path, given.client_secret, setting)
    except ConfigError:
        raise ProviderError(
            "the secret for the provider of sign-ins cannot be read; an operator looks"
            f" at {setting}"
        ) from None


def _callback(site: Site) -> str:
    return f"{site.settings.site.url.rstrip('/')}{CALLBACK}"


def _url64(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
