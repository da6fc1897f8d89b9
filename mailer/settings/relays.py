"""The settings of relays and of recipient domains, and the faults of relays."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from mailer.settings.values import (
    LOOPBACK,
    RECIPIENT_DOMAIN,
    FileOrNone,
    RecipientDomain,
    Section,
)

DEFAULT = "default"  # the name of [relay] as a relay; also a key of [domains]


def _relay_name(value: str) -> str:
    if value == DEFAULT:
        raise ValueError("the default relay is [relay]; give this one another name")
    return value


def _domain_or_default(value: str) -> str:
    if value != DEFAULT and not RECIPIENT_DOMAIN.fullmatch(value):
        raise ValueError(
            f"not a domain such as gmail.com, nor a pattern such as *.fr, nor {DEFAULT}"
        )
    return value


RelayName = Annotated[str, AfterValidator(_relay_name)]
DomainOrDefault = Annotated[str, AfterValidator(_domain_or_default)]


class WarmUpSettings(Section):
    """How many messages a day a relay takes at first, and how that number grows."""

    begins: date = Field(alias="from")
    per_day: int = Field(default=200, ge=1)
    growth: float = Field(default=1.5, ge=1, le=3)
    days: int = Field(default=30, ge=1, le=90)


class RelaySettings(Section):
    """An SMTP server that takes our messages."""

    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=2525, ge=1, le=65535)
    security: Literal["tls", "starttls", "plain"] = "plain"
    allow_plain: bool = False
    user: str = ""
    password_file: FileOrNone = None
    password: str = ""  # from the environment only
    ca_file: FileOrNone = None
    hello: str = ""
    connections: int = Field(default=8, ge=1, le=200)
    per_second: float = Field(default=0, ge=0)  # 0: no limit
    per_hour: int = Field(default=0, ge=0)
    warm_up: WarmUpSettings | None = None
    fallback: str = ""


class NamedRelaySettings(RelaySettings):
    """A further relay, with the recipient domains and templates it is for."""

    domains: tuple[RecipientDomain, ...] = Field(default=(), alias="for")
    templates: tuple[str, ...] = ()


class DomainSettings(Section):
    """How much a recipient domain accepts from all workers together."""

    per_minute: int = Field(default=0, ge=0)  # 0: no limit


def faults(relays: Mapping[str, RelaySettings]) -> list[str]:
    """Return a sentence for each contradiction in relays of valid values."""
    found = []
    for name, each in relays.items():
        key = "relay" if name == DEFAULT else f"relays.{name}"
        found += [f"{key}.{sentence}" for sentence in _security_faults(each)]
        found += _fallback_faults(key, name, relays)
    return found


def _security_faults(relay: RelaySettings) -> list[str]:
    found = []
    loopback = relay.host in LOOPBACK
    if relay.security == "plain" and not (loopback or relay.allow_plain):
        found.append(
            f"security: plain to {relay.host} sends messages unencrypted; use tls or"
            " starttls, or set allow_plain"
        )
    if relay.user and relay.security == "plain":
        found.append(
            "user: a login is never sent without TLS; set security to tls or starttls"
        )
    if relay.security == "plain" and relay.ca_file is not None:
        found.append(
            "ca_file: not used where security is plain; set security to tls or starttls"
        )
    return found


def _fallback_faults(
    key: str, name: str, relays: Mapping[str, RelaySettings]
) -> list[str]:
    """Return the fault of a relay's fallback that does not exist or forms a loop."""
    chain = [name]
    while fallback := relays[chain[-1]].fallback:
        if fallback not in relays:
            if len(chain) > 1:
                return []  # it is the fault of the relay that names it
            known = ", ".join(sorted(set(relays) - {name}))
            fault = f"found {fallback!r}; no such relay; expected one of {known}"
            return [f"{key}.fallback: {fault}"]
        if fallback in chain:
            loop = " → ".join([*chain, fallback])
            return [f"{key}.fallback: the fallbacks form a loop: {loop}"]
        chain.append(fallback)
    return []
