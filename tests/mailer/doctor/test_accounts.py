"""The doctor remarks on root, and on files of the store that root has written.

Root is who runs the tests in most places; an ordinary account runs them too.
"""

import os
import pwd
from pathlib import Path

import pytest

from mailer import clock
from mailer.doctor import examine, machine
from mailer.doctor.finding import Grade
from mailer.sites.site import Site

IS_ROOT = os.geteuid() == 0
OWNER = pwd.getpwnam("nobody").pw_uid if IS_ROOT else os.geteuid()
NAME = pwd.getpwuid(OWNER).pw_name


@pytest.fixture
def store() -> str:
    """Run on SQLite only, whose store is a file."""
    return "sqlite"


@pytest.fixture
def owned(tmp_path: Path) -> Path:
    """A folder of an ordinary account, with a store."""
    file = tmp_path / "mailer.db"
    file.touch()
    for path in (tmp_path, file):
        path.chmod(0o700)
        os.chown(path, OWNER, -1)
    return tmp_path


def test_root_on_a_site_of_another_account_is_an_error(owned: Path) -> None:
    (roots,) = machine.files(owned, demo=False, user=0)
    (owners,) = machine.files(owned, demo=False, user=OWNER)

    assert roots.level is Grade.ERROR
    assert roots.sentence == f"root runs this, but the site belongs to {NAME}"
    assert roots.remedy == "run mailer as the owner of the site"
    assert owners.level is Grade.OK


async def test_the_doctor_looks_at_the_account_that_runs_it(site: Site) -> None:
    os.chown(site.root, OWNER, -1)
    found = await examine.examine(site.root / "config.toml", now=clock.now())
    (files,) = [each for each in found if each.about == "files"]

    assert files.level is (Grade.ERROR if IS_ROOT else Grade.OK)
    assert files.sentence.startswith("root runs this") == IS_ROOT


@pytest.mark.parametrize(("demo", "level"), [(False, Grade.WARNING), (True, Grade.OK)])
def test_root_on_its_own_site_is_a_warning_outside_demonstrations(
    owned: Path, monkeypatch: pytest.MonkeyPatch, *, demo: bool, level: Grade
) -> None:
    belongs_to_root(monkeypatch, "stat", "lstat")
    (found,) = machine.files(owned, demo=demo, user=0)

    assert found.level is level


def test_a_store_that_root_has_written_is_an_error(
    owned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    belongs_to_root(monkeypatch, "lstat")  # the file; the folder is followed
    (found,) = machine.files(owned, demo=False, user=OWNER)

    assert found.level is Grade.ERROR
    assert found.sentence == f"the site belongs to {NAME}, but mailer.db to root"
    assert found.remedy == f"as root: chown -R {NAME} {owned}"


def belongs_to_root(monkeypatch: pytest.MonkeyPatch, *calls: str) -> None:
    """Let files be root's, also where an ordinary account runs the tests."""
    status = os.stat_result((0o100600, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    for call in calls:
        monkeypatch.setattr(Path, call, lambda *_, **__: status)
