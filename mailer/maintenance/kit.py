"""Writes the files that a site needs in production, filled in for that site.

They are units for systemd, samples for nginx and Apache, the lines of the DNS, and a
list of what to see to before the first letter. A sample has places such as @SITE@.
"""

import pwd
import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from mailer.errors import RefusedError
from mailer.maintenance import dns_lines
from mailer.sites.site import Site

SAMPLES = Path(__file__).parent / "production"
_PLACE = re.compile(r"@([A-Z][A-Z_]+)@")
# Characters that mean nothing to systemd, nginx and Apache.
_PLAIN = re.compile(r"/[A-Za-z0-9_.+/-]*[A-Za-z0-9_.+-]")
_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (nothing listens here)


@dataclass(frozen=True, kw_only=True, slots=True)
class Host:
    """What a site's machine has: the user of the service, the program, the backups."""

    user: str
    program: Path
    backups: Path


def owner(site: Site) -> str:
    """Return the user to whom a site belongs.

    Raises RefusedError if that is root, under whom no service should run.
    """
    number = (site.root / "config.toml").stat().st_uid
    if number == 0:
        raise RefusedError(
            f"{site.root} belongs to root, and a service needs a user of its own; make"
            f" one, run chown -R USER: {site.root}, or name it with --user"
        )
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def write(site: Site, folder: Path, host: Host) -> list[Path]:
    """Write the kit of a site into a folder; return the paths of its files.

    Raises RefusedError if one of them exists, or if a path cannot stand in them.
    """
    values = _values(site, host)
    names = sorted(each.name for each in SAMPLES.iterdir())
    filled = {name: fill(_sample(name), values) for name in names}
    for name in filled:
        if (folder / name).exists():
            raise RefusedError(f"{folder / name} exists; name a folder without it")
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in filled.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in filled]


def fill(sample: str, values: Mapping[str, str]) -> str:
    """Return a sample with the values at its places."""
    return _PLACE.sub(lambda match: values[match[1]], sample)


def _sample(name: str) -> str:
    return (SAMPLES / name).read_text(encoding="utf-8")


def _values(site: Site, host: Host) -> dict[str, str]:
    """Return the value of each place of the samples."""
    url = urlsplit(site.settings.site.url)
    if url.scheme != "https":
        raise RefusedError(
            f"site.url: found {site.settings.site.url}; expected an address with https,"
            " at which readers reach the pages"
        )
    paths = {"SITE": site.root, "PROGRAM": host.program, "BACKUPS": host.backups}
    for path in paths.values():
        if not _PLAIN.fullmatch(str(path)):
            raise RefusedError(
                f"{path} cannot stand in a unit of systemd; expected a path from / on,"
                " of letters, digits and . _ + - only"
            )
    if not re.fullmatch(r"[a-z0-9_][a-z0-9_-]*", host.user):
        raise RefusedError(f"--user: found {host.user!r}; expected the name of a user")
    homes = any(path.parts[1:2] in {("home",), ("root",)} for path in paths.values())
    return {
        **{name: str(path) for name, path in paths.items()},
        "USER": host.user,
        "URL": site.settings.site.url,
        "HOST": url.hostname or "",
        "AUTHORITY": url.netloc,
        "TLS_PORT": str(url.port or 443),
        "PATH": url.path,
        "UPSTREAM": _upstream(site),
        **dns_lines.values(site.settings, site.root),
        "PROTECT_HOME": "read-only" if homes else "yes",
    }


def _upstream(site: Site) -> str:
    """Return the host and port at which a proxy of this machine reaches the pages."""
    web = site.settings.web
    host = _ANY.get(web.host, web.host)
    try:
        is_v6 = ip_address(host).version == 6  # noqa: PLR2004 (of the protocol)
    except ValueError:
        is_v6 = False
    return f"[{host}]:{web.port}" if is_v6 else f"{host}:{web.port}"
