"""The settings of a site: read once, checked whole, frozen.

Every fault of a value is listed at once with its key, what was found and what is
expected; what values that are each good contradict, at once when none has a fault.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mailer.errors import ConfigError
from mailer.settings import relays, renamed
from mailer.settings.sections import Settings
from mailer.settings.toml import read_toml
from mailer.settings.values import listed, sentence


def load(path: Path) -> Settings:
    """Read a site's config.toml; raise ConfigError listing every fault."""
    values = renamed.translated(read_toml(path))
    try:
        settings = Settings(**values)
    except ValidationError as faults:
        raise ConfigError(
            listed(path, [sentence(f, Settings.model_fields) for f in faults.errors()])
        ) from None
    wrong = _contradictions(settings, values)
    if wrong:
        raise ConfigError(listed(path, wrong))
    return settings


def outdated(path: Path) -> list[str]:
    """Say which settings go by a former name, and by which they go now."""
    return [
        f"{before} is now {after}" for before, after in renamed.found(read_toml(path))
    ]


def _contradictions(settings: Settings, values: Mapping[str, Any]) -> list[str]:
    wrong = _secrets_in_the_file(values)
    wrong += relays.faults(settings.every_relay)
    return wrong + _signing_faults(settings)


def _signing_faults(settings: Settings) -> list[str]:
    dkim, wrong = settings.dkim, []
    domain = dkim.domain or settings.mail.domain
    sender = settings.sender.address.rpartition("@")[2]
    if dkim.selector and sender != domain and not sender.endswith(f".{domain}"):
        wrong.append(
            f"dkim.domain: {domain} does not stand for {sender}, the domain of"
            " sender.address; receivers would not count the signature"
        )
    if dkim.selector and dkim.relay_signs:
        wrong.append("dkim.relay_signs: the relay signs, or dkim.selector; not both")
    if dkim.ed25519_selector and dkim.ed25519_selector == dkim.selector:
        wrong.append("dkim.ed25519_selector: each key needs a selector of its own")
    if dkim.ed25519_selector and not dkim.selector:
        wrong.append(
            "dkim.selector: empty; Ed25519 alone is unknown to many receivers,"
            " it stands beside an RSA key"
        )
    return wrong


def _secrets_in_the_file(values: Mapping[str, Any]) -> list[str]:
    places: list[tuple[tuple[str, ...], str]]
    places = [(("keys",), "signing"), (("keys",), "address"), (("relay",), "password")]
    places += [(("relays", name), "password") for name in values.get("relays", {})]
    wrong = []
    for tables, key in places:
        table: Any = values
        for name in tables:
            table = table.get(name, {})
        if table.get(key):
            place = ".".join(tables)
            variable = "__".join(("MAILER_" + "__".join(tables), key)).upper()
            wrong.append(
                f"{place}.{key}: a secret stands in the file; put it into"
                f" {place}.{key}_file or {variable}"
            )
    return wrong
