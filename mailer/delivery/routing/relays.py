"""Which relay takes a message, and which fallback replaces it: pure rules.

The first relay in the settings whose rule fits takes a message; [relay] takes the rest.
A relay that cannot be used is replaced by its fallback, that one by its own, and so on.
If none can be used, the message waits.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mailer.settings.relays import DEFAULT, DomainSettings, RelaySettings
from mailer.settings.sections import Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """The messages of one relay; if domains and templates are given, both must fit."""

    relay: str
    domains: tuple[str, ...]
    templates: tuple[str, ...]

    def fits(self, domain: str, template: str) -> bool:
        """Return whether a message to this domain, from this template, is for it."""
        if not (self.domains or self.templates):
            return False
        return (not self.domains or matching(domain, self.domains) is not None) and (
            not self.templates or template in self.templates
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Relays:
    """All relays of a site, with their fallbacks, and the rules in order."""

    settings: Mapping[str, RelaySettings]
    rules: Sequence[Rule]

    def choose(self, domain: str, template: str) -> str:
        """Return the name of the relay a message is for."""
        for rule in self.rules:
            if rule.fits(domain, template):
                return rule.relay
        return DEFAULT

    def first_usable(self, name: str, usable: Callable[[str], bool]) -> str | None:
        """Return a relay, or the first of its fallbacks that is usable, or None."""
        candidate: str = name
        while not usable(candidate):
            candidate = self.settings[candidate].fallback
            if not candidate:
                return None
        return candidate


def read(settings: Settings) -> Relays:
    """Return the relays and rules of settings whose fallbacks have no cycle."""
    return Relays(
        settings=settings.every_relay,
        rules=[
            Rule(relay=name, domains=each.domains, templates=each.templates)
            for name, each in settings.relays.items()
        ],
    )


def matching(domain: str, patterns: Sequence[str]) -> str | None:
    """Return the most specific pattern that matches a domain, or None.

    A domain matches itself; *.fr matches every domain that ends in .fr. The longer of
    two such patterns is more specific.
    """
    if domain in patterns:
        return domain
    under = [
        pattern
        for pattern in patterns
        if pattern.startswith("*.") and domain.endswith(pattern[1:])
    ]
    return max(under, key=len, default=None)


def domain_of(address: str) -> str:
    """Return the domain of a normalised address."""
    return address.rpartition("@")[2]


@dataclass(frozen=True, kw_only=True, slots=True)
class DomainLimits:
    """The limits of recipient domains; each domain of a pattern has its own count."""

    settings: Mapping[str, DomainSettings]

    def of(self, domain: str) -> DomainSettings:
        """Return the limits of a recipient domain."""
        found = matching(domain, tuple(self.settings))
        return self.settings.get(found or DEFAULT, _UNLIMITED)


_UNLIMITED = DomainSettings()
