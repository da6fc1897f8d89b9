"""A message goes by the relay whose rule fits, or by its fallback."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.delivery.routing import relays
from mailer.delivery.routing.relays import DomainLimits, Relays
from mailer.settings.relays import DomainSettings, RelaySettings
from mailer.settings.sections import Settings

NAMES = ["default", "a", "b", "c"]


def site() -> Relays:
    named = {
        "spare": {},
        "french": {"for": ["*.fr", "gmail.com"]},
        "letters": {"templates": ["monthly-letter"]},
        "both": {"for": ["unesco.org"], "templates": ["invitation"]},
        "loire": {"for": ["*.loire.fr"], "fallback": "default"},
    }
    return relays.read(
        Settings.model_validate({"relay": {"fallback": "spare"}, "relays": named})
    )


@pytest.mark.parametrize(
    ("domain", "template", "relay"),
    [
        ("gmail.com", "x", "french"),
        ("mail.gmail.com", "x", "default"),
        ("ville.fr", "monthly-letter", "french"),
        ("tours.loire.fr", "x", "french"),
        ("example.org", "monthly-letter", "letters"),
        ("unesco.org", "x", "default"),
        ("unesco.org", "invitation", "both"),
        ("nofr", "x", "default"),
    ],
)
def test_the_first_relay_that_fits_takes_a_message(
    domain: str, template: str, relay: str
) -> None:
    assert site().choose(domain, template) == relay


def test_a_relay_that_cannot_be_used_is_replaced_by_its_fallbacks() -> None:
    broken = {"loire", "default"}

    assert site().first_usable("loire", lambda name: name not in broken) == "spare"
    assert site().first_usable("french", lambda name: name != "french") is None
    assert site().first_usable("french", lambda _name: True) == "french"


@given(broken=st.sets(st.sampled_from(NAMES)), start=st.sampled_from(NAMES))
def test_only_a_usable_relay_replaces_another(broken: set[str], start: str) -> None:
    chain = Relays(
        settings={
            name: RelaySettings(fallback=after)
            for name, after in zip(NAMES, [*NAMES[1:], ""], strict=True)
        },
        rules=[],
    )
    found = chain.first_usable(start, lambda name: name not in broken)
    later = [name for name in NAMES[NAMES.index(start) :] if name not in broken]

    assert found == (later[0] if later else None)


def test_the_most_specific_limit_of_a_domain_counts() -> None:
    limits = DomainLimits(
        settings={
            "default": DomainSettings(per_minute=1),
            "*.fr": DomainSettings(per_minute=2),
            "*.loire.fr": DomainSettings(per_minute=3),
            "ville.fr": DomainSettings(per_minute=4),
        }
    )
    domains = ["a.org", "a.fr", "tours.loire.fr", "ville.fr"]

    assert [limits.of(each).per_minute for each in domains] == [1, 2, 3, 4]
    assert DomainLimits(settings={}).of("a.org").per_minute == 0
