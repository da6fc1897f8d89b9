"""The wheel is complete: built without a network, installed, and run."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

from tools.checkout import ROOT

PACKAGES = ("audiences", "scheduler", "mailer")
CARRIED = {  # in the checkout → in the wheel
    **{name: name for name in PACKAGES},
    "templates": "mailer/bundled/templates",
    "config.toml": "mailer/bundled/config.toml",
}


def run(*command: object, folder: Path) -> str:
    """Run a program in a folder, without the checkout on its path."""
    done = subprocess.run(
        [str(each) for each in command],
        cwd=folder,
        env={key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel; return its path."""
    folder = tmp_path_factory.mktemp("wheel")
    build = (sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder)
    run(*build, folder=ROOT)
    return next(folder.glob("liaison_mailer-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel beside the tests' dependencies; return the bin folder."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python)
    run(*pip, "install", "--quiet", "--no-index", "--no-deps", wheel, folder=folder)
    packages = folder / "lib" / f"python{sysconfig.get_python_version()}"
    borrowed = sysconfig.get_path("purelib")
    (packages / "site-packages" / "borrowed.pth").write_text(f"{borrowed}\n")
    return folder / "bin"


def needed() -> set[str]:
    """Return the files that a site needs, by their names in the wheel."""
    names = set()
    for here, there in CARRIED.items():
        path = ROOT / here
        for file in [path] if path.is_file() else path.rglob("*"):
            if file.is_file() and file.suffix != ".pyc":
                names.add(f"{there}{file.as_posix().removeprefix(path.as_posix())}")
    return names


def test_the_wheel_has_every_file_a_site_needs_and_no_other(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        carried = {name for name in archive.namelist() if ".dist-info/" not in name}

    assert carried == needed()
    assert {Path(name).suffix for name in carried} >= {
        *(".py", ".mako", ".csv", ".toml", ".mjml", ".po", ".md", ".html", ".css"),
    }


def test_the_wheel_has_its_name_readme_and_licence(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = next(name for name in names if name.endswith("/METADATA"))
        text = archive.read(metadata).decode()

    assert "\nName: liaison-mailer\n" in text
    assert "\n# Liaison\n" in text
    assert any(name.endswith("/licenses/LICENSE") for name in names)


@pytest.mark.prove
def test_the_demo_passes_in_an_empty_folder_outside_the_checkout(
    installed: Path, tmp_path: Path
) -> None:
    where = (installed / "python", "-c", "import mailer; print(mailer.__file__)")

    assert installed.parent in Path(run(*where, folder=tmp_path).strip()).parents

    report = json.loads(run(installed / "mailer", "demo", "--json", folder=tmp_path))
    report = report["report"]

    assert report["accepted"] == report["audience"] > 0
    assert (
        len(list((tmp_path / "demo" / "inbox" / "new").iterdir())) == report["accepted"]
    )
