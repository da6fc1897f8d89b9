"""Reads and checks the settings of a site; the result is frozen.

An error lists every fault with its key, what was found and what was expected. Values
that contradict each other are listed when each of them is valid by itself.
"""

import os
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

from pydantic import ValidationError
from pydantic_settings import SettingsError

from mailer.errors import ConfigError
from mailer.settings import relays, renamed, variables
from mailer.settings.relays import DEFAULT
from mailer.settings.sections import Settings
from mailer.settings.toml import read_toml
from mailer.settings.values import LOOPBACK, describe_fault, join_faults


def load(path: Path) -> Settings:
    """Return the settings of a config.toml; raise ConfigError with every fault."""
    values = renamed.with_current_names(read_toml(path))
    unknown = list(variables.unknown())
    if unknown:
        raise ConfigError(" and ".join(unknown))
    try:
        settings = Settings(**values)
    except (SettingsError, RecursionError):
        raise ConfigError(" and ".join(variables.unreadable())) from None
    except ValidationError as error:
        known = Settings.model_fields
        faults = [describe_fault(each, known) for each in error.errors()]
        raise ConfigError(join_faults(path, faults)) from None
    contradictions = _contradictions(settings, values)
    if contradictions:
        raise ConfigError(join_faults(path, contradictions))
    return settings


def former_names(path: Path) -> list[str]:
    """Return a sentence for each setting that is given under its former name."""
    return [
        f"{before} is now {after}"
        for before, after in renamed.former_names(read_toml(path))
    ]


def _contradictions(settings: Settings, values: Mapping[str, Any]) -> list[str]:
    return [
        *_secrets_in_the_file(values),
        *store_faults(settings, values),
        *relays.faults(settings.every_relay),
        *_signing_faults(settings),
        *_web_faults(settings),
        *_demo_faults(settings),
        *_alert_faults(settings),
    ]


def store_faults(settings: Settings, values: Mapping[str, Any]) -> list[str]:
    """Return the faults of the store's address: a password, a network in the clear."""
    faults = []
    written = urlsplit(values.get("store", {}).get("url", ""))
    if written.password or "password" in parse_qs(written.query):
        faults.append(
            "store.url: found a password, which must not be in this file; put it into"
            " ~/.pgpass, or the whole url into the variable MAILER_STORE__URL"
        )
    url = urlsplit(settings.store.url)
    query = parse_qs(url.query)
    away = _machines_away(url, query) if url.scheme == "postgresql" else []
    verified = query.get("sslmode") == ["verify-full"]
    if away and not (verified or settings.store.allow_plain):
        faults.append(
            f"store.url: {away[0]} is another machine; expected ?sslmode=verify-full,"
            " or store.allow_plain = true on a network of your own"
        )
    return faults


def _machines_away(url: SplitResult, query: Mapping[str, list[str]]) -> list[str]:
    """Return the other machines that the client of PostgreSQL may connect to.

    It takes what the address does not say from the environment, and a service from a
    file that we do not read: a service counts as another machine.
    """

    def given(name: str) -> list[str]:
        return query.get(name) or [os.environ.get(f"PG{name.upper()}", "")]

    named = [url.hostname] if url.hostname else given("host")
    hosts = ",".join([*named, *query.get("host", []), *given("hostaddr")]).split(",")
    # no host is a socket, as is one that begins with / or @
    other = (each for each in hosts if each and each[0] not in "/@")
    away = [each for each in other if each not in LOOPBACK]
    return away + [f"the service {each}" for each in given("service") if each]


def _web_faults(settings: Settings) -> list[str]:
    """Return the fault of a site that is reached over a network without encryption.

    A link in a letter is a key, and RFC 8058 needs https.
    """
    url = urlsplit(settings.site.url)
    if url.scheme == "https" or settings.site.demo or is_loopback(url.hostname or ""):
        return []
    expected = "https, except for a demonstration or on this machine only"
    return [f"site.url: found {settings.site.url}; expected {expected}"]


def _demo_faults(settings: Settings) -> list[str]:
    """Return a fault for each relay of a demonstration that is another machine."""
    if not settings.site.demo:
        return []
    return [
        f"{'relay' if name == DEFAULT else f'relays.{name}'}.host: found {each.host};"
        " a demonstration sends to this machine only; site.demo = false ends it"
        for name, each in settings.every_relay.items()
        if not is_loopback(each.host)
    ]


def _alert_faults(settings: Settings) -> list[str]:
    """Return the fault of a relay for alerts that does not exist."""
    relay, known = settings.alerts.relay, settings.every_relay
    if not relay or relay in known:
        return []
    return [f"alerts.relay: found {relay!r}; expected one of {', '.join(known)}"]


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _signing_faults(settings: Settings) -> list[str]:
    dkim, faults = settings.dkim, []
    domain = dkim.domain or settings.mail.domain
    sender = settings.sender.address.rpartition("@")[2]
    if dkim.selector and sender != domain and not sender.endswith(f".{domain}"):
        faults.append(
            f"dkim.domain: found {domain}; expected {sender}, the domain of"
            " sender.address, or a domain above it, else DMARC ignores the signature"
        )
    if dkim.selector and dkim.relay_signs:
        faults.append(
            "dkim.relay_signs: true while dkim.selector is set; the relay signs or we"
            " do, not both"
        )
    if dkim.ed25519_selector and dkim.ed25519_selector == dkim.selector:
        faults.append(
            "dkim.ed25519_selector: the same as dkim.selector; each key needs a"
            " selector of its own"
        )
    if dkim.ed25519_selector and not dkim.selector:
        faults.append(
            "dkim.selector: empty while dkim.ed25519_selector is set; many receivers"
            " do not know Ed25519, so use it beside an RSA key"
        )
    return faults


def _secrets_in_the_file(values: Mapping[str, Any]) -> list[str]:
    places: list[tuple[tuple[str, ...], str]]
    places = [(("keys",), "signing"), (("keys",), "address"), (("relay",), "password")]
    places += [(("feedback", name), "password") for name in ("imap", "replies_imap")]
    places.append((("signin", "oidc"), "client_secret"))
    places += [(("relays", name), "password") for name in values.get("relays", {})]
    faults = []
    for tables, key in places:
        table: Any = values
        for name in tables:
            table = table.get(name, {})
        if table.get(key):
            place = ".".join(tables)
            variable = "__".join(("MAILER_" + "__".join(tables), key)).upper()
            faults.append(
                f"{place}.{key}: found a secret, which must not be in this file; put it"
                f" into the file {place}.{key}_file or the variable {variable}"
            )
    return faults
