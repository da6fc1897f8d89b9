"""A provider of sign-ins (OpenID Connect) on loopback, which can be made to lie.

It keeps codes with their PKCE challenge, and gives each token once.
"""

import asyncio
import base64
import hashlib
import json
import secrets
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey

Claims = dict[str, Any]
ACCESS = "access"  # the token for the UserInfo endpoint


def a_key() -> RSAKey:
    """Return a new key for signatures."""
    return RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})


@dataclass(kw_only=True)
class Provider:
    """One provider: whom it signs in, and how it changes what it says."""

    url: str
    client_id: str
    client_secret: str
    claims: Claims = field(default_factory=dict)
    change: Callable[[Claims], Claims] = lambda claims: claims
    algorithm: str = "RS256"
    issuer: str = ""  # what it calls itself; empty: its address
    signs_with: RSAKey | None = None  # another key than the one it publishes
    more_keys: list[Any] = field(default_factory=list)  # published before its own
    userinfo: Claims | None = None  # None: it has no such endpoint
    asked: list[str] = field(default_factory=list)  # paths
    _key: RSAKey = field(default_factory=a_key)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body")
        self.asked.append(scope["path"])
        query = {k: v[0] for k, v in parse_qs(scope["query_string"].decode()).items()}
        form = {k: v[0] for k, v in parse_qs(body.decode()).items()}
        headers = {key.decode(): value.decode() for key, value in scope["headers"]}
        status, told, location = self._answer(scope["path"], query, form, headers)
        sent = [(b"content-type", b"application/json")]
        sent += [(b"location", location.encode())] if location else []
        await send({"type": "http.response.start", "status": status, "headers": sent})
        await send({"type": "http.response.body", "body": json.dumps(told).encode()})

    def _answer(
        self,
        path: str,
        query: dict[str, str],
        form: dict[str, str],
        headers: dict[str, str],
    ) -> tuple[int, Any, str]:
        match path:
            case "/.well-known/openid-configuration":
                return 200, self._about(), ""
            case "/keys":
                own = self._key.as_dict(private=False)
                return 200, {"keys": [*self.more_keys, own]}, ""
            case "/authorize":
                return 302, {}, self._authorised(query)
            case "/token":
                return self._token(form, headers)
            case "/userinfo" if headers.get("authorization") == f"Bearer {ACCESS}":
                return 200, self.userinfo, ""
        return 404, {}, ""

    def _about(self) -> dict[str, str]:
        more = {"userinfo_endpoint": f"{self.url}/userinfo"}
        return ({} if self.userinfo is None else more) | {
            "issuer": self.issuer or self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
        }

    def _authorised(self, query: dict[str, str]) -> str:
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self._codes[code] = query
        back = {"code": code, "state": query["state"], "iss": self.url}
        return f"{query['redirect_uri']}?{urlencode(back)}"

    def _token(
        self, form: dict[str, str], headers: dict[str, str]
    ) -> tuple[int, Any, str]:
        pair = f"{self.client_id}:{self.client_secret}".encode()
        known = f"Basic {base64.b64encode(pair).decode()}"
        begun = self._codes.pop(form.get("code", ""), None)
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
        if (
            begun is None
            or headers.get("authorization") != known
            or begun["code_challenge"] != challenge
            or begun["redirect_uri"] != form.get("redirect_uri")
        ):
            return 400, {"error": "invalid_grant"}, ""
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": self.client_id,
            "iat": now,
            "exp": now + 300,
            "nonce": begun["nonce"],
            **self.claims,
        }
        key = self.signs_with or self._key
        header = {"alg": self.algorithm, "kid": self._key.kid}
        token = jwt.encode(
            header, self.change(claims), key, algorithms=[self.algorithm]
        )
        answer = {"access_token": ACCESS, "token_type": "Bearer", "id_token": token}
        return 200, answer, ""


@asynccontextmanager
async def providing(client_id: str, client_secret: str) -> AsyncIterator[Provider]:
    """Run a provider until the block ends."""
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    found = Provider(url=url, client_id=client_id, client_secret=client_secret)
    configuration = uvicorn.Config(found, log_config=None, lifespan="off")
    server = uvicorn.Server(configuration)
    running = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield found
    finally:
        server.should_exit = True
        await running
