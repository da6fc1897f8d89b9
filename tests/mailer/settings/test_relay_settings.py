"""Relays and limits in config.toml: they are read; an error lists every fault."""

from pathlib import Path

import pytest

from mailer.errors import ConfigError
from mailer.settings import loading
from tools.checkout import ROOT

GOOD = """
[relay]
host = "127.0.0.1"
fallback = "spare"

[relays.spare]
host = "spare.example.net"
security = "tls"
port = 465

[relays.providers]
host = "smtp.example.net"
security = "starttls"
for = ["gmail.com", "*.fr"]
templates = ["monthly-letter"]
per_second = 10
per_hour = 5000
connections = 3
fallback = "default"

[domains]
default = { per_minute = 600 }
"gmail.com" = { per_minute = 100 }
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def refusal(file: Path, text: str) -> str:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        loading.load(file)
    return str(refused.value)


def test_the_reference_has_the_relays_of_an_empty_file(file: Path) -> None:
    file.write_text("", encoding="utf-8")
    reference = ROOT / "config.toml"

    written, default = loading.load(reference), loading.load(file)

    assert written.relay == default.relay
    assert written.relays == default.relays


def test_relays_and_limits_are_read(file: Path) -> None:
    file.write_text(GOOD, encoding="utf-8")
    settings = loading.load(file)

    assert list(settings.relays) == ["spare", "providers"]
    assert settings.relays["providers"].domains == ("gmail.com", "*.fr")
    assert settings.domains["gmail.com"].per_minute == 100


def test_the_environment_overrides_the_file(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text(GOOD, encoding="utf-8")
    monkeypatch.setenv("MAILER_RELAYS__PROVIDERS__PASSWORD", "from the environment")
    monkeypatch.setenv("MAILER_RELAYS__PROVIDERS__PORT", "588")

    relay = loading.load(file).relays["providers"]

    assert (relay.port, relay.password) == (588, "from the environment")
    assert relay.host == "smtp.example.net"


def test_every_fault_of_every_relay_is_listed_at_once(file: Path) -> None:
    message = refusal(
        file,
        """
        [relays.one]
        hots = "a.example"
        for = ["gmail"]
        [relays.two]
        port = 0
        [domains]
        "gmail.com" = { per_minuet = 3 }
        "gmail" = { per_minute = 3 }
        [relays.default]
        port = 25
        """,
    )

    assert "relays.one.hots: no such setting; did you mean host?" in message
    assert "relays.one.for.0: found 'gmail'; not a domain such as gmail.com" in message
    assert "relays.two.port: found 0;" in message
    assert (
        "domains.gmail.com.per_minuet: no such setting; did you mean per_minute?"
        in message
    )
    assert "domains.gmail: found 'gmail'; not a domain such as gmail.com" in message
    assert "relays.default: found 'default'; the default relay is [relay]" in message


def test_every_contradiction_of_relays_is_listed_at_once(file: Path) -> None:
    message = refusal(
        file,
        """
        [relay]
        fallback = "spare"
        [relays.spare]
        host = "spare.example.net"
        fallback = "default"
        [relays.lost]
        user = "x"
        password = "in the file"
        fallback = "nowhere"
        """,
    )

    assert "relay.fallback: the fallbacks form a loop" in message
    assert "relays.spare.security: plain to spare.example.net" in message
    assert "relays.lost.user: a login is never sent without TLS" in message
    assert (
        "relays.lost.password: found a secret, which must not be in this file"
        in message
    )
    assert "MAILER_RELAYS__LOST__PASSWORD" in message
    assert "relays.lost.fallback: found 'nowhere'; no such relay" in message
