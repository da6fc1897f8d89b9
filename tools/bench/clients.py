"""What slow and busy clients cost a campaign: `python -m tools.bench.clients`.

`mailer serve` delivers a campaign alone, then beside 1,100 clients that never finish a
header and 100 that ask with one valid link all the time. The processor time of the
pages is measured beside no campaign, with the same clients, and counted apart.
"""

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    asynccontextmanager,
    nullcontext,
    suppress,
)
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from rich.console import Console
from sqlalchemy import select

from mailer.campaigns import lookup
from mailer.campaigns.acts import Act
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import CampaignEvent
from mailer.outbox.models import Message
from mailer.settings.toml import edit_toml
from mailer.sites.opening import open_site
from mailer.sites.site import Site
from mailer.store import identity
from tools.bench import campaign, measure, sending, source
from tools.bench.campaign import Case
from tools.peers.postgres import free_port
from tools.waiting import eventually

SLOW, BUSY, MESSAGES = 1_100, 100, 20_000
BEGUN = b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: "
IDLE = 10.0  # seconds for which the pages alone are asked
Beside = AbstractAsyncContextManager[None]  # what is done meanwhile


@dataclass
class Asked:
    """What the busy clients were answered."""

    answers: Counter[int] = field(default_factory=Counter)


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """What the delivery of a campaign took."""

    took: float  # seconds from the release to the end, by its record
    used: float  # processor seconds of `serve` while it was measured
    measured: float  # seconds: with those of the command that releases it


def run(messages: int = MESSAGES) -> dict[str, float]:
    """Return the seconds of a campaign alone and beside clients, and what they cost."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (4_096, 4_096))
    case = Case(
        store="sqlite", letter="10k", signing="none", messages=messages, rounds=1
    )
    with campaign.site_of(case, source.sink()) as (site, _, _):
        port = free_port()
        edit_toml(site / "config.toml", {("web", "port"): port})
        rounds = []
        asked = Asked()
        for clients in (False, True):
            number = int(
                measure.run(sending.write, site, 1, cluster=None).told["campaign"]
            )
            rounds.append(
                asyncio.run(_round(site, number, port, asked if clients else None))
            )
        each = asyncio.run(_each_request(site, number, port))
    alone, beside = rounds
    own = each * sum(asked.answers.values())
    found = {
        "messages": messages,
        "alone_s": round(alone.took, 2),
        "beside_s": round(beside.took, 2),
        "alone_cpu_s": round(alone.used, 2),
        "beside_cpu_s": round(beside.used, 2),
        "requests": sum(asked.answers.values()),
        "pages_cpu_s": round(own, 2),
        "change": round((beside.took - own) / alone.took - 1, 3),
    }
    Console(soft_wrap=True).print(
        f"{messages:,} messages take {found['alone_s']} s alone,"
        f" {found['beside_s']} s beside {SLOW:,} slow and {BUSY} busy clients, of which"
        f" the pages' own processor time is {found['pages_cpu_s']} s:"
        f" {found['change']:+.1%}"
    )
    return found


async def _round(
    folder: Path, number: int, port: int, asked: Asked | None
) -> Delivered:
    """Deliver a campaign, beside clients that count their answers if so asked."""
    if asked is None:
        return await delivered(folder, number, port, nullcontext())
    async with open_site(folder / "config.toml") as site:
        token = await _token(site, number - 1)
    return await delivered(folder, number, port, _clients(port, token, asked))


async def delivered(folder: Path, number: int, port: int, beside: Beside) -> Delivered:
    """Release a campaign while `serve` runs; return what its delivery took."""
    async with open_site(folder / "config.toml") as site:
        with serve(folder) as process:
            await eventually(lambda: answers(port), "no pages", within=60)
            async with beside:
                before, began = processor(process), time.monotonic()
                await asyncio.to_thread(
                    measure.run, sending.send, folder, number, cluster=None
                )
                await eventually(
                    lambda: _is_over(site, number), "it is not sent", within=600
                )
                used = processor(process) - before
                measured = time.monotonic() - began
            process.terminate()
        took = await _took(site, number)
        return Delivered(took=took, used=used, measured=measured)


async def _took(site: Site, number: int) -> float:
    """Return the seconds from the release of a campaign to its end."""
    async with site.database.reading() as session:
        at = dict(
            (
                await session.execute(
                    select(CampaignEvent.act, CampaignEvent.at).where(
                        CampaignEvent.campaign_id == number
                    )
                )
            ).all()
        )
    return float((at[Act.FINISHED] - at[Act.RELEASED]).total_seconds())


async def _each_request(folder: Path, number: int, port: int) -> float:
    """Return the processor seconds of one request while nothing is sent."""
    asked = Asked()
    async with open_site(folder / "config.toml") as site:
        token = await _token(site, number)
    with serve(folder) as process:
        await eventually(lambda: answers(port), "the pages do not answer", within=60)
        before = processor(process)
        async with _clients(port, token, asked):
            await asyncio.sleep(IDLE)
        used = processor(process) - before
        process.terminate()
    return used / max(1, sum(asked.answers.values()))


def serve(folder: Path) -> "subprocess.Popen[bytes]":
    """Start `mailer serve`."""
    command = [sys.executable, "-m", "mailer", "--config", str(folder / "config.toml")]
    return subprocess.Popen([*command, "serve"], stderr=subprocess.DEVNULL)


def processor(process: "subprocess.Popen[bytes]") -> float:
    """Return the processor seconds of a process."""
    stat = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8")
    ticks = stat.rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


async def _is_over(site: Site, number: int) -> bool:
    async with site.database.reading() as session:
        found = await lookup.get(session, number)
    return CampaignState(found.state) is CampaignState.FINISHED


async def answers(port: int) -> bool:
    """Whether the pages are there."""
    with suppress(httpx.HTTPError):
        async with httpx.AsyncClient() as client:
            return (await client.get(f"http://127.0.0.1:{port}/healthz")).is_success
    return False


async def _token(site: Site, number: int) -> str:
    """Return the token of the page of choices of one message."""
    async with site.database.reading() as session:
        known = await identity.read(session)
        row = await session.execute(
            select(Message.id, Message.address_key)
            .where(Message.campaign_id == number)
            .limit(1)
        )
        message, key = row.one()
    return site.signer.message(known.stamp(message, key)).preferences


@asynccontextmanager
async def _clients(port: int, token: str, asked: Asked) -> AsyncIterator[None]:
    """Keep the slow and the busy clients at it."""
    limits = httpx.Limits(max_connections=BUSY)
    url = f"http://127.0.0.1:{port}"
    async with httpx.AsyncClient(base_url=url, limits=limits, timeout=60) as client:
        tasks = [asyncio.create_task(_slow(port)) for _ in range(SLOW)]
        tasks += [
            asyncio.create_task(_busy(client, f"/p/{token}", asked))
            for _ in range(BUSY)
        ]
        try:
            yield
        finally:
            for each in tasks:
                each.cancel()
            await asyncio.wait(tasks)


async def _slow(port: int) -> None:
    """Begin a request, wait until the server closes it, and begin another."""
    while True:
        with suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(BEGUN)
            await reader.read()
            writer.close()
        await asyncio.sleep(1)


async def _busy(client: httpx.AsyncClient, path: str, asked: Asked) -> None:
    while True:
        try:
            asked.answers[(await client.get(path)).status_code] += 1
        except httpx.HTTPError:
            await asyncio.sleep(0.1)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure; print a sentence and one JSON line."""
    parser = argparse.ArgumentParser(description="Measure what clients cost delivery.")
    parser.add_argument("--messages", type=int, default=MESSAGES)
    found = run(parser.parse_args(arguments).messages)
    sys.stdout.write(json.dumps({"clients": found}) + "\n")


if __name__ == "__main__":
    main()
