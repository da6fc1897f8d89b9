"""Whether a site can do its work: its store, disk, templates and languages."""

import asyncio
import shutil
import time

from sqlalchemy.exc import DBAPIError

from audiences.languages import OFFERED
from audiences.record import writing
from audiences.subscriptions import Consent, Subscription
from audiences.suppressions import Suppression
from mailer import clock
from mailer.campaigns.models import Campaign
from mailer.errors import MailerError
from mailer.outbox.models import Bucket, Message, WorkerLease
from mailer.rendering import letter_types, template_files
from mailer.rendering.markup import look
from mailer.sites.site import Site
from mailer.store import locks, moved
from mailer.store.faults import store_error
from mailer.web import page

PATIENCE = 5.0  # seconds to wait for the store
LASTS = 1.0  # seconds for which an answer is kept: everybody may ask
ROOM = 16 << 20  # octets that the disk must have free
# what delivery and opt-outs must be able to write
WRITTEN = (Campaign, Message, WorkerLease, Consent, Subscription, Suppression)
BUSY = "the store is busy"


class Readiness:
    """The readiness of one site; it is found out once for all who ask together."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._looking: asyncio.Task[str] | None = None
        self._looked_at = float("-inf")

    async def fault(self) -> str:
        """Return why the site cannot do its work; empty if it can."""
        task = self._looking
        if task is None or (task.done() and time.monotonic() > self._looked_at + LASTS):
            task = self._looking = asyncio.create_task(self._look())
            self._looked_at = time.monotonic()
        await asyncio.wait({task}, timeout=PATIENCE)
        return task.result() if task.done() else BUSY

    async def _look(self) -> str:
        try:
            return self._without_store() or await self._store()
        except (MailerError, OSError) as fault:
            return str(fault)

    def _without_store(self) -> str:
        site = self._site
        default = site.settings.languages.default
        if default not in OFFERED or default not in site.catalogues:
            return f"languages.default is {default}, which is not offered"
        templates = template_files.read(site.templates_folder)
        if not letter_types.names(templates):
            return "there are no templates"
        look.load(templates)
        page.show(site, "message.html", language=default, heading="", sentence="")
        if shutil.disk_usage(site.root).free < ROOM:
            return "the disk is full"
        return ""

    async def _store(self) -> str:
        """Write to the store, and undo it.

        On PostgreSQL another program may hold one table: opt-outs and marks must be
        able to write to theirs.
        """
        now, database = clock.now(), self._site.database
        try:
            async with database.writing() as session:
                await moved.require_here(session)
                if not database.is_sqlite:
                    await locks.join_writers(session, WRITTEN)
                session.add(Bucket(name="readiness", level=0, at=now, booked_to=now))
                await session.flush()
                await writing.take_back(session)
        except DBAPIError as fault:
            return str(store_error(fault))
        return ""
