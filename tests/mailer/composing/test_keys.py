"""DKIM keys: made once, readable by their owner; errors name their setting."""

import stat
from collections.abc import Mapping
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from mailer.cli.main import run
from mailer.composing import dkim, dkim_keys
from mailer.errors import ConfigError, RefusedError
from mailer.settings import loading
from mailer.settings.sections import Settings
from mailer.settings.toml import edit_toml
from mailer.sites.opening import open_site


def set_dkim(site: Path, **values: object) -> Path:
    """Change [dkim] of a site; return its config.toml."""
    edit_toml(
        site / "config.toml", {("dkim", key): each for key, each in values.items()}
    )
    return site / "config.toml"


@pytest.fixture(params=["sqlite"])
def store(request: pytest.FixtureRequest) -> str:
    """Return one store: keys do not depend on it."""
    return str(request.param)


async def test_a_new_key_is_private_and_signs(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del capsys
    made = dkim_keys.make(folder / "secrets" / "dkim-l2027.pem")
    path = set_dkim(folder, selector="l2027", key_file="secrets/dkim-l2027.pem")

    mode = (folder / "secrets" / "dkim-l2027.pem").stat().st_mode
    async with open_site(path) as site:
        signer = dkim.signer_of(site.settings, site.root)
        held = dict(dkim_keys.read(site.settings, site.root))
    assert stat.S_IMODE(mode) == 0o600
    assert signer is not None
    assert signer.domain == "liaison.example"
    assert dkim_keys.record("l2027", "x.example", held["l2027"]) == dkim_keys.record(
        "l2027", "x.example", made
    )


def test_the_command_prints_the_dns_record(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["--config", str(folder / "config.toml"), "keys", "dkim"]

    assert run([*command, "--selector", "l2027"]) == 0

    printed = capsys.readouterr()
    assert printed.out.startswith(
        'l2027._domainkey.liaison.example. IN TXT ( "v=DKIM1; k=rsa'
    )
    assert 'key_file = "secrets/dkim-l2027.pem"' in printed.err
    assert run([*command, "--selector", "l2027"]) == 1
    assert "never overwritten" in capsys.readouterr().err
    assert run([*command, "--selector", "no label"]) == 2


def test_an_existing_key_is_never_overwritten(tmp_path: Path) -> None:
    dkim_keys.make(tmp_path / "key.pem", ed25519=True)
    before = (tmp_path / "key.pem").read_bytes()

    with pytest.raises(RefusedError, match="exists"):
        dkim_keys.make(tmp_path / "key.pem")

    assert (tmp_path / "key.pem").read_bytes() == before


def weak(path: Path) -> None:
    """Write a key that is too short."""
    key = generate_private_key(public_exponent=65_537, key_size=1024)  # noqa: S505 (it must be refused)
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


def test_a_key_that_cannot_sign_is_refused_with_its_setting(tmp_path: Path) -> None:
    both = Settings.model_validate({"dkim": {"selector": "a", "key_file": "a.pem"}})
    with pytest.raises(ConfigError, match=r"dkim\.key_file: .*cannot be read"):
        dkim_keys.read(both, tmp_path)
    (tmp_path / "a.pem").write_text("no key")
    with pytest.raises(ConfigError, match="not a private key in PEM"):
        dkim_keys.read(both, tmp_path)
    weak(tmp_path / "a.pem")
    with pytest.raises(ConfigError, match="1024 bits"):
        dkim_keys.read(both, tmp_path)
    (tmp_path / "a.pem").unlink()
    dkim_keys.make(tmp_path / "a.pem", ed25519=True)
    with pytest.raises(ConfigError, match="not an RSA key"):
        dkim_keys.read(both, tmp_path)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            {"selector": "a", "domain": "other.example"},
            "expected liaison.example, the domain of",
        ),
        ({"selector": "a", "relay_signs": True}, "not both"),
        ({"ed25519_selector": "e"}, "beside an RSA key"),
        ({"selector": "a", "ed25519_selector": "a"}, "a selector of its own"),
        ({"selector": "not a label"}, "dkim.selector"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(
    folder: Path, values: Mapping[str, object], sentence: str
) -> None:
    with pytest.raises(ConfigError, match=sentence):
        loading.load(set_dkim(folder, **values))


def test_a_sentence_says_who_signs_letters() -> None:
    def sentence(**values: object) -> str:
        return dkim_keys.who_signs(Settings.model_validate({"dkim": values}))

    assert sentence() == "letters are not signed"
    assert sentence(relay_signs=True) == "the relay 127.0.0.1 signs letters"
    assert "a._domainkey.liaison.example (RSA)" in sentence(selector="a")
    assert "(Ed25519)" in sentence(selector="a", ed25519_selector="e")
