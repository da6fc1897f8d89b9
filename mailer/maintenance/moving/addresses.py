"""Addresses of stores: where a store may move to, and how an address is shown."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from pydantic import ValidationError

from mailer.errors import RefusedError
from mailer.settings import loading
from mailer.settings.sections import StoreSettings
from mailer.sites.site import Site

_PASSWORDS = {"password", "sslpassword"}


def shown(url: str) -> str:
    """Return the address of a store without a password."""
    if url.startswith("sqlite:"):
        return url
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")
    user = place[0].partition(":")[0]
    query = [each for each in parse_qsl(parts.query) if each[0] not in _PASSWORDS]
    return urlunsplit(
        parts._replace(netloc=f"{user}{place[1]}{place[2]}", query=urlencode(query))
    )


def checked(site: Site, to: str) -> StoreSettings:
    """Return the settings of the store to move to.

    Raises RefusedError for an address that is none, that has a password, that is the
    site's own, or that goes over a network in the clear.
    """
    given = site.settings.store.model_dump() | {"url": to}
    try:
        settings = StoreSettings.model_validate(given)
        without = shown(to)
    except (ValidationError, ValueError):
        raise RefusedError(
            "--to is no address of a store; expected"
            " postgresql://user@host/database or sqlite:///mailer.db"
        ) from None
    if without != urlunsplit(urlsplit(to)) and not to.startswith("sqlite:"):
        raise RefusedError(
            "--to has a password, which others of this machine could read; put it into"
            " ~/.pgpass or the variable PGPASSWORD"
        )
    if without == shown(site.settings.store.url):
        raise RefusedError(f"{without} is the store of this site already")
    every = site.settings.model_copy(update={"store": settings})
    for fault in loading.store_faults(every, {"store": {"url": to}}):
        raise RefusedError(fault.replace("store.url:", "--to:", 1))
    return settings
