"""Examines a site again and again, and mails the operator what changed.

A mail has an empty return path and is in no ledger, so that it causes no other. What
the operator knows is kept in `alerts.sent.json`: a new start repeats nothing.
"""

import asyncio
import json
import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

import structlog

from audiences.intake.encodings import parsed
from mailer import clock
from mailer.delivery.direct import program_mails
from mailer.delivery.smtp.connect import RelayError
from mailer.doctor import changes, examine
from mailer.doctor.changes import Alert, Known
from mailer.doctor.finding import Finding
from mailer.errors import ConfigError, counted
from mailer.processes.supervising import until_stopped
from mailer.sites.site import Site
from mailer.store.database import open_database
from scheduler import ticker

FILE = "alerts.sent.json"
log = structlog.get_logger()


async def alert_for_ever(site: Site, stopping: asyncio.Event) -> None:
    """Mail what changes at the site's interval, until stopped.

    It has a connection of its own to the store, because it does not wait for it.
    """
    database = open_database(site.settings.store, site.root)
    own = replace(site, database=database)

    async def once() -> None:
        await look(own, now=clock.now())

    seconds = site.settings.alerts.minutes * 60
    try:
        await until_stopped(ticker.tick_every(seconds, once), stopping)
    finally:
        await database.close()


async def look(site: Site, *, now: datetime) -> bool:
    """Examine a site once, and mail what changed; return whether a mail left.

    A mail that does not leave is logged; the next look tries again.
    """
    return await tell(site, await examine.watched(site, now=now), now=now)


async def tell(site: Site, findings: Sequence[Finding], *, now: datetime) -> bool:
    """Mail what changed in the findings; return whether a mail left."""
    alerts = site.settings.alerts
    known = _read(site.root)
    alert, after = changes.alert(known, findings, per_hour=alerts.per_hour, now=now)
    if alert is None:
        if after != known:
            _write(site.root, after)
        return False
    try:
        await program_mails.send(site, alerts.to, _mail(site, alert, now))
    except (RelayError, ConfigError) as fault:
        relay = program_mails.relay_of(site)
        log.warning("alert.not_sent", relay=relay, reason=str(fault))
        return False
    _write(site.root, after)
    log.info("alert.sent", faults=len(alert.new), over=len(alert.over))
    return True


def _mail(site: Site, alert: Alert, now: datetime) -> EmailMessage:
    settings = site.settings
    counts = f"{len(alert.new)} new, {len(alert.over)} over"
    mail = program_mails.draft(
        site,
        settings.alerts.to,
        f"Liaison, {settings.site.name}: {counts}",
        name=f"alert-{now.timestamp():.6f}",
        now=now,
    )
    lines = [
        f"{each.level}, {each.about}: {each.sentence}\n  → {each.remedy}"
        for each in alert.new
    ]
    lines += [f"over: {each}" for each in alert.over]
    lines += [
        f"came {counted(times, 'time')} since the last mail: {each}"
        for each, times in alert.came.items()
    ]
    if alert.until is not None:
        at = f"{alert.until.astimezone(site.zone):%Y-%m-%d %H:%M %Z}"
        lines.append(
            f"\nalerts.per_hour is {settings.alerts.per_hour}: the next mail leaves at"
            f" {at} at the earliest, and has what changes until then"
        )
    foot = f"-- \n{settings.site.url}; the doctor of the site shows everything."
    mail.set_content("\n".join([*lines, "", foot]) + "\n")
    return mail


def _read(root: Path) -> Known:
    """Return what the operator knows; nothing, if that is not known."""
    try:
        values = parsed.json_value((root / FILE).read_bytes())
        seen = values.get("seen")
        return Known(
            faults=dict(values["faults"]),
            sent=tuple(datetime.fromisoformat(each) for each in values["sent"]),
            seen=None if seen is None else tuple(seen),
            came=dict(values.get("came", {})),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return Known()


def _write(root: Path, known: Known) -> None:
    """Keep what the operator knows; on a full disk the mail may come twice."""
    new = root / f"{FILE}.{os.getpid()}"
    values = {
        "faults": known.faults,
        "sent": [each.isoformat() for each in known.sent],
        "seen": known.seen,
        "came": known.came,
    }
    try:
        new.touch(mode=0o600)
        new.write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")
        new.replace(root / FILE)
    except OSError as fault:
        log.warning("alert.not_kept", reason=fault.strerror)
