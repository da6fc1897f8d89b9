"""`mailer kit`: its units satisfy systemd, its lines of the DNS satisfy the doctor."""

import re
from pathlib import Path

import dns.rdatatype
import dns.zone
import pytest

from mailer.composing import dkim_keys
from mailer.doctor import domains
from mailer.doctor.finding import Grade
from mailer.errors import RefusedError
from mailer.maintenance import kit
from mailer.settings.toml import edit_toml
from mailer.sites.opening import open_site
from mailer.sites.site import Site
from tests.acts import kits, real_sites
from tests.acts.commands import COMMANDS, Mailer
from tests.acts.real_sites import REAL
from tools.peers.zone import Zone

pytestmark = pytest.mark.parametrize("store", ["sqlite"])

SERVICES = ("liaison.service", "liaison-backup.service")
EXPOSED = "25"  # tenths of a point; systemd calls less than 40 “OK”, 96 the worst


def test_systemd_finds_no_fault_in_the_units(site: Site, tmp_path: Path) -> None:
    kits.written(site, tmp_path)
    units = [tmp_path / "kit" / name for name in (*SERVICES, "liaison-backup.timer")]

    assert kits.judged("systemd-analyze", "verify", "--man=no", *units) == "exit 0"


@pytest.mark.parametrize("unit", SERVICES)
def test_a_service_gets_few_rights(site: Site, tmp_path: Path, unit: str) -> None:
    kits.written(site, tmp_path)
    judge = ("systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSED}")

    said = kits.judged(*judge, tmp_path / "kit" / unit)

    assert said.endswith("exit 0"), said


async def test_the_lines_of_the_dns_are_what_the_doctor_looks_for(
    folder: Path, tmp_path: Path, zone: Zone
) -> None:
    values = {(a, b): each for a, keys in REAL.items() for b, each in keys.items()}
    edit_toml(folder / "config.toml", values)
    dkim_keys.make(folder / "secrets" / "dkim-l1.pem", ed25519=False)
    key = {("dkim", "selector"): "l1", ("dkim", "key_file"): "secrets/dkim-l1.pem"}
    edit_toml(folder / "config.toml", key)
    async with open_site(folder / "config.toml") as site:
        kit.write(site, tmp_path / "kit", kits.host(tmp_path))
        text = (tmp_path / "kit" / "dns.txt").read_text()
        published = dns.zone.from_text(
            text, origin=".", relativize=False, check_origin=False
        )
        for name, _, record in published.iterate_rdatas():
            key_of = name.to_text(omit_final_dot=True)
            kind = dns.rdatatype.to_text(record.rdtype)
            zone.records[key_of, kind] = [record.to_text()]
        found = await domains.examine(site.settings, site.root, server=zone.server)

    assert [each.about for each in found] == ["SPF", "DKIM", "DMARC", "returns"]
    assert {each.level for each in found} == {Grade.OK}, found


def test_without_a_key_the_lines_say_how_to_make_one(
    site: Site, tmp_path: Path
) -> None:
    unsigned = kits.written(site, tmp_path, dkim={"relay_signs": False})["dns.txt"]

    assert "; letters are not signed\n" in unsigned


def test_every_place_of_a_sample_is_filled(site: Site, tmp_path: Path) -> None:
    texts = kits.written(site, tmp_path)

    assert [name for name, text in texts.items() if re.search(r"@[A-Z]+@", text)] == []


def test_the_commands_of_the_list_exist(site: Site, tmp_path: Path) -> None:
    text = kits.written(site, tmp_path)["first-letter.txt"]
    named = [tuple(each.split()) for each in re.findall(r"`mailer ([a-z ]+)", text)]

    assert len(named) > 6
    assert [each for each in named if not {each[:1], each[:2]} & set(COMMANDS)] == []


def test_a_file_that_exists_is_not_overwritten(site: Site, tmp_path: Path) -> None:
    (tmp_path / "kit").mkdir()
    (tmp_path / "kit" / "nginx.conf").write_text("mine")

    with pytest.raises(RefusedError, match=r"nginx\.conf exists"):
        kits.written(site, tmp_path)
    assert [each.name for each in (tmp_path / "kit").iterdir()] == ["nginx.conf"]


@pytest.mark.parametrize("name", ["my site", "100%", 'a"b', "a$b", "é"])
def test_a_path_that_means_something_to_systemd_is_refused(
    site: Site, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).mkdir()
    host = kits.host(tmp_path / name)

    with pytest.raises(RefusedError, match="cannot stand in a unit of systemd"):
        kit.write(real_sites.real(site), tmp_path / "kit", host)


def test_a_demonstration_gets_no_kit(mailer: Mailer, tmp_path: Path) -> None:
    given = ("--user", kits.USER, "--program", "/bin/true")
    refused = mailer("kit", str(tmp_path / "kit"), *given)

    assert refused.code == 1
    assert "expected an address with https" in " ".join(refused.err.split())
