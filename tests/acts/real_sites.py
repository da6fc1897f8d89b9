"""A site that is no demonstration: its settings name what readers can reach."""

from dataclasses import replace
from typing import Any

from mailer.settings.sections import Settings
from mailer.sites.site import Site

REAL: dict[str, dict[str, Any]] = {
    "site": {"demo": False, "url": "https://letters.ngo-liaison.int"},
    "mail": {"domain": "ngo-liaison.int", "return_domain": "return.ngo-liaison.int"},
    "sender": {"address": "desk@ngo-liaison.int", "reply_to": "desk@ngo-liaison.int"},
}


def real(demo: Site, **sections: dict[str, Any]) -> Site:
    """Return a demonstration with real names, and other settings as given."""
    values = demo.settings.model_dump(by_alias=True)
    for each in (REAL, sections):
        for section, keys in each.items():
            values[section] = values[section] | keys
    return replace(demo, settings=Settings.model_validate(values))
