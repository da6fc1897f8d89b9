"""Variables that look like settings and are none are refused by their names."""

from pathlib import Path

import pytest

from mailer.errors import ConfigError
from mailer.settings import loading
from tools.checkout import ROOT


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("MAILER_RELAY_HOST", "x", "write MAILER_RELAY__HOST"),
        ("MAILER_RELAY", "x", "names a whole section"),
        ("MAILER_NONSENSE", "1", "MAILER_NONSENSE is no setting"),
        ("mailer_nonsense", "1", "mailer_nonsense is no setting"),
        (
            "MAILER_DELIVERY__RETRY_MINUTES",
            "5,30",
            "variable MAILER_DELIVERY__RETRY_MINUTES cannot be read; a list is written",
        ),
        ("MAILER_ALERTS__TO", "[" * 9_000, "MAILER_ALERTS__TO cannot be read"),
        ("MAILER_RELAY__PORTT", "25", "relay.portt"),
        ("MAILER_RELAY__PORT", "many", "relay.port"),
    ],
)
def test_a_variable_that_is_no_setting_is_named(
    name: str, value: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(ConfigError) as refused:
        loading.load(ROOT / "config.toml")

    assert sentence in str(refused.value)


def test_variables_that_are_settings_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILER_CONFIG", str(tmp_path))
    monkeypatch.setenv("MAILER_DELIVERY__RETRY_MINUTES", "[5, 30]")
    monkeypatch.setenv("MAILER_RELAYS__SPARE__HOST", "127.0.0.1")
    settings = loading.load(ROOT / "config.toml")

    assert settings.delivery.retry_minutes == (5, 30)
    assert settings.relays["spare"].host == "127.0.0.1"
