"""Finds environment variables that are meant as settings and are none."""

import os
from collections.abc import Iterator
from typing import get_origin

from audiences.intake.encodings import parsed
from mailer.settings.sections import Settings

PREFIX = "MAILER_"  # of the variables that give settings
COLLECTIONS = (tuple, list, dict)
OTHER_VARIABLES = {"MAILER_CONFIG"}  # the path of config.toml


def unknown() -> Iterator[str]:
    """Yield a sentence for each variable that looks like a setting and is none."""
    for name in sorted(os.environ):
        rest = name.upper().removeprefix(PREFIX)
        if rest == name.upper() or name in OTHER_VARIABLES:
            continue
        section, nested, _ = rest.lower().partition("__")
        if section not in Settings.model_fields:
            yield f"the variable {name} is no setting; {_suggestion(rest)}"
        elif not nested and not os.environ[name].lstrip().startswith("{"):
            yield (
                f"the variable {name} names a whole section; expected a setting of it,"
                f" such as {PREFIX}{section.upper()}__…"
            )


def unreadable() -> Iterator[str]:
    """Yield a sentence for each variable of a list or a table that is not JSON."""
    for name in sorted(os.environ):
        section, _, key = name.upper().removeprefix(PREFIX).lower().partition("__")
        model = Settings.model_fields.get(section)
        fields = getattr(model.annotation, "model_fields", {}) if model else {}
        kind = get_origin(fields[key].annotation) if key in fields else None
        if name.upper().startswith(PREFIX) and (not fields or kind in COLLECTIONS):
            try:
                parsed.json_value(os.environ[name])
            except ValueError:
                yield (
                    f"the variable {name} cannot be read; a list is written as"
                    " [5, 30], a table as JSON"
                )


def _suggestion(rest: str) -> str:
    section, _, name = rest.partition("_")
    if name and section.lower() in Settings.model_fields:
        return f"write {PREFIX}{section}__{name.lstrip('_')}, with two underscores"
    return f"expected {PREFIX}SECTION__SETTING, as in config.toml"
