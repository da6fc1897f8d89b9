"""Receives a webhook: it is authenticated, read, stored once, and applied.

The certificate of Amazon SNS is fetched from Amazon's hosts only, and a subscription is
confirmed there only, for the topics of the settings.
"""

import asyncio
import urllib.request
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from audiences.intake.encodings import parsed
from mailer.errors import ConfigError, MailerError, NotFoundError
from mailer.feedback.arrivals import taking
from mailer.feedback.providers import authentic, parsing, reporting
from mailer.feedback.providers.authentic import NotAuthenticError
from mailer.settings import secrets
from mailer.sites.site import Site

MAX_BODY = 1_000_000  # octets
SECRET, KEY = ("postmark", "brevo", "mailjet"), "sendgrid"
_SECONDS, _MAX_FETCHED = 10.0, 100_000  # of a fetch; octets
Fetch = Callable[[str], bytes]


class NotReadableError(MailerError):
    """The body of a webhook is not what its provider sends."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: it could lead to another host."""

    def redirect_request(self, *_arguments: Any, **_named: Any) -> None:
        """Refuse."""


def fetch(url: str) -> bytes:
    """Return what an https address has; raise OSError if it cannot be reached."""
    opener = urllib.request.build_opener(_NoRedirect)
    with opener.open(url, timeout=_SECONDS) as answer:
        content: bytes = answer.read(_MAX_FETCHED)
        return content


async def receive(
    site: Site,
    provider: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    now: datetime,
    get: Fetch = fetch,
) -> int:
    """Take a webhook in; return how many of its reports were new.

    Header names are in lower case. Raises NotFoundError for a provider that the
    settings do not name, NotAuthenticError and NotReadableError for a bad request.
    """
    values = _authentic_or_none(site, provider, headers, body, now=now)
    if provider == "ses":
        values = await _amazon(site, body, get, now=now)
    if values is None:
        return 0
    found = parsing.reports(provider, values)
    is_mailgun = provider == "mailgun"
    token = authentic.signed_by_mailgun(values["signature"]) if is_mailgun else ""
    new = await reporting.record(site, provider, found, token=token, now=now)
    await taking.decide(site, now=now)
    return new


def _authentic_or_none(
    site: Site,
    provider: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    now: datetime,
) -> Any:
    """Return the JSON of an authenticated body; None for SES, which signs within."""
    hooks = site.settings.feedback.hooks
    if provider in SECRET:
        authentic.secret(headers, _secret(site, provider))
    elif provider == KEY and hooks.sendgrid_key:
        authentic.sendgrid(headers, body, hooks.sendgrid_key, now=now)
    elif provider == "mailgun":
        key = _secret(site, provider)
        values = _json(body)
        signature = values.get("signature") if isinstance(values, Mapping) else None
        if not isinstance(signature, Mapping):
            raise NotAuthenticError("the webhook has no signature of Mailgun")
        authentic.mailgun(signature, key, now=now)
    elif provider != "ses" or not hooks.amazon_topics:
        raise _unknown(provider)
    return None if provider == "ses" else _json(body)


async def _amazon(site: Site, body: bytes, get: Fetch, *, now: datetime) -> Any:
    """Return the event of an authenticated notification; confirm a subscription."""
    values = _json(body)
    if not isinstance(values, Mapping):
        raise NotReadableError("the body of the webhook is not an object")
    if values.get("TopicArn") not in site.settings.feedback.hooks.amazon_topics:
        raise NotAuthenticError(
            "the webhook is of a topic that the settings do not name"
        )
    url = authentic.amazon_address(values.get("SigningCertURL"), certificate=True)
    certificate = await asyncio.to_thread(_fetched, get, url)
    authentic.amazon(values, certificate, now=now)
    if values.get("Type") == "SubscriptionConfirmation":
        place = authentic.amazon_address(values.get("SubscribeURL"), certificate=False)
        await asyncio.to_thread(_fetched, get, place)
        return None
    return _json(str(values.get("Message")).encode())


def _fetched(get: Fetch, url: str) -> bytes:
    try:
        return get(url)
    except OSError:
        raise MailerError("Amazon's host cannot be reached; it tries again") from None


def _secret(site: Site, provider: str) -> str:
    """Return the secret of a provider; raise NotFoundError without one."""
    hooks = site.settings.feedback.hooks
    path = getattr(hooks, f"{provider}_file")
    if path is None:
        raise _unknown(provider)
    try:
        key = secrets.read_key(site.root / path, "", f"feedback.hooks.{provider}_file")
    except ConfigError as fault:
        raise MailerError(str(fault)) from None
    return key.decode()


def _unknown(provider: str) -> NotFoundError:
    return NotFoundError(f"feedback.hooks names no secret for {provider[:20]}")


def _json(body: bytes) -> Any:
    try:
        return parsed.json_value(body)
    except ValueError:
        raise NotReadableError("the body of the webhook is not JSON") from None
