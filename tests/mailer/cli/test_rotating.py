"""Keys are replaced without a link or a letter that no longer verifies."""

import asyncio
import json
import secrets
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine

from mailer import clock
from mailer.cli.site import keys
from mailer.composing import dkim_keys
from mailer.errors import ConfigError, RefusedError
from mailer.links import Purpose, Stamp
from mailer.maintenance import starting
from mailer.settings import loading
from mailer.settings.toml import edit_toml
from mailer.sites.opening import open_site
from tests.acts.commands import Mailer
from tools.peers.zone import Zone

STAMP = Stamp(bytes(4), 7, b"a reader")


@pytest.fixture
def store() -> str:
    """Run on SQLite only: keys do not depend on the store."""
    return "sqlite"


async def token(config: Path) -> str:
    async with open_site(config) as site:
        return site.signer.message(STAMP).unsubscribe


async def verifies(config: Path, link: str) -> bool:
    async with open_site(config) as site:
        return site.signer.stamp(link, Purpose.UNSUBSCRIBE) == STAMP


def test_links_of_former_keys_stay_valid_for_the_months_of_the_setting(
    mailer: Mailer,
) -> None:
    """Four rotations, a year apart; former keys are kept for two years."""
    links, shown = [asyncio.run(token(mailer.config))], []
    for year in (2027, 2028, 2029, 2030):
        with time_machine.travel(datetime(year, 5, 4, tzinfo=UTC)):
            shown.append(mailer("keys", "rotate", "signing"))
        links.append(asyncio.run(token(mailer.config)))
    settings = loading.load(mailer.config).keys

    assert [each.code for each in shown] == [0] * 4
    assert settings.signing_file == Path("secrets/signing-20300504.key")
    assert [each.name for each in settings.previous_signing_files] == [
        "signing-20290504.key",
        "signing-20280504.key",
    ]
    assert "signing-20270504.key are no longer valid" in " ".join(shown[3].out.split())
    assert len(set(links)) == 5


def test_a_rotated_key_is_private_and_new_and_the_former_one_still_verifies(
    mailer: Mailer,
) -> None:
    before = asyncio.run(token(mailer.config))
    twice = [mailer("keys", "rotate", "signing") for _ in range(2)]
    after = asyncio.run(token(mailer.config))
    made = mailer.config.parent / loading.load(mailer.config).keys.signing_file
    first = (mailer.config.parent / "secrets" / "signing.key").read_text("utf-8")

    assert [each.code for each in twice] == [0, 0]
    assert asyncio.run(verifies(mailer.config, before))
    assert asyncio.run(verifies(mailer.config, after))
    assert before != after
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert made.read_text(encoding="utf-8") != first


def test_a_key_of_the_environment_is_not_rotated(
    mailer: Mailer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILER_KEYS__SIGNING", secrets.token_urlsafe(48))
    before = mailer.config.read_bytes()
    ran = mailer("keys", "rotate", "signing")

    assert ran.code == 1
    assert "the key is in MAILER_KEYS__SIGNING" in " ".join(ran.err.split())
    assert mailer.config.read_bytes() == before


def test_a_new_dkim_key_is_not_used_before_it_is_published(mailer: Mailer) -> None:
    made = mailer("keys", "rotate", "dkim", "--json")
    again = mailer("keys", "rotate", "dkim", "--json")
    (record,) = json.loads(made.out)
    selector = record["name"].partition(".")[0]

    assert (made.code, again.code) == (0, 0)
    assert json.loads(again.out)[0]["name"] != record["name"]
    assert f"mailer keys rotate dkim --use {selector}" in " ".join(made.err.split())
    assert loading.load(mailer.config).dkim.selector == ""


@pytest.mark.prove
async def test_a_published_dkim_key_is_used_when_asked(
    folder: Path, zone: Zone
) -> None:
    config = folder / "config.toml"
    values = {("dkim", "domain"): "liaison.example", ("dkim", "selector"): ""}
    edit_toml(config, values)
    rsa = dkim_keys.make(folder / "secrets" / "dkim-l2.pem")
    other = dkim_keys.make(folder / "secrets" / "dkim-l2e.pem", ed25519=True)
    async with open_site(config) as site:
        with pytest.raises(RefusedError, match="use an RSA key first"):
            await keys.use_key(site, "l2e", server=zone.server)
        with pytest.raises(RefusedError, match="does not have this key yet; publish"):
            await keys.use_key(site, "l2", server=zone.server)
        with pytest.raises(RefusedError, match="no DNS server answers"):
            await keys.use_key(site, "l2", server=("127.0.0.1", 1))
        with pytest.raises(ConfigError, match="none"):
            await keys.use_key(site, "none", server=zone.server)
        for name, key in (("l2", rsa), ("l2e", other)):
            record = dkim_keys.record(name, "liaison.example", key)
            pieces = [record.text[at : at + 200] for at in range(0, 800, 200)]
            text = " ".join(f'"{each}"' for each in pieces if each)
            zone.records[record.name, "TXT"] = [text]
        await keys.use_key(site, "l2", server=zone.server)
    async with open_site(config) as site:
        await keys.use_key(site, "l2e", server=zone.server)
    async with open_site(config) as site:
        used = dict(dkim_keys.read(site.settings, site.root))

    assert list(used) == ["l2", "l2e"]


def test_nothing_is_imported_or_released_with_another_address_key(
    mailer: Mailer, tmp_path: Path
) -> None:
    key = mailer.config.parent / "secrets" / "address.key"
    asyncio.run(checked(mailer.config))
    key.write_text(secrets.token_urlsafe(48), encoding="utf-8")
    (tmp_path / "list.csv").write_text("address,name\na@b.example,A\n", "utf-8")
    for command in (
        ("contacts", "import", str(tmp_path / "list.csv"), "--apply", "--by", "editor"),
        ("campaigns", "release", "1", "--by", "editor"),
        ("tick", "--once"),
        ("work", "--until-idle"),
    ):
        ran = mailer(*command)
        assert ran.code == 1
        assert "the key is not the one that this store was made with" in " ".join(
            ran.err.split()
        ), command


async def checked(config: Path) -> None:
    """Let the store know its key, as the first start does."""
    async with open_site(config) as site:
        await starting.check(site, now=clock.now())


def test_an_interrupted_change_of_the_settings_leaves_the_former_file(
    tmp_path: Path,
) -> None:
    path = tmp_path / "config.toml"
    path.write_text("[site]\nname = 'a'\n", encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(ValueError, match=r"."):
        edit_toml(path, {("site", "name"): object()})
    edit_toml(path, {("mail", "domain"): "b.example"})

    assert path.read_text(encoding="utf-8").startswith("[site]\nname = 'a'\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["config.toml"]
