"""Reads settings that a person gives one by one, such as `relay.port=587`."""

from collections.abc import Iterable
from typing import Any

from audiences.intake.encodings import parsed
from mailer.errors import ConfigError
from mailer.settings.sections import Settings

Values = dict[tuple[str, str], Any]  # (section, key) → value


def values(pairs: Iterable[str]) -> Values:
    """Return the values of pairs SECTION.KEY=VALUE.

    A value is read as TOML if it is that, and as text otherwise. Raises ConfigError for
    a pair of another form, or for a section that does not exist; the value itself is
    checked when the settings are loaded.
    """
    found: Values = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        section, dot, key = name.strip().partition(".")
        if not (equals and dot and key):
            raise ConfigError(
                f"found {pair!r}; expected SECTION.KEY=VALUE, such as relay.port=587"
            )
        if section not in Settings.model_fields:
            known = ", ".join(Settings.model_fields)
            raise ConfigError(f"{name}: no such section; expected one of {known}")
        found[section, key] = _value(value.strip())
    return found


def _value(text: str) -> Any:
    try:
        return parsed.toml(f"value = {text}")["value"]
    except ValueError:
        return text
