"""The examination: everything is looked at, whatever else is wrong."""

from datetime import datetime
from pathlib import Path

from mailer.doctor import domains, machine, relay, storage
from mailer.doctor.finding import Finding, error, ok, warning
from mailer.errors import ConfigError
from mailer.settings import loading
from mailer.sites.opening import open_site


async def examine(
    path: Path, *, now: datetime, server: tuple[str, int] | None = None
) -> list[Finding]:
    """Look at the site of a config.toml; `server` answers for the DNS in tests."""
    try:
        async with open_site(path) as site:
            settings, root = site.settings, site.root
            return [
                ok("configuration", f"{path.name} says nothing wrong"),
                *_outdated(path),
                *machine.secrets(settings, root),
                *machine.disk(root),
                *(await storage.examine(site.database, now=now)),
                *(await relay.examine(site)),
                *relay.signing(site),
                *(await domains.examine(settings, root, server=server)),
            ]
    except ConfigError as fault:
        about = "secrets" if str(fault).startswith("keys.") else "configuration"
        remedy = "config.toml explains every key; `mailer init` makes good secrets"
        return [error(about, str(fault), remedy)]


def _outdated(path: Path) -> list[Finding]:
    """Warn of settings that go by a former name, which the next release forgets."""
    remedy = "rename it: the next release does not read the former name"
    return [
        warning("configuration", said, remedy) for said in loading.former_names(path)
    ]
