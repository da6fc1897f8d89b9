"""The settings of relays, and of what the readers' providers bear."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from mailer.settings.values import RECIPIENT_DOMAIN, RecipientDomain, Section

FileOrNone = Annotated[Path | None, BeforeValidator(lambda value: value or None)]
DEFAULT = "default"  # what [relay] is called among relays, and [domains] among them


def _relay_name(value: str) -> str:
    if value == DEFAULT:
        raise ValueError("the default relay is [relay]; name it apart")
    return value


def _domain_or_default(value: str) -> str:
    if value != DEFAULT and not RECIPIENT_DOMAIN.fullmatch(value):
        raise ValueError(
            f"not a domain such as gmail.com, nor a pattern such as *.fr, nor {DEFAULT}"
        )
    return value


RelayName = Annotated[str, AfterValidator(_relay_name)]
DomainOrDefault = Annotated[str, AfterValidator(_domain_or_default)]


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
    fallback: str = ""


class NamedRelaySettings(RelaySettings):
    """A further relay, and the messages it is for."""

    domains: tuple[RecipientDomain, ...] = Field(default=(), alias="for")
    templates: tuple[str, ...] = ()


class DomainSettings(Section):
    """What the readers' provider bears."""

    per_minute: int = Field(default=0, ge=0)  # 0: no limit


def faults(everyone: Mapping[str, RelaySettings]) -> list[str]:
    """Return what is wrong with relays that are each well-formed."""
    wrong = []
    for name, each in everyone.items():
        key = "relay" if name == DEFAULT else f"relays.{name}"
        wrong += [f"{key}.{sentence}" for sentence in _insecure(each)]
        wrong += _astray(key, name, everyone)
    return wrong


def _insecure(relay: RelaySettings) -> list[str]:
    wrong = []
    loopback = relay.host in {"127.0.0.1", "::1", "localhost"}
    if relay.security == "plain" and not (loopback or relay.allow_plain):
        wrong.append(
            f"security: plain to {relay.host} would send messages readable by"
            " anyone; use tls or starttls, or set allow_plain"
        )
    if relay.user and relay.security == "plain":
        wrong.append("user: a login is never sent without TLS; set security")
    if relay.security == "plain" and relay.ca_file is not None:
        wrong.append("ca_file: plain asks for no certificate; set security")
    return wrong


def _astray(key: str, name: str, everyone: Mapping[str, RelaySettings]) -> list[str]:
    """Return the fault of a fallback that leads nowhere, or round in a ring."""
    seen = [name]
    while fallback := everyone[seen[-1]].fallback:
        if fallback not in everyone:
            known = ", ".join(sorted(set(everyone) - {name}))
            if len(seen) > 1:
                return []  # told where it stands
            return [f"{key}.fallback: found {fallback!r}; no such relay, only {known}"]
        if fallback in seen:
            ring = " → ".join([*seen, fallback])
            return [f"{key}.fallback: the fallbacks go round in a ring: {ring}"]
        seen.append(fallback)
    return []
