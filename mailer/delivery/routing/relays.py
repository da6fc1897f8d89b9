"""Which relay takes a message: pure rules of choice and of taking over.

The first relay whose rule fits takes a message, in the order of the settings; [relay]
takes the rest. A relay that cannot be used is replaced along its fallbacks, and where
none of them can be used the message waits.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mailer.settings.relays import DEFAULT, DomainSettings, RelaySettings
from mailer.settings.sections import Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """What one relay is for; domains and templates, where both are given, must fit."""

    relay: str
    domains: tuple[str, ...]
    templates: tuple[str, ...]

    def fits(self, domain: str, template: str) -> bool:
        """Whether a message to this domain, from this template, goes this way."""
        if not (self.domains or self.templates):
            return False
        return (not self.domains or matching(domain, self.domains) is not None) and (
            not self.templates or template in self.templates
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Relays:
    """Every relay of a site, the rules in order, and who takes over from whom."""

    settings: Mapping[str, RelaySettings]
    rules: Sequence[Rule]

    def choose(self, domain: str, template: str) -> str:
        """Return the name of the relay a message is for."""
        for rule in self.rules:
            if rule.fits(domain, template):
                return rule.relay
        return DEFAULT

    def standing_in(self, name: str, usable: Callable[[str], bool]) -> str | None:
        """Return a relay or the first of its fallbacks that can be used."""
        asked: str = name
        while not usable(asked):
            asked = self.settings[asked].fallback
            if not asked:
                return None
        return asked


def read(settings: Settings) -> Relays:
    """Make the rules of the settings, which are known to be without rings."""
    return Relays(
        settings=settings.every_relay,
        rules=[
            Rule(relay=name, domains=each.domains, templates=each.templates)
            for name, each in settings.relays.items()
        ],
    )


def matching(domain: str, patterns: Sequence[str]) -> str | None:
    """Return the closest of the patterns that a domain falls under.

    A domain stands for itself; *.fr stands for all that ends in .fr, and of two such
    patterns the longer one is closer.
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
    """What each provider bears; a pattern or the default counts each domain apart."""

    settings: Mapping[str, DomainSettings]

    def of(self, domain: str) -> DomainSettings:
        """Return the limits of a recipient domain."""
        found = matching(domain, tuple(self.settings))
        return self.settings.get(found or DEFAULT, _UNLIMITED)


_UNLIMITED = DomainSettings()
