"""Checks, before anything is sent, that the store is the one that was seen last.

A store that an older copy has replaced is treated as restored: it begins a new epoch,
and nothing leaves it until `resume-after-restore`. A store whose fingerprints were made
with another address key is refused.
"""

import hashlib
import hmac
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

import mailer
from audiences.record import chain, writing
from mailer.outbox import heartbeat
from mailer.sites.site import Site
from mailer.store import beats, identity, key_check, last_seen
from mailer.store.identity import Identity
from mailer.users import guard

log = structlog.get_logger()

SETTINGS = "settings"  # in the record


async def check(site: Site, *, now: datetime) -> Identity:
    """Return the identity of the site's store.

    Raises ConfigError for another key, RefusedError if the store was moved.
    """
    seen = last_seen.read(site.root)
    async with site.database.writing() as session:
        known = await identity.read(session)
        known.require_here()
        await key_check.require(session, known, site.address_key)
        beat = await beats.beat(session)
        before = await heartbeat.found(session, known, beat - 1)
        if seen is not None and seen.is_later_than(before, known):
            log.warning("store.older_than_seen", epoch=known.epoch.hex())
            await identity.begin_epoch(session, highest=before.highest, now=now)
            known = await identity.read(session)
        found = await heartbeat.found(session, known, beat)
        await _record_settings(session, site, now)
    last_seen.write(site.root, found)
    if known.halt:
        log.warning("site.halted", reason=known.halt)
    return known


async def _record_settings(session: AsyncSession, site: Site, now: datetime) -> None:
    """Record the digest of the settings if they are not those of the last start.

    It is keyed, because passwords are among them.
    """
    text = chain.canonical(site.settings.model_dump(mode="json"))
    found = hmac.digest(site.address_key, text.encode(), hashlib.sha256).hex()
    last = await writing.last_of(session, SETTINGS)
    before = None if last is None else last.detail["digest"][1]
    if found != before:
        said = {"digest": [before, found], "version": mailer.__version__}
        by = guard.MACHINE
        writing.note(session, "loaded", SETTINGS, by=by, at=now, detail=said)


async def identity_of(site: Site) -> Identity:
    """Return the present identity of the site's store."""
    async with site.database.reading() as session:
        return await identity.read(session)
