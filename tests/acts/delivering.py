"""Delivers as the command does, on a site whose limits and relays a test chooses."""

import asyncio
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from audiences.contacts import Contact
from mailer import clock
from mailer.outbox.models import Message, MessageEvent
from mailer.processes import running
from mailer.settings.sections import Settings
from mailer.sites.site import Site
from tools.peers.relay import Relay
from tools.waiting import eventually

# A relay that takes a command at a time, and one that takes many (RFC 2920).
EITHER_WAY = pytest.mark.parametrize(
    "offers", [("8BITMIME",), ("8BITMIME", "PIPELINING")], ids=["plain", "piped"]
)


def tuned(site: Site, *, connections: int = 1, **delivery: Any) -> Site:
    """Return the site with one connection and no patience, or as told."""
    patience = {"retry_minutes": (0.0001,), "uncertain_minutes": 0.0, **delivery}
    settings = site.settings.model_copy(
        update={
            "relay": site.settings.relay.model_copy(
                update={"connections": connections}
            ),
            "delivery": site.settings.delivery.model_copy(update=patience),
        }
    )
    return replace(site, settings=settings)


def changed(site: Site, **sections: Any) -> Site:
    """Return the site with other relays and limits, checked as the file is."""
    patient = tuned(site, retry_minutes=(60.0,))
    values = patient.settings.model_dump(by_alias=True)
    for name, keys in sections.items():
        values[name] = values[name] | keys
    return replace(patient, settings=Settings.model_validate(values))


def with_fallback(site: Site, spare: Relay) -> Site:
    """Return the site with a relay that stands in for the usual one."""
    return changed(
        site,
        relay={"fallback": "spare"},
        relays={"spare": {"host": "127.0.0.1", "port": spare.port}},
    )


async def work(site: Site) -> None:
    """Deliver until nothing is due."""
    await running.work(site, until_idle=True)


async def serve(site: Site) -> None:
    """Deliver until cancelled."""
    await running.work(site, until_idle=False)


async def work_until(site: Site, done: Callable[[], bool]) -> None:
    """Deliver again and again until the relay has seen what was waited for."""

    async def worked() -> bool:
        await work(site)
        return done()

    await eventually(worked, "the relay has not seen what was waited for")


async def later(site: Site, number: int) -> None:
    """Let the waits of a campaign's messages be over."""
    async with site.database.writing() as session:
        await session.execute(
            update(Message)
            .where(Message.campaign_id == number, Message.due_at.is_not(None))
            .values(due_at=clock.now() - timedelta(seconds=1))
        )


async def ever_uncertain(site: Site, number: int) -> set[str]:
    """Return the readers whose message was uncertain at some time."""
    async with site.database.reading() as session:
        rows = await session.scalars(
            select(Contact.address)
            .join(Message, Message.contact_id == Contact.id)
            .join(MessageEvent, MessageEvent.message_number == Message.id)
            .where(Message.campaign_id == number, MessageEvent.state == "uncertain")
        )
        return {str(address) for address in rows}


async def process(site: Site, *arguments: str) -> asyncio.subprocess.Process:
    """Start a mailer command on the site in a process of its own."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "mailer", "--config", str(site.root / "config.toml")),
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


class Once:
    """A script that answers one way the first time a verb is said, then as usual."""

    def __init__(self, verb: str, answer: str, *, times: int = 1) -> None:
        self._verb, self._answer, self._left = verb, answer, times

    def __call__(self, verb: str, _line: str) -> str | None:
        """Answer one command."""
        if verb != self._verb or self._left == 0:
            return None
        self._left -= 1
        return self._answer
