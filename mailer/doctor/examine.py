"""Runs all checks of a site, also when some of them fail."""

import os
from datetime import datetime, timedelta
from pathlib import Path

from mailer.clock import uptime
from mailer.doctor import (
    domains,
    fonts,
    machine,
    operation,
    relay,
    sender_reports,
    setup,
    slots,
    sources,
    storage,
)
from mailer.doctor.finding import Finding, Grade, error, note, ok, warning
from mailer.errors import ConfigError
from mailer.settings import loading, real_names
from mailer.settings.sections import Settings
from mailer.sites.opening import open_site
from mailer.sites.site import Site
from mailer.store import locks

PATIENCE = 5.0  # seconds for which a check waits for what another program holds


async def examine(
    path: Path,
    *,
    now: datetime,
    server: tuple[str, int] | None = None,
    try_logins: bool = False,
) -> list[Finding]:
    """Return the findings on the site of a config.toml; `server` is a DNS resolver.

    If the settings cannot be read, this is the only finding.
    """
    began = uptime()
    try:
        async with open_site(path) as site:
            settings, root = site.settings, site.root
            if not site.database.is_sqlite:
                locks.limit_waits(site.database.engine, PATIENCE)
            running = await _in_operation(site, now=now, try_logins=try_logins)
            # what went before may have waited for the store
            stored = await _stored(site, now=_later(now, began))
            return [
                ok("configuration", f"{path.name} is valid"),
                *_outdated(path),
                *machine.secrets(settings, root),
                *machine.files(root, demo=settings.site.demo, user=os.geteuid()),
                *machine.disk(root),
                *machine.web(settings),
                *(await fonts.examine(now=now)),
                *_examples(settings),
                *stored,
                *(await setup.examine(site)),
                *_not_said(running, stored),
                *relay.signing(site),
                *(await domains.examine(settings, root, server=server)),
            ]
    except ConfigError as fault:
        return [_unreadable(fault)]


def _not_said(running: list[Finding], stored: list[Finding]) -> list[Finding]:
    """Return findings without the fault of the store that was found before."""
    if any(each.about == "store" and each.level is Grade.ERROR for each in stored):
        return [each for each in running if each.about != "store"]
    return running


async def _stored(site: Site, *, now: datetime) -> list[Finding]:
    found = await storage.examine(site.database, now=now, zone=site.zone)
    return [*found, *(await storage.growth(site))]


def _unreadable(fault: ConfigError) -> Finding:
    """Return the finding on settings or secrets that cannot be used."""
    if str(fault).startswith("keys."):
        remedy = "put the file back from its copy; without it, addresses or links fail"
        return error("secrets", str(fault), remedy)
    if fault.code == "site.missing":
        remedy = "name another with --config, or make a site with `mailer init`"
        return error("configuration", str(fault), remedy)
    return error(
        "configuration", str(fault), "correct it; config.toml explains each key"
    )


def _later(now: datetime, began: float) -> datetime:
    """Return the instant as late after `now` as this is after `began`."""
    return now + timedelta(seconds=uptime() - began)


async def watched(site: Site, *, now: datetime) -> list[Finding]:
    """Return the findings on what may fail by itself while a site is in operation."""
    return [
        *machine.disk(site.root),
        *(await _in_operation(site, now=now, try_logins=False)),
    ]


async def _in_operation(
    site: Site, *, now: datetime, try_logins: bool
) -> list[Finding]:
    return [
        *(await operation.campaigns(site)),
        *(await operation.processes(site, now=now)),
        *(await operation.providers(site)),
        *(await slots.examine(site, now=now)),
        *(await sources.examine(site)),
        *(await sender_reports.examine(site)),
        *operation.backup(site.settings.alerts, site.root, now=now),
        *(await operation.certificate(site.settings.site.url, now=now)),
        *(await relay.examine(site, try_logins=try_logins)),
    ]


def _examples(settings: Settings) -> list[Finding]:
    """Return a finding for each setting that is still that of a new site."""
    found = real_names.faults(settings)
    if not found:
        return [ok("defaults", "no setting names an example or this machine")]
    if settings.site.demo:
        sentence = f"this is a demonstration; before real letters: {'; '.join(found)}"
        return [note("defaults", sentence, "set them, then site.demo = false")]
    return [error("defaults", each, "set the real one") for each in found]


def _outdated(path: Path) -> list[Finding]:
    """Return a warning for each setting that has a former name."""
    remedy = "rename it: the next release does not read the former name"
    return [
        warning("configuration", each, remedy) for each in loading.former_names(path)
    ]
