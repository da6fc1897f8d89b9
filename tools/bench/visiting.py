"""The step that asks for the pages of the console, beside their budgets.

A million contacts, a released letter of as many messages, 2,000 campaigns, one user
with every role.
"""

import statistics
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.upkeep.changes import Author
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
from tools.peers.serving import serving

CAMPAIGNS = 2_000
TIMES = 7  # requests of a page, after one that warms it
USER = "surveyor"
# page → milliseconds it may take at the server, by docs/performance.md
BUDGETS = {
    "": 150,
    "/campaigns": 150,
    "/campaigns?search=letter": 150,
    "/campaigns/{draft}": 1_500,
    "/campaigns/{draft}/write/en": 150,
    "/campaigns/{draft}/settings": 150,
    "/campaigns/{draft}/check": 1_500,
    "/campaigns/{draft}/versions": 150,
    "/campaigns/{draft}/files": 150,
    "/campaigns/{draft}/audience": 1_000,
    "/campaigns/{sent}": 1_500,
    "/campaigns/{sent}/live": 3_000,
    "/campaigns/{sent}/report": 3_000,
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


async def pages(folder: Path) -> dict[str, float]:
    """Ask for each page some times; return milliseconds and KB by page."""
    found: dict[str, Any] = {}
    async with open_site(folder / "config.toml") as site:
        sent, draft, cookie = await _filled(site)
        places = {"draft": draft, "sent": sent, "contact": 5_000}
        async with serving(site) as served:
            for path in BUDGETS:
                address = f"/console{path.format(**places)}"
                taken = []
                for _ in range(TIMES + 1):
                    started = time.perf_counter()
                    answer = await served.get(address, Cookie=cookie)
                    taken.append((time.perf_counter() - started) * 1_000)
                found[path] = _figures(answer, taken[1:])
    return found


def _figures(answer: httpx.Response, taken: Sequence[float]) -> list[float]:
    """Return the status, the median and the slowest in ms, and the size in KB."""
    size = len(answer.content) / 1_000
    figures = (statistics.median(taken), max(taken), size)
    return [answer.status_code, *(round(each, 1) for each in figures)]


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
