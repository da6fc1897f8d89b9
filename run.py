"""The commands of this checkout; needs Python 3.11 or newer and nothing else.

python3 run.py demo         make a sample site and send its letters
python3 run.py check        run lint, types, contracts and the quick tests
python3 run.py test         run lint, types, contracts and all tests but the proofs
python3 run.py prove        run the heavier proofs
python3 run.py mutate ROOM  change a room step by step; list the changes no test sees
python3 run.py bench        measure the speed, beside Postfix's load generator
python3 run.py chaos        kill workers at random, and count each reader's messages
python3 run.py gallery      make pictures of letters and of the console, in docs/gallery
python3 run.py wheel        make the wheel and its pins for a server, in dist
python3 run.py mailer …     run the mailer command of this checkout

`check` leaves out every test that needs PostgreSQL or a browser, that uses a fixture
which tests share (but for the sample site), or that took over a fifth of a second when
it last ran. The first run knows no times and takes minutes. `test` leaves out nothing
but the proofs. What follows these three is given to pytest: run.py test -k segment
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = Path(os.environ.get("LIAISON_VENV", ROOT / ".venv"))
PYTHON = VENV / "bin/python"
DEBIAN = {  # commands and files that tests need, and their Debian packages
    "initdb": "postgresql",
    "chromium": "chromium",
    "dkimproxy-verify": "libmail-dkim-perl",
    "/usr/sbin/opendkim": "opendkim",
    "spamassassin": "spamassassin",
    "systemd-analyze": "systemd",
    "/usr/sbin/nginx": "nginx-light",
    "/usr/sbin/apache2": "apache2-bin",
    "/usr/sbin/dovecot": "dovecot-imapd",
    "zsh": "zsh",
    "fish": "fish",
    "/usr/share/fonts/truetype/noto/NotoSansArabic-Regular.ttf": "fonts-noto-core",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc": "fonts-noto-cjk",
}
PROVE = {"soffice": "libreoffice-calc-nogui", "faketime": "faketime"}
BENCH = {"/usr/sbin/smtp-source": "postfix"}
GALLERY = {
    "chromium": "chromium",
    "pngquant": "pngquant",
}
LOOKS = [
    ("style", ["ruff", "check", "."]),
    ("form", ["ruff", "format", "--check", "."]),
    ("types", ["mypy"]),
    ("layers", ["lint-imports"]),
]
TESTS = {  # command → what pytest chooses by its marks
    "check": "quick",
    "test": "not prove",
    "prove": "prove",
}
FONTS = Path("/usr/share/fonts/opentype/noto")


class Refusal(SystemExit):
    """Ends the process with code 1, after a sentence on stderr."""

    def __init__(self, sentence: str) -> None:
        print(f"run.py: {sentence}", file=sys.stderr)
        super().__init__(1)


def main() -> None:
    """Run one command."""
    if sys.version_info < (3, 11):  # noqa: UP036 (an older Python may run this file)
        raise Refusal("Python 3.11 or newer is needed")
    verb, *rest = sys.argv[1:] or ["help"]
    if verb == "demo":
        prepare("run")
        run_mailer("demo", *(rest or [str(fresh("demo"))]))
    elif verb == "mailer":
        prepare("run")
        run_mailer(*rest)
    elif verb in TESTS and not {"-h", "--help"} & set(rest):
        tools = DEBIAN | (PROVE if verb == "prove" else {})
        need(venv_package() + [tools[name] for name in tools if not present(name)])
        prepare("test")
        run_steps(verb, rest)
    elif verb in {"bench", "chaos", "mutate"}:
        tools = DEBIAN | (BENCH if verb == "bench" else {})
        need(venv_package() + [tools[name] for name in tools if not present(name)])
        prepare("test")
        raise SystemExit(run_tool(PYTHON, "-m", f"tools.{verb}", *rest))
    elif verb == "wheel":
        make_wheel(ROOT / "dist")
    elif verb == "gallery":
        fonts = [] if FONTS.exists() else ["fonts-noto-core", "fonts-noto-cjk"]
        need(fonts + [GALLERY[name] for name in GALLERY if not present(name)])
        prepare("test")
        raise SystemExit(run_tool(PYTHON, "-m", "tools.gallery", *rest))
    else:
        print(__doc__)
        raise SystemExit(0 if verb in {"help", "-h", "--help"} else 2)


def run_mailer(*arguments: str) -> None:
    """Replace this process by the mailer command."""
    sys.stdout.flush()
    # -P: no file of the working folder is imported in the place of a module
    command = [str(PYTHON), "-P", "-m", "mailer", *arguments]
    environment = {
        **os.environ,
        "LIAISON_CALLED": f"python3 {sys.argv[0]} mailer",
        "PYTHONPATH": str(ROOT),
    }
    os.execve(PYTHON, command, environment)  # noqa: S606 (no shell is wanted)


def make_wheel(folder: Path) -> None:
    """Build the wheel into a folder, and put the hashed pins beside it."""
    prepare("test")
    command = ("-m", "hatchling", "build", "-t", "wheel", "-d", str(folder))
    if run_tool(PYTHON, *command):
        raise Refusal("the wheel could not be built")
    shutil.copy(ROOT / "requirements" / "run.txt", folder / "requirements.txt")


def run_tool(program: Path, *arguments: str) -> int:
    """Run a tool of the environment on this checkout; return its exit code.

    The environment may be one that several checkouts share, so the path says whose
    code the tool and its children import.
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [str(program), *arguments]
    return subprocess.run(command, check=False, cwd=ROOT, env=environment).returncode


def fresh(name: str) -> Path:
    """Return the name of a folder that does not exist: demo, demo-2, and so on."""
    path, number = Path(name), 1
    while path.exists():
        number += 1
        path = Path(f"{name}-{number}")
    return path


def prepare(kind: str) -> None:
    """Install the hashed pins of a kind into the environment, unless installed."""
    pins = ROOT / "requirements" / f"{kind}.txt"
    stamp = VENV / f"{kind}.installed"
    if stamp.exists() and stamp.read_text() == hashed(kind) and PYTHON.exists():
        return
    started = time.monotonic()
    if not PYTHON.exists():
        make_venv()
    say(f"installing the pinned requirements of {pins.relative_to(ROOT)} …")
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install"]
    done = subprocess.run(
        [*pip, "-qq", "--no-deps", "--require-hashes", "-r", str(pins)],
        check=False,
    )
    if done.returncode:
        raise Refusal("the requirements could not be installed; is there a network?")
    (site_packages() / "liaison.pth").write_text(f"{ROOT}\n")
    stamp.write_text(hashed(kind))
    if kind == "test":  # its pins have those of a run
        (VENV / "run.installed").write_text(hashed("run"))
    say(f"installed in {time.monotonic() - started:.0f} s")


def hashed(kind: str) -> str:
    """Return the hash of the pins of a kind."""
    pins = ROOT / "requirements" / f"{kind}.txt"
    return hashlib.sha256(pins.read_bytes()).hexdigest()


def say(text: str) -> None:
    """Print a remark on stderr."""
    print(text, file=sys.stderr, flush=True)


def make_venv() -> None:
    """Make .venv; on Debian this may need a package."""
    need(venv_package())
    shutil.rmtree(VENV, ignore_errors=True)
    command = [sys.executable, "-m", "venv", str(VENV)]
    if subprocess.run(command, check=False).returncode:
        raise Refusal(f"no virtual environment could be made in {VENV}")


def venv_package() -> list[str]:
    """Return the Debian package that virtual environments need, if it is missing."""
    if PYTHON.exists() or importlib.util.find_spec("ensurepip"):
        return []
    return [f"python{sys.version_info.major}.{sys.version_info.minor}-venv"]


def site_packages() -> Path:
    """Return the folder of the environment's packages."""
    paths = {"base": str(VENV), "platbase": str(VENV)}
    return Path(sysconfig.get_path("purelib", "venv", vars=paths))


def present(command: str) -> bool:
    """Return whether a command or file is there, also in the folders of PostgreSQL."""
    of_debian = Path("/usr/lib/postgresql").glob(f"*/bin/{command}")
    given = Path(os.environ.get("PG_BIN", "/nonexistent")) / command
    file = Path(command)
    if file.is_absolute():
        return file.exists()
    return bool(shutil.which(command)) or given.exists() or any(of_debian)


def need(missing: list[str]) -> None:
    """Install Debian packages as root; other users get the command to run."""
    if not missing:
        return
    packages = " ".join(dict.fromkeys(missing))
    command = f"apt-get install --yes --no-install-recommends {packages}"
    if not shutil.which("apt-get") or os.geteuid() != 0:
        raise Refusal(f"these Debian packages are missing; as root:\n  {command}")
    say(f"installing {packages} …")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in ("apt-get update --quiet=2", f"{command} --quiet=2"):
        done = subprocess.run(
            step.split(), check=False, env=environment, stdout=subprocess.DEVNULL
        )
        if done.returncode:
            raise Refusal(f"this failed: {step}")


def run_steps(verb: str, extra: list[str]) -> None:
    """Run the steps of a command; stop at the first that fails."""
    cores = os.cpu_count() or 1
    # a third of the time a test waits; a proof uses its core
    processes = str(cores if verb == "prove" else cores + 1)
    chosen = ["-n", processes, "--dist", "loadgroup", "-m", TESTS[verb]]
    tests = ["pytest", *chosen, *extra]
    steps = [("tests", tests)] if verb == "prove" else [*LOOKS, ("tests", tests)]
    for name, (tool, *arguments) in steps:
        say(f"== {name}: {' '.join([tool, *arguments])}")
        started = time.monotonic()
        failed = run_tool(PYTHON.parent / tool, *arguments)
        verdict = "FAILED" if failed else "passed"
        say(f"== {name} {verdict} in {time.monotonic() - started:.0f} s")
        if failed:
            raise SystemExit(1)
    say("== all checks passed")


if __name__ == "__main__":
    main()
