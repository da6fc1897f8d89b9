"""The commands of this checkout; needs Python 3.11 or newer and nothing else.

python3 run.py demo      see it at work
python3 run.py test      everything that must hold
python3 run.py mailer …  the mailer command of this checkout
"""

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = Path(os.environ.get("LIAISON_VENV", ROOT / ".venv"))
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
DEBIAN = {  # what tests need that no Python package brings: command → package
    "initdb": "postgresql",
    "chromium": "chromium",
}


class Refusal(SystemExit):
    """The command cannot go on; says why, exits 1."""

    def __init__(self, sentence: str) -> None:
        print(f"run.py: {sentence}", file=sys.stderr)
        super().__init__(1)


def main() -> None:
    """Run one command."""
    if sys.version_info < (3, 11):  # noqa: UP036 (an older one may read this)
        raise Refusal("Python 3.11 or newer is needed")
    verb, *rest = sys.argv[1:] or ["help"]
    if verb == "demo":
        prepare("run")
        run_mailer("demo", *(rest or [str(fresh("demo"))]))
    elif verb == "mailer":
        prepare("run")
        run_mailer(*rest)
    elif verb == "test":
        prepare("test")
        need_debian()
        check(rest)
    else:
        print(__doc__)
        raise SystemExit(0 if verb in {"help", "-h", "--help"} else 2)


def run_mailer(*arguments: str) -> None:
    """Become the mailer command."""
    sys.stdout.flush()
    raise SystemExit(
        subprocess.run([PYTHON, "-m", "mailer", *arguments], check=False).returncode
    )


def fresh(name: str) -> Path:
    """Return a folder name that is free: demo, then demo-2 and on."""
    path, number = Path(name), 1
    while path.exists():
        number += 1
        path = Path(f"{name}-{number}")
    return path


def prepare(kind: str) -> None:
    """Make the environment from the hashed pins, once."""
    pins = ROOT / "requirements" / f"{kind}.txt"
    wanted = hashlib.sha256(pins.read_bytes()).hexdigest()
    stamp = VENV / f"{kind}.installed"
    if stamp.exists() and stamp.read_text() == wanted and PYTHON.exists():
        return
    if not PYTHON.exists():
        make_venv()
    print(f"installing the pinned requirements of {pins.name} …", file=sys.stderr)
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install"]
    done = subprocess.run(
        [*pip, "--quiet", "--no-deps", "--require-hashes", "-r", str(pins)],
        check=False,
    )
    if done.returncode:
        raise Refusal("the requirements could not be installed; is there a network?")
    (site_packages() / "liaison.pth").write_text(f"{ROOT}\n")
    stamp.write_text(wanted)


def make_venv() -> None:
    """Make .venv; on Debian the module for it may be a package of its own."""
    shutil.rmtree(VENV, ignore_errors=True)
    command = [sys.executable, "-m", "venv", str(VENV)]
    first = subprocess.run(command, check=False, capture_output=True)
    if first.returncode == 0:
        return
    version = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    install([version])
    if subprocess.run(command, check=False).returncode:
        raise Refusal("no virtual environment could be made")


def site_packages() -> Path:
    """Return where the environment keeps its packages."""
    paths = {"base": str(VENV), "platbase": str(VENV)}
    return Path(sysconfig.get_path("purelib", "venv", vars=paths))


def need_debian() -> None:
    """Install what tests need from Debian, or say how."""
    missing = [package for name, package in DEBIAN.items() if not present(name)]
    if missing:
        install(missing)


def present(command: str) -> bool:
    """Whether a command is installed, also where Debian hides PostgreSQL's."""
    hidden = Path("/usr/lib/postgresql").glob(f"*/bin/{command}")
    given = Path(os.environ.get("PG_BIN", "/nonexistent")) / command
    return bool(shutil.which(command)) or given.exists() or any(hidden)


def install(packages: list[str]) -> None:
    """Install Debian packages as root; anyone else is told the command."""
    command = f"apt-get install --yes --no-install-recommends {' '.join(packages)}"
    if not shutil.which("apt-get") or os.geteuid() != 0:
        raise Refusal(f"{', '.join(packages)} is missing; as root: {command}")
    print(f"installing {', '.join(packages)} …", file=sys.stderr)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in ("apt-get update --quiet=2", f"{command} --quiet=2"):
        subprocess.run(
            step.split(), check=True, env=environment, stdout=subprocess.DEVNULL
        )


def check(extra: list[str]) -> None:
    """Run every check; stop at the first that fails."""
    steps = (
        ("style", ["ruff", "check", "."]),
        ("form", ["ruff", "format", "--check", "."]),
        ("types", ["mypy"]),
        ("layers", ["lint-imports"]),
        ("tests", ["pytest", *extra]),
    )
    for name, command in steps:
        started = time.monotonic()
        tool, *arguments = command
        done = subprocess.run([PYTHON.parent / tool, *arguments], cwd=ROOT, check=False)
        took = time.monotonic() - started
        print(f"{name}: {'passed' if not done.returncode else 'FAILED'} ({took:.0f} s)")
        if done.returncode:
            raise SystemExit(1)


if __name__ == "__main__":
    main()
