"""The doctor finds faults and gives remedies; it does not need a network."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from mailer import clock
from mailer.cli.main import cli
from mailer.composing import dkim_keys
from mailer.doctor import domains, examine, machine, storage
from mailer.doctor.finding import Finding, Grade
from mailer.settings.sections import Settings
from mailer.settings.toml import edit_toml
from mailer.sites.site import Site
from tests.acts import campaigning
from tests.conftest import STORES
from tools.peers.relay import Relay
from tools.peers.zone import Zone


def about(findings: list[Finding], subject: str) -> Finding:
    return next(each for each in findings if each.about == subject)


async def examined(site: Site) -> list[Finding]:
    return await examine.examine(site.root / "config.toml", now=clock.now())


@pytest.fixture
def store() -> str:
    """Run on SQLite only: the kind of store does not matter."""
    return "sqlite"


async def test_a_relay_that_is_away_is_an_error_with_its_host_and_port(
    site: Site, relay: Relay
) -> None:
    await relay.stop()
    found = about(await examined(site), "relay")

    assert found.level is Grade.ERROR
    assert f"127.0.0.1:{relay.port} cannot be used" in found.sentence
    assert "host, port and security" in found.remedy


@pytest.mark.parametrize("store", STORES)
async def test_a_site_in_order_has_no_error(site: Site, relay: Relay) -> None:
    relay.extensions += ("PIPELINING",)
    found = await examined(site)
    errors = [each for each in found if each.level is Grade.ERROR]

    assert errors == []
    assert about(found, "relay").sentence.endswith(
        "PIPELINING, 8BITMIME, SIZE 10,000,000"
    )
    assert about(found, "names").level is Grade.NOTE


async def test_a_secret_that_others_can_read_is_named(site: Site) -> None:
    (site.root / "secrets" / "signing.key").chmod(0o644)
    found = about(await examined(site), "secrets")

    assert found.level is Grade.ERROR
    assert found.remedy == "chmod 600 secrets/signing.key"


@pytest.mark.parametrize("mode", [0o750, 0o701, 0o770])
async def test_a_site_that_others_can_look_into_is_an_error(
    site: Site, mode: int
) -> None:
    site.root.chmod(mode)
    found = about(await examined(site), "files")

    assert found.level is Grade.ERROR
    assert found.remedy == f"chmod -R go= {site.root}"


def test_an_ed25519_key_that_the_group_can_read_is_named(tmp_path: Path) -> None:
    dkim = {"selector": "l2027", "ed25519_selector": "e2027"}
    settings = Settings.model_validate({"dkim": dkim})
    dkim_keys.make(tmp_path / settings.dkim.key_file)
    dkim_keys.make(tmp_path / settings.dkim.ed25519_key_file, ed25519=True)
    (tmp_path / settings.dkim.ed25519_key_file).chmod(0o640)
    (found,) = machine.secrets(settings, tmp_path)

    assert found.level is Grade.ERROR
    assert found.remedy == "chmod 600 secrets/dkim-ed25519.pem"


async def test_a_clock_behind_the_store_is_an_error(site: Site, tmp_path: Path) -> None:
    await campaigning.add(site, campaigning.write(tmp_path))
    past = clock.now() - timedelta(hours=1)
    found = about(await storage.examine(site.database, now=past), "clock")

    assert found.level is Grade.ERROR


@pytest.mark.prove
@pytest.mark.parametrize("store", ["postgresql"])
async def test_a_store_that_was_waited_for_is_no_wrong_clock(
    site: Site, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "TOLERANCE", timedelta(seconds=2))
    held = asyncio.Event()

    async def hold() -> None:
        async with site.database.writing() as session:
            await session.execute(text("lock table message"))
            held.set()
            await asyncio.sleep(4)

    holding = asyncio.create_task(hold())
    await held.wait()
    findings = await examine.examine(folder / "config.toml", now=clock.now())
    await holding
    found = about(findings, "clock")

    assert found.level is Grade.OK


@pytest.mark.prove
@pytest.mark.parametrize("store", ["postgresql"])
async def test_a_store_that_another_program_holds_is_said_and_soon(
    site: Site, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It holds what the doctor reads, for longer than any command waits."""
    monkeypatch.setattr(examine, "PATIENCE", 0.2)
    async with site.database.writing() as session:
        await session.execute(text("lock table message, campaign"))
        async with asyncio.timeout(25):  # less than busy_seconds
            findings = await examine.examine(folder / "config.toml", now=clock.now())
    found = [each for each in findings if each.about == "store"]

    assert Grade.ERROR in {each.level for each in found}
    assert any("another program holds it" in each.sentence for each in found)
    assert any(each.remedy.startswith("wait until that program") for each in found)


async def test_settings_that_cannot_be_read_are_the_only_finding(folder: Path) -> None:
    edit_toml(folder / "config.toml", {("relay", "port"): 0})
    (found,) = await examine.examine(folder / "config.toml", now=clock.now())

    assert (found.about, found.level) == ("configuration", Grade.ERROR)
    assert "relay.port: found 0" in found.sentence


async def test_a_store_without_tables_is_an_error(folder: Path) -> None:
    (folder / "mailer.db").write_bytes(b"")
    found = await examine.examine(folder / "config.toml", now=clock.now())

    assert "`mailer init` makes a site" in about(found, "store").remedy


def test_the_command_prints_json_and_fails_on_an_error(folder: Path) -> None:
    edit_toml(folder / "config.toml", {("relay", "port"): 1})
    config = str(folder / "config.toml")
    result = CliRunner().invoke(
        cli, ["--config", config, "doctor", "--json"], standalone_mode=False
    )
    printed = json.loads(result.output)

    assert result.return_value == 1
    assert printed["ok"] is False
    assert {each["about"] for each in printed["findings"]} >= {
        "relay",
        "store",
        "disk",
    }
    assert set(printed["findings"][0]) == {"about", "level", "sentence", "remedy"}


SETTINGS = Settings.model_validate(
    {
        "mail": {"domain": "letters.org", "return_domain": "return.letters.org"},
        "sender": {"address": "unit@news.letters.org"},
        "dkim": {"selector": "l2027", "key_file": "dkim.pem"},
    }
)


async def looked_up(zone: Zone, root: Path) -> dict[str, Finding]:
    found = await domains.examine(SETTINGS, root, server=zone.server)
    return {each.about: each for each in found}


async def test_correct_dns_records_have_no_fault(zone: Zone, tmp_path: Path) -> None:
    record = dkim_keys.record(
        "l2027", "letters.org", dkim_keys.make(tmp_path / "dkim.pem")
    )
    pieces = [record.text[at : at + 200] for at in range(0, len(record.text), 200)]
    zone.records |= {
        ("return.letters.org", "TXT"): ['"v=spf1 ip4:192.0.2.1 -all"'],
        (record.name, "TXT"): [" ".join(f'"{piece}"' for piece in pieces)],
        ("_dmarc.letters.org", "TXT"): ['"v=DMARC1; p=quarantine"'],
        ("return.letters.org", "MX"): ["10 mx.letters.org."],
    }
    found = await looked_up(zone, tmp_path)

    assert {each.level for each in found.values()} == {Grade.OK}
    assert list(found) == ["SPF", "DKIM", "DMARC", "returns"]


async def test_missing_dns_records_are_reported_with_the_line_to_publish(
    zone: Zone, tmp_path: Path
) -> None:
    dkim_keys.make(tmp_path / "dkim.pem")
    found = await looked_up(zone, tmp_path)

    assert found["SPF"].level is Grade.ERROR
    assert found["DKIM"].remedy.startswith("publish l2027._domainkey.letters.org. IN")
    assert found["DMARC"].remedy.startswith("publish _dmarc.news.letters.org")
    assert found["returns"].level is Grade.WARNING


async def test_two_spf_records_and_another_key_are_errors(
    zone: Zone, tmp_path: Path
) -> None:
    dkim_keys.make(tmp_path / "dkim.pem")
    zone.records |= {
        ("return.letters.org", "TXT"): ['"v=spf1 -all"', '"v=spf1 ~all"'],
        ("l2027._domainkey.letters.org", "TXT"): ['"v=DKIM1; p=MIIB"'],
    }
    found = await looked_up(zone, tmp_path)

    assert "2 SPF records" in found["SPF"].sentence
    assert "another key" in found["DKIM"].sentence


@pytest.mark.prove
async def test_without_a_resolver_there_is_one_note(tmp_path: Path) -> None:
    dkim_keys.make(tmp_path / "dkim.pem")
    (found,) = await domains.examine(SETTINGS, tmp_path, server=("127.0.0.1", 1))

    assert found.level is Grade.NOTE
    assert "no DNS resolver answers" in found.sentence


@pytest.mark.parametrize(
    ("web", "level"),
    [
        ({}, Grade.OK),
        ({"host": "0.0.0.0"}, Grade.WARNING),  # noqa: S104
        ({"host": "10.0.0.5", "trusted_proxies": ["10.0.0.4"]}, Grade.OK),
    ],
)
def test_pages_for_other_machines_need_a_proxy(
    web: dict[str, object], level: Grade
) -> None:
    (found,) = machine.web(Settings.model_validate({"web": web}))

    assert found.level is level
