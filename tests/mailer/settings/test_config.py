"""config.toml: the reference is complete; an error lists every fault with its key."""

import re
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from mailer.errors import ConfigError
from mailer.links import Purpose, Stamp
from mailer.settings import loading
from mailer.settings.sections import Settings
from mailer.settings.toml import edit_toml
from mailer.sites.opening import open_site
from tools.checkout import ROOT

REFERENCE = ROOT / "config.toml"
SECRETS = {("keys", "signing"), ("keys", "address"), ("relay", "password")}
# Tables in which a site chooses the keys; the reference shows them in comments.
OPEN = {"relays", "domains"}

WRONG = """
[site]
url = "liaison"
colour = "blue"
[relay]
host = "mail.example.org"
port = 70000
securty = "tls"
[delivery]
mark_ahead = 0
retry_minutes = [5, 0]
[sender]
address = "not an address"
[languges]
default = "en"
"""
KEYS = (
    "site.url",
    "site.colour",
    "relay.port",
    "relay.securty",
    "delivery.mark_ahead",
    "delivery.retry_minutes.1",
    "sender.address",
    "languges",
)


def declared() -> set[tuple[str, str]]:
    """Return (section, key) of every setting, except secrets and open tables."""
    found = set()
    for section, outer in Settings.model_fields.items():
        kind = outer.annotation
        if section in OPEN or not isinstance(kind, type):
            continue
        assert issubclass(kind, BaseModel)
        found |= {
            (section, inner.alias or key) for key, inner in kind.model_fields.items()
        }
    return found - SECRETS


def written() -> set[tuple[str, str]]:
    """Return (section, key) of the reference; one without a default is a comment."""
    table = tomllib.loads(REFERENCE.read_text(encoding="utf-8"))
    found = {(section, key) for section, keys in table.items() for key in keys}
    section = ""
    for line in REFERENCE.read_text(encoding="utf-8").splitlines():
        if opens := re.fullmatch(r"(?:# )?\[([a-z_.]+)\]", line):
            section = opens[1]
        if section in table and (noted := re.match(r"# ([a-z_]+) = ", line)):
            found.add((section, noted[1]))
    return found


def refused(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as fault:
        loading.load(path)
    return str(fault.value)


def test_the_reference_has_every_setting_and_no_other() -> None:
    closed = {(section, key) for section, key in written() if section not in OPEN}

    assert closed == declared()


def test_the_reference_has_the_defaults() -> None:
    reference = loading.load(REFERENCE).model_dump(exclude=OPEN)
    default = Settings().model_dump(exclude=OPEN)
    for each in (reference, default):
        del each["sender"]["names"], each["sender"]["postal"]

    assert {
        key: value for key, value in reference.items() if value != default[key]
    } == {}


def test_every_setting_of_the_reference_is_explained_above_it() -> None:
    """One explanation may be for several settings that follow it without a gap."""
    explained, section = False, ""
    for line in REFERENCE.read_text(encoding="utf-8").splitlines():
        section = line if line.startswith("[") else section
        explained = (explained and line != "") or line.startswith("# ")
        if " = " in line and not line.startswith("#") and "sender." not in section:
            assert explained, line


def test_every_fault_is_listed_at_once_with_its_key(tmp_path: Path) -> None:
    message = refused(tmp_path / "config.toml", WRONG)
    lines = message.splitlines()[1:]

    assert message.startswith("config.toml has 8 faults:")
    assert sorted(line.strip().split(":")[0] for line in lines) == sorted(KEYS)
    assert "relay.securty: no such setting; did you mean security?" in message
    assert "languges: no such setting; did you mean languages?" in message
    assert "found 70000" in message


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[relay]\nhost = "mail.example.org"', "relay.security"),
        ('[relay]\nuser = "me"', "relay.user"),
        ('[keys]\nsigning = "' + "abcdefgh" * 5 + '"', "keys.signing"),
        ('[keys]\naddress = "' + "abcdefgh" * 5 + '"', "keys.address"),
        ('[relay]\npassword = "hunter2"', "relay.password"),
        ("[delivery]\nretry_minutes = []", "delivery.retry_minutes"),
        ('[store]\nurl = "mysql://x"', "store.url"),
        ('[mail]\ndomain = "UPPER.example"', "mail.domain"),
        ('[delivery]\nuncertain = "guess"', "delivery.uncertain"),
        ("site = 3", "site"),
    ],
)
def test_an_invalid_setting_is_refused_without_showing_a_secret(
    tmp_path: Path, text: str, key: str
) -> None:
    message = refused(tmp_path / "config.toml", text)

    assert message.startswith(f"config.toml: {key}: ")
    assert "hunter2" not in message
    assert "abcdefgh" not in message


def test_a_file_that_is_not_toml_is_refused_with_the_line(tmp_path: Path) -> None:
    assert "line 2" in refused(tmp_path / "config.toml", "[site]\nname = \n")


@pytest.mark.parametrize("value", ["[" * 9_000, "1" * 9_000])
def test_a_file_made_to_exhaust_its_reader_is_refused(
    tmp_path: Path, value: str
) -> None:
    assert "not valid TOML" in refused(tmp_path / "config.toml", f"a = {value}")


def test_a_file_that_cannot_be_read_is_named_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        loading.load(tmp_path)

    assert str(refused.value) == f"{tmp_path} cannot be read: Is a directory"


def test_the_environment_overrides_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[relay]\nhost = "127.0.0.1"\nport = 25\n', encoding="utf-8")
    monkeypatch.setenv("MAILER_RELAY__PORT", "2500")
    monkeypatch.setenv("MAILER_SITE__DEMO", "true")

    assert loading.load(path).relay.port == 2500
    assert loading.load(path).relay.host == "127.0.0.1"
    assert loading.load(path).site.demo is True


def test_an_invalid_value_of_the_environment_is_refused_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILER_RELAY__PORT", "mail")

    assert "relay.port" in refused(tmp_path / "config.toml", "")


@pytest.mark.parametrize("store", ["sqlite"])
@pytest.mark.parametrize("name", ["signing", "address"])
@pytest.mark.parametrize(
    "secret",
    [
        "",
        "\n",
        "short",
        "a" * 64,
        "changeme",
        "passwordpasswordpasswordpassword1234",
        "correct-horse-" * 5,
    ],
)
async def test_a_weak_secret_is_refused(folder: Path, name: str, secret: str) -> None:
    (folder / "secrets" / f"{name}.key").write_text(secret)
    with pytest.raises(
        ConfigError, match=rf"keys\.{name}_file: the secret is"
    ) as fault:
        async with open_site(folder / "config.toml"):
            pass

    assert secret.strip() == "" or secret not in str(fault.value)


@pytest.mark.parametrize("store", ["sqlite"])
async def test_one_key_for_two_purposes_is_refused(folder: Path) -> None:
    keys = folder / "secrets"
    (keys / "signing.key").write_bytes((keys / "address.key").read_bytes())
    with pytest.raises(ConfigError, match="the same key is given twice"):
        async with open_site(folder / "config.toml"):
            pass


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_missing_secret_names_its_file(folder: Path) -> None:
    (folder / "secrets" / "signing.key").unlink()
    with pytest.raises(ConfigError, match=r"keys\.signing_file: .*signing\.key"):
        async with open_site(folder / "config.toml"):
            pass


STAMP = Stamp(bytes(4), 7, b"a reader")


@pytest.mark.parametrize("store", ["sqlite"])
async def test_links_of_an_older_key_stay_valid(folder: Path) -> None:
    async with open_site(folder / "config.toml") as site:
        before = site.signer.message(STAMP)
    secrets = folder / "secrets"
    (secrets / "signing.key").rename(secrets / "old.key")
    (secrets / "signing.key").write_text("the newest key: 7dc1f0a952be4c8e93")
    edit_toml(
        folder / "config.toml",
        {("keys", "previous_signing_files"): ["secrets/old.key"]},
    )
    async with open_site(folder / "config.toml") as site:
        assert site.signer.message(STAMP).unsubscribe != before.unsubscribe
        assert site.signer.stamp(before.unsubscribe, Purpose.UNSUBSCRIBE) == STAMP


ADDRESSES = {
    "https://letters.example.org": True,
    "https://example.org:8443/a/letters/": True,
    "http://127.0.0.1:8025": True,
    "http://[::1]:8025/x": True,
    "http://letters.example.org": False,
    "https://user@example.org": False,
    "https://example.org/?a=b": False,
    "https://example.org/#a": False,
    "https://example.org/a b": False,
    "https://example.org\\r\\nBcc: a@b.example": False,
    "https://example.org/../a": False,
    "https://example.org//a": False,
    "https://example.org:99999": False,
    "ftp://example.org": False,
    "https://": False,
}


@pytest.mark.parametrize("url", ADDRESSES)
def test_the_address_of_the_pages_is_strict(tmp_path: Path, url: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f'[site]\nurl = "{url}"\n', encoding="utf-8")
    if ADDRESSES[url]:
        assert loading.load(path).site.url == url.rstrip("/")
    else:
        with pytest.raises(ConfigError, match=r"site\.url"):
            loading.load(path)


def test_a_demonstration_may_be_reached_without_encryption(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    url = "http://letters.example.org"
    path.write_text(f'[site]\nurl = "{url}"\ndemo = true\n', encoding="utf-8")

    assert loading.load(path).site.url == url
