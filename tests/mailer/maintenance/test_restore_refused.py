"""A backup is whole or no backup, and a restore overwrites nothing."""

import gzip
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mailer import clock
from mailer.errors import ConfigError, RefusedError
from mailer.maintenance import restore
from mailer.maintenance.archive import verified
from mailer.sites.site import Site
from tests.acts import delivering
from tests.acts.commands import Mailer
from tests.acts.restoring import backed_up, contents, quiet, restored
from tools.waiting import until


@pytest.mark.parametrize("store", ["sqlite"])
@pytest.mark.parametrize("damage", ["cut", "octet", "manifest", "empty"])
async def test_a_backup_that_is_not_whole_is_refused(
    site: Site, tmp_path: Path, damage: str
) -> None:
    archive, _ = await backed_up(site, tmp_path)
    octets = archive.read_bytes()
    plain = bytearray(gzip.decompress(octets))
    plain[plain.index(b"SQLite format 3") + 5000] ^= 1
    without = gzip.decompress(octets)
    archive.write_bytes(
        {
            "cut": octets[: len(octets) // 2],
            "octet": gzip.compress(bytes(plain)),
            "manifest": gzip.compress(without[: without.rindex(b"manifest.json")]),
            "empty": b"",
        }[damage]
    )
    shutil.copytree(site.root / "secrets", tmp_path / "new" / "secrets")
    with pytest.raises(RefusedError, match=r"whole backup|damaged"):
        await restore.restore(
            archive,
            tmp_path / "new",
            store=None,
            keys=None,
            now=clock.now(),
            progress=quiet,
        )

    assert [each.name for each in (tmp_path / "new").iterdir()] == ["secrets"]


async def test_a_restore_overwrites_nothing(
    site: Site, folder: Path, tmp_path: Path
) -> None:
    archive, _ = await backed_up(site, tmp_path)
    before = await contents(site)
    with pytest.raises(RefusedError, match="not empty"):
        await restore.restore(
            archive, folder, store=None, keys=None, now=clock.now(), progress=quiet
        )
    shutil.copytree(site.root / "secrets", tmp_path / "new" / "secrets")
    if not site.database.is_sqlite:
        with pytest.raises(RefusedError, match="the database is not empty"):
            await restore.restore(
                archive,
                tmp_path / "new",
                store=None,
                keys=None,
                now=clock.now(),
                progress=quiet,
            )
    with pytest.raises(RefusedError, match="exists; a backup overwrites nothing"):
        await backed_up(site, tmp_path)

    assert await contents(site) == before


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_restore_with_another_address_key_or_none_is_refused(
    site: Site, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    await delivering.work(site)  # the first start keeps the key's check value
    archive, _ = await backed_up(site, tmp_path)
    (tmp_path / "other" / "secrets").mkdir(parents=True)
    with pytest.raises(RefusedError, match="the keys are missing"):
        await restored(site, archive, tmp_path / "other", request)
    key = "another-key-0123456789-another-key-0123456789"
    (tmp_path / "other" / "secrets" / "address.key").write_text(key)
    with pytest.raises(ConfigError, match="not the one that this store was made with"):
        await restored(site, archive, tmp_path / "other", request)

    assert [each.name for each in (tmp_path / "other").iterdir()] == ["secrets"]


@pytest.mark.parametrize("store", ["sqlite"])
@pytest.mark.parametrize("verb", ["backup", "restore"])
def test_a_killed_backup_or_restore_cannot_be_taken_for_a_whole_one(
    mailer: Mailer, folder: Path, tmp_path: Path, verb: str
) -> None:
    """It is killed as soon as it has begun to write, then done again."""
    keys = tmp_path / "keys.tar.gz"
    made = mailer("backup", str(tmp_path), "--with-keys", str(keys), "--json").json
    target = tmp_path / "target"
    target.mkdir()
    arguments = {
        "backup": ["backup", str(target / "again.tar.gz")],
        "restore": [
            *("restore", made["archive"], "--into", str(target)),
            *("--keys", str(keys)),
        ],
    }[verb]
    command = [sys.executable, "-m", "mailer", "--config", str(folder / "config.toml")]
    killed = subprocess.Popen(command + arguments, stderr=subprocess.DEVNULL)
    until(lambda: any(target.iterdir()), "it wrote nothing")
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    left = [each.name for each in target.iterdir()]
    assert "again.tar.gz" not in left
    assert "config.toml" not in left
    assert mailer(*arguments).code == 0

    if verb == "backup":
        assert verified(target / "again.tar.gz").rows == made["rows"]
    else:
        assert (target / "config.toml").exists()
