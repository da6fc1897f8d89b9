"""What people in the console cost a campaign: `python -m tools.bench.people`.

`mailer serve` delivers a campaign alone, then beside twenty people, who each save a
block every ten seconds and open a page every twenty, and five pages of live figures.
The processor time of their pages is measured apart, while nothing is sent. Prints a
sentence and one JSON line.
"""

import argparse
import asyncio
import itertools
import json
import re
import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

import httpx
from rich.console import Console

from audiences.record.changes import Author
from mailer import clock
from mailer.campaigns.writing import edit, folder
from mailer.maintenance import founding
from mailer.rendering import letter_types
from mailer.settings.toml import edit_toml
from mailer.signin import browsers, tokens
from mailer.sites.opening import open_site
from mailer.users import keeping
from mailer.users.checking import UserDetails
from mailer.users.roles import UserRole
from mailer.web.console.guard import FIELD, cookie_name
from tools.bench import campaign, clients, measure, sending, source
from tools.bench.campaign import Case
from tools.peers.postgres import free_port
from tools.waiting import eventually

PEOPLE, STREAMS, MESSAGES = 20, 5, 100_000
SAVES, PAGES = 10.0, 20.0  # seconds between two of one person
BY_SCRIPT = {"Sec-Fetch-Site": "same-origin", "Accept": "application/json"}
APART = 40.0  # seconds for which the people alone are measured
PLACES = ("", "/campaigns", "/directory", "/calendar", "/campaigns/{draft}/write/en")
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@dataclass(frozen=True, kw_only=True)
class People:
    """Where the console is, who is signed in, and what they write and watch."""

    url: str
    signed: Sequence[tuple[str, str]]  # the cookie of each person, and their token
    drafts: Sequence[int]  # of each person
    sent: int
    answers: Counter[int] = field(default_factory=Counter)  # status → how often


def run(messages: int = MESSAGES) -> dict[str, float]:
    """Return what a campaign takes alone and beside people, and what they cost."""
    case = Case(
        store="sqlite", letter="10k", signing="none", messages=messages, rounds=1
    )
    with campaign.site_of(case, source.sink()) as (site, _, _):
        port = free_port()
        edit_toml(site / "config.toml", {("web", "port"): port})
        first, second = (_written(site) for _ in range(2))
        people = asyncio.run(_people(site, port, second))
        alone = asyncio.run(clients.delivered(site, first, port, nullcontext()))
        beside = asyncio.run(clients.delivered(site, second, port, _at_work(people)))
        during = people.answers.copy()
        apart = asyncio.run(_apart(site, port, people))
    own = apart * beside.measured  # they are at it while it is released, too
    return {
        "messages": messages,
        "alone_s": round(alone.took, 2),
        "beside_s": round(beside.took, 2),
        "measured_s": round(beside.measured, 2),
        "alone_cpu_s": round(alone.used, 2),
        "beside_cpu_s": round(beside.used, 2),
        "people_cpu_s": round(own, 2),
        "requests": during.total(),
        "faults": sum(each for status, each in during.items() if status >= 400),
        "change": round((beside.used - own) / alone.used - 1, 3),
    }


def _written(place: Path) -> int:
    return int(measure.run(sending.write, place, 1, cluster=None).told["campaign"])


async def _people(place: Path, port: int, sent: int) -> People:
    """Sign people in, and begin a draft for each of them."""
    async with open_site(place / "config.toml") as site:
        written = folder.read(place / "letter-1")
        drafts, signed = [], []
        async with site.database.writing() as session:
            now, roles = clock.now(), [str(each) for each in UserRole]
            author = Author(by=founding.APPROVER, at=now, because=None, account=None)
            classes = letter_types.classes(site.templates)
            for number in range(PEOPLE):
                name = f"person-{number}"
                details = UserDetails(address=f"{name}@unit.example")
                await keeping.add(
                    session, name, roles, details, author, classes=classes
                )
                begun = await browsers.begin(session, name, device="bench", now=now)
                signed.append((f"{cookie_name(site)}={begun.token}", begun.token))
                draft = await edit.add(
                    session,
                    written,
                    templates=site.templates,
                    author=founding.EDITOR,
                    now=now,
                )
                drafts.append(draft.id)
    return People(
        url=f"http://127.0.0.1:{port}/console", signed=signed, drafts=drafts, sent=sent
    )


@asynccontextmanager
async def _at_work(people: People) -> AsyncIterator[None]:
    """Keep the people at it."""
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(timeout=60, limits=limits) as client:
        for path in (*PLACES, *PLACES):  # what a process reads once
            address = people.url + path.format(draft=people.drafts[0])
            await client.get(address, headers={"Cookie": people.signed[0][0]})
        forms = [await _form(client, people, each) for each in range(PEOPLE)]
        tasks = []
        for place, (cookie, _) in enumerate(people.signed):
            tasks.append(_saves(client, people, place, *forms[place]))
            tasks.append(_opens(client, people, cookie, place))
        for cookie, _ in people.signed[:STREAMS]:
            tasks.append(_watches(client, people, cookie))
        working = [asyncio.create_task(each) for each in tasks]
        try:
            yield
        finally:
            for each in working:
                each.cancel()
            await asyncio.wait(working)


async def _form(
    client: httpx.AsyncClient, people: People, place: int
) -> tuple[str, dict[str, str]]:
    """Return where a person saves a block, and what its form has."""
    cookie, token = people.signed[place]
    address = f"{people.url}/campaigns/{people.drafts[place]}/write/en"
    page = (await client.get(address, headers={"Cookie": cookie})).text
    known = {name: unescape(value) for name, value in HIDDEN.findall(page)}
    kept = {name: known[name] for name in known if name.startswith("opening:")}
    return address, {
        FIELD: tokens.form_token(token),
        "page": known["page"],
        **kept,
    }


async def _saves(
    client: httpx.AsyncClient,
    people: People,
    place: int,
    address: str,
    form: Mapping[str, str],
) -> None:
    """Save a block every ten seconds, each person at another instant."""
    headers = {"Cookie": people.signed[place][0], **BY_SCRIPT}
    await asyncio.sleep(SAVES * place / PEOPLE)
    for number in itertools.count(2):
        words = f"Words of person {place}, {number}."
        sent = {**form, "n": str(number), "opening:text": words}
        answer = await client.post(address, data=sent, headers=headers)
        people.answers[answer.status_code] += 1
        await asyncio.sleep(SAVES)


async def _opens(
    client: httpx.AsyncClient, people: People, cookie: str, place: int
) -> None:
    """Open a page every twenty seconds, each person at another instant."""
    await asyncio.sleep(PAGES * place / PEOPLE)
    for path in itertools.cycle(PLACES):
        address = people.url + path.format(draft=people.drafts[place])
        answer = await client.get(address, headers={"Cookie": cookie})
        people.answers[answer.status_code] += 1
        await asyncio.sleep(PAGES)


async def _watches(client: httpx.AsyncClient, people: People, cookie: str) -> None:
    """Keep a page of live figures open."""
    address = f"{people.url}/campaigns/{people.sent}/live/events"
    while True:
        with suppress(httpx.HTTPError):
            async with client.stream(
                "GET", address, headers={"Cookie": cookie}
            ) as told:
                async for _ in told.aiter_lines():
                    pass
        await asyncio.sleep(3)


async def _apart(place: Path, port: int, people: People) -> float:
    """Return the processor seconds of the people per second, while nothing is sent."""
    with clients.serve(place) as process:
        await eventually(lambda: clients.answers(port), "no pages", within=60)
        before = clients.processor(process)
        await asyncio.sleep(APART)
        idle = clients.processor(process) - before
        async with _at_work(people):
            before = clients.processor(process)
            await asyncio.sleep(APART)
            used = clients.processor(process) - before
        process.terminate()
    return (used - idle) / APART


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure; print a sentence and one JSON line."""
    parser = argparse.ArgumentParser(description="Measure what people cost delivery.")
    parser.add_argument("--messages", type=int, default=MESSAGES)
    found = run(parser.parse_args(arguments).messages)
    Console(soft_wrap=True).print(
        f"{found['messages']:,} messages take {found['alone_cpu_s']} s of the processor"
        f" alone, {found['beside_cpu_s']} s beside {PEOPLE} people and {STREAMS} live"
        f" pages, of which theirs is {found['people_cpu_s']} s: {found['change']:+.1%}"
    )
    sys.stdout.write(json.dumps({"people": found}) + "\n")


if __name__ == "__main__":
    main()
