"""A site in production with real names, and its kit in a folder."""

import subprocess
from pathlib import Path

from mailer.maintenance import kit
from mailer.maintenance.kit import Host
from mailer.sites.site import Site
from tests.acts import real_sites

USER = "mail"  # a user that every machine has


def host(place: Path) -> Host:
    """Return a machine with a program that exists."""
    program, backups = place / "mailer", place / "backups"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    backups.mkdir()
    return Host(user=USER, program=program, backups=backups)


def written(demo: Site, place: Path, **sections: dict[str, object]) -> dict[str, str]:
    """Write the kit of a real site; return the texts of its files by their names."""
    site = real_sites.real(demo, **sections)
    paths = kit.write(site, place / "kit", host(place))
    return {path.name: path.read_text(encoding="utf-8") for path in paths}


def judged(*command: str | Path) -> str:
    """Run a program that judges a file; return what it says, with its exit code."""
    done = subprocess.run(
        [str(each) for each in command], capture_output=True, text=True, check=False
    )
    return f"{done.stdout}{done.stderr}exit {done.returncode}"
