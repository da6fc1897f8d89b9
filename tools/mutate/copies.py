"""Copies of the checkout: what is changed or run is always one of them."""

import hashlib
import os
import shutil
from pathlib import Path

from tools.checkout import ROOT

HOME = ROOT / ".mutate"  # everything a run leaves; git passes it over
PRODUCT = ("audiences", "scheduler", "mailer")
_JUDGING = (*PRODUCT, "templates", "tests", "tools", "config.toml", "pyproject.toml")
_MADE = {"demo", "build", "dist"}  # what the commands of a checkout make in it
_HERE = Path(__file__).resolve().parent  # this command judges no test
_KEPT = {".ci", ".gitignore"}


def make(copy: Path) -> None:
    """Make a copy of the checkout, in the place of an older one."""
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(ROOT, copy, ignore=_left_out, symlinks=True)


def _left_out(folder: str, names: list[str]) -> set[str]:
    """Return what no copy needs; a site of the demonstration may be very large."""
    made = _MADE if Path(folder) == ROOT else {"__pycache__"}
    hidden = {each for each in names if each.startswith(".")} - _KEPT
    return hidden | (made & set(names))


def environment(copy: Path) -> dict[str, str]:
    """Return the environment in which a copy imports itself, and its children too."""
    return {**os.environ, "PYTHONPATH": str(copy)}


def product() -> list[Path]:
    """Return every file of the product."""
    return sorted(path for each in PRODUCT for path in (ROOT / each).rglob("*.py"))


def relative(path: Path) -> str:
    """Return a path as it stands in the checkout."""
    return path.relative_to(ROOT).as_posix()


def state() -> dict[str, str]:
    """Return the hash of every file that can change what a test says, by its name."""
    found = {}
    for name in _JUDGING:
        path = ROOT / name
        for each in path.rglob("*") if path.is_dir() else [path]:
            if each.is_file() and each.suffix != ".pyc" and _HERE not in each.parents:
                found[relative(each)] = hashed(each.read_bytes())
    return found


def hashed(octets: bytes) -> str:
    """Return a short hash."""
    return hashlib.sha256(octets).hexdigest()[:16]
