"""The step that asks for the pages of the console, beside their budgets.

A million contacts, a released letter of as many messages, 2,000 campaigns, one user
with every role.
"""

import asyncio
import statistics
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.record.changes import Author
from mailer import clock
from mailer.campaigns.models import Campaign, CampaignText
from mailer.maintenance import founding
from mailer.rendering import letter_types
from mailer.signin import browsers
from mailer.sites.opening import open_site
from mailer.sites.site import Site
from mailer.users import keeping
from mailer.users.checking import UserDetails
from mailer.users.roles import UserRole
from mailer.web.console.guard import cookie_name
from tools.peers.serving import Pages, serving

CAMPAIGNS = 2_000
OK = 200
TIMES = 7  # requests of a page, after one that warms it
USER = "surveyor"
AGAIN = b"data-again"  # in a page whose figures are being counted
LONGEST = 120.0  # seconds for a first count
# page → milliseconds of the processor it may take, by docs/performance.md
BUDGETS = {
    "": 150,
    "/campaigns": 150,
    "/campaigns?search=letter": 150,
    "/campaigns/{draft}": 150,
    "/campaigns/{draft}/write/en": 150,
    "/campaigns/{draft}/settings": 150,
    "/campaigns/{draft}/check": 150,
    "/campaigns/{draft}/versions": 150,
    "/campaigns/{draft}/files": 150,
    "/campaigns/{draft}/audience": 150,
    "/campaigns/{sent}": 150,
    "/campaigns/{sent}/live": 150,
    "/campaigns/{sent}/report": 150,
    "/calendar": 150,
    "/series": 150,
    "/series/1": 150,
    "/directory": 300,
    "/directory?search=educ": 300,
    "/directory?search=educ&show=contacts": 300,
    "/directory/contacts/{contact}": 150,
    "/directory/organisations/300": 150,
    "/directory/imports": 150,
    "/directory/proposals": 150,
    "/directory/suppressions": 150,
    "/words": 150,
    "/topics": 150,
    "/journal": 150,
    "/health": 150,
    "/settings": 150,
    "/people": 150,
    "/me": 150,
}
LARGEST = 60  # KB of a page
LARGER = {"/campaigns/{draft}/write/en": 80}  # it has a form for each block


async def pages(folder: Path) -> dict[str, Any]:
    """Ask for each page some times, once its figures are counted."""
    found: dict[str, Any] = {}
    async with open_site(folder / "config.toml") as site:
        sent, draft, cookie = await _filled(site)
        places = {"draft": draft, "sent": sent, "contact": 5_000}
        async with serving(site) as served:
            for path in BUDGETS:
                address = f"/console{path.format(**places)}"
                found[path] = await _asked(served, address, cookie)
    return found


async def _asked(served: Pages, address: str, cookie: str) -> dict[str, float]:
    """Return what a page costs: milliseconds, and KB.

    `first` is the first answer, `counted` the time until it has its figures.
    """
    began = time.perf_counter()
    answer = await served.get(address, Cookie=cookie)
    first = time.perf_counter() - began
    while AGAIN in answer.content and time.perf_counter() - began < LONGEST:
        await asyncio.sleep(0.5)
        answer = await served.get(address, Cookie=cookie)
    counted = time.perf_counter() - began
    taken, processor = [], []
    for _ in range(TIMES):
        began, used = time.perf_counter(), time.process_time()
        answer = await served.get(address, Cookie=cookie)
        taken.append(time.perf_counter() - began)
        processor.append(time.process_time() - used)
    figures = {
        "first": first,
        "counted": counted,
        "median": statistics.median(taken),
        "slowest": max(taken),
        "processor": statistics.median(processor),
    }
    return {
        "status": answer.status_code,
        **{name: round(each * 1_000, 1) for name, each in figures.items()},
        "kb": round(len(answer.content) / 1_000, 1),
    }


def over(path: str, figures: Mapping[str, float]) -> bool:
    """Whether a page costs more than its budget, or is none."""
    return (
        figures["status"] != OK
        or figures["processor"] > BUDGETS[path]
        or figures["kb"] > LARGER.get(path, LARGEST)
    )


async def _filled(site: Site) -> tuple[int, int, str]:
    """Add the campaigns and the user; return a sent and a draft one, and the cookie."""
    now = clock.now()
    author = Author(by=founding.APPROVER, at=now, because=None, account=None)
    async with site.database.writing() as session:
        roles = [str(each) for each in UserRole]
        classes = letter_types.classes(site.templates)
        details = UserDetails(address="surveyor@unit.example")
        await keeping.add(session, USER, roles, details, author, classes=classes)
        sent = await session.scalar(select(Campaign.id).order_by(Campaign.id).limit(1))
        draft = await _copies(session, int(sent or 0), now)
        signed = await browsers.begin(session, USER, device="bench", now=now)
    return int(sent or 0), draft, f"{cookie_name(site)}={signed.token}"


async def _copies(session: AsyncSession, number: int, now: datetime) -> int:
    """Copy a campaign, in several states; return the number of the last, a draft."""
    model = await session.get_one(Campaign, number)
    columns = [each.key for each in Campaign.__table__.columns if each.key != "id"]
    values = {each: getattr(model, each) for each in columns}
    texts = await session.execute(
        select(CampaignText.language, CampaignText.text).where(
            CampaignText.campaign_id == number
        )
    )
    written = list(texts)
    states = ("finished", "cancelled", "approved", "draft")
    for place in range(CAMPAIGNS):
        at = now - timedelta(hours=12 * (CAMPAIGNS - place))
        state = states[place % len(states)]
        changed = {
            "name": f"{model.name} {place}",
            "state": state,
            "at": at if state == "finished" else None,
            "released_at": at if state == "finished" else None,
            "created_at": at,
            "updated_at": at,
            "reference_number": None,
        }
        made = await session.execute(
            insert(Campaign).values(values | changed).returning(Campaign.id)
        )
        last: int = made.scalar_one()
        await session.execute(
            insert(CampaignText),
            [
                {"campaign_id": last, "language": language, "text": text}
                for language, text in written
            ],
        )
    return last
