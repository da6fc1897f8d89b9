"""Checks what a site needs a person for: campaigns, backups, and the certificate."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign
from mailer.doctor import storage
from mailer.doctor.finding import Finding, error, note, ok, warning
from mailer.errors import StoreError, counted
from mailer.outbox import lease, ledger
from mailer.reports import metrics
from mailer.settings.sections import AlertSettings
from mailer.sites.site import Site
from mailer.store import faults, identity

CONNECT = 5.0  # seconds to reach our own pages
PATIENCE = timedelta(minutes=2)  # for a worker or ticker that just starts
SOON, AT_ONCE = timedelta(days=14), timedelta(days=3)  # before a certificate ends


async def campaigns(site: Site) -> list[Finding]:
    """Return a warning for each campaign that waits for a person.

    Where the store cannot be read, that is the finding.
    """
    try:
        async with site.database.reading() as session:
            rows = await session.execute(
                select(Campaign.id, Campaign.state, Campaign.stopped_because)
                .where(
                    Campaign.state.in_((CampaignState.PAUSED, CampaignState.EXPIRED))
                )
                .order_by(Campaign.id)
            )
            waiting = rows.all()
    except (StoreError, DBAPIError) as fault:
        known = faults.store_error(fault) if isinstance(fault, DBAPIError) else fault
        return [error("store", str(known), storage.remedy(fault))]
    return [
        warning(
            f"campaign {number}",
            f"it is {state}: {because or 'no reason is known'}",
            f"`mailer campaigns report {number}` shows more",
        )
        for number, state, because in waiting
    ] or [ok("campaigns", "none waits for a person")]


async def processes(site: Site, *, now: datetime) -> list[Finding]:
    """Return a warning for each process that is missing: what is due waits for it."""
    try:
        async with site.database.reading() as session:
            if (await identity.read(session)).halt is not None:
                return []  # the check of the store says so
            waiting = await metrics.oldest_due(session, now)
            workers = await metrics.workers(session, now)
            silent = await session.run_sync(partial(lease.silent, now=now))
            passed = await metrics.latest_campaign(session, now)
    except (StoreError, DBAPIError):
        return []  # `campaigns` says so
    found = []
    late = waiting is not None and now - waiting > PATIENCE
    if late and not workers and silent:
        sentence = f"messages are due, and {silent[0]} has not written to the store"
        remedy = (
            "another program holds the store, or the process is stopped: see its log"
        )
        found.append(warning("delivery", sentence, remedy))
    elif late and not workers:
        sentence = "messages are due, and no worker runs"
        found.append(warning("delivery", sentence, "start `mailer serve` or `work`"))
    patience = PATIENCE + timedelta(seconds=site.settings.ticker.seconds)
    if passed and now - passed > patience:
        at = f"{passed.astimezone(site.zone):%Y-%m-%d %H:%M} {site.zone.key}"
        sentence = f"a campaign was due at {at}, and no ticker has released it"
        found.append(warning("ticker", sentence, "start `mailer serve` or `tick`"))
    return found


async def providers(site: Site) -> list[Finding]:
    """Return a note for each provider that slows us down, with the present pace."""
    try:
        async with site.database.reading() as session:
            slowed = await ledger.slowed(session)
    except (StoreError, DBAPIError):
        return []  # `campaigns` says so
    return [
        note("providers", f"{reason}; {counted(count, 'message')} wait for it")
        for reason, count in slowed
    ]


def backup(alerts: AlertSettings, root: Path, *, now: datetime) -> list[Finding]:
    """Check the age of the newest backup, if the settings name its folder."""
    if alerts.backups is None:
        return []
    folder = root / alerts.backups
    try:
        made = [path.stat().st_mtime for path in folder.glob("*.tar.gz")]
    except OSError as fault:
        sentence = f"{folder} cannot be read: {fault.strerror}"
        return [error("backup", sentence, "let the site's owner read it")]
    remedy = "`mailer backup` makes one; see what should make it each night"
    if not folder.is_dir():
        return [error("backup", f"{folder} is no folder", "correct alerts.backups")]
    if not made:
        return [error("backup", f"{folder} has no backup", remedy)]
    hours = (now - datetime.fromtimestamp(max(made), UTC)) / timedelta(hours=1)
    sentence = f"the newest backup is {hours:.0f} hours old"
    if hours > alerts.backup_hours:
        return [error("backup", sentence, remedy)]
    return [ok("backup", sentence)]


async def certificate(
    url: str, *, now: datetime, context: ssl.SSLContext | None = None
) -> list[Finding]:
    """Check how long the certificate of the pages is valid; `context` says for whom."""
    parts = urlsplit(url)
    if parts.scheme != "https":
        return []
    about, host, port = "certificate", parts.hostname or "", parts.port or 443
    remedy = "renew it, and have the web server read it"
    try:
        async with asyncio.timeout(CONNECT):
            trusting = context or ssl.create_default_context()
            _, writer = await asyncio.open_connection(host, port, ssl=trusting)
    except ssl.SSLCertVerificationError as fault:
        sentence = f"that of {host} is not valid: {fault.verify_message}"
        return [error(about, sentence, remedy)]
    except (OSError, TimeoutError):
        sentence = f"{host}:{port} is not reached from here, so it is not checked"
        return [note(about, sentence)]
    held = writer.get_extra_info("peercert")
    writer.close()
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(held["notAfter"]), UTC)
    sentence = f"that of {host} is valid until {ends:%Y-%m-%d}"
    if ends - now < AT_ONCE:
        return [error(about, sentence, remedy)]
    if ends - now < SOON:
        return [warning(about, sentence, remedy)]
    return [ok(about, sentence)]
