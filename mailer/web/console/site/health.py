"""/console/health and /console/settings: the state of the site, and its settings."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency

from mailer.doctor import examine
from mailer.doctor.finding import Finding, Grade
from mailer.reports import metrics
from mailer.reports.figures.campaign_figures import CampaignFigures
from mailer.reports.figures.kept import Kept
from mailer.sites.bundled import bundled
from mailer.store import identity
from mailer.users.acts import Right
from mailer.web.console import showing
from mailer.web.console.acting import Asking
from mailer.web.console.guard import Visit
from mailer.web.console.site import described

GRADES = {
    Grade.ERROR: "error",
    Grade.WARNING: "warning",
    Grade.NOTE: "note",
    Grade.OK: "in order",
}
ABOUT = {
    "alerts": "alerts",
    "backup": "backup",
    "campaign": "letter",
    "campaigns": "letters",
    "certificate": "certificate",
    "clock": "clock",
    "configuration": "settings",
    "defaults": "settings",
    "delivery": "sending",
    "disk": "disk",
    "files": "files",
    "fonts": "fonts",
    "growth": "store",
    "lists": "lists that are read again",
    "names": "domain names",
    "providers": "mailbox providers",
    "readers": "readers",
    "relay": "relay",
    "reports": "reports of other mail systems",
    "returns": "mails that come back",
    "secrets": "secrets",
    "sending": "sending",
    "series": "series",
    "signing": "signing",
    "store": "store",
    "templates": "templates",
    "ticker": "calendar",
    "users": "people",
    "web": "pages",
}
CHANGED_HERE = (  # what a user changes in the browser, where, and who may open it
    ("Topics and themes", "/topics", Right.READ),
    ("Series and their dates", "/series", Right.READ),
    ("Saved rules", "/audiences", Right.READ),
    ("People, roles and deputies", "/people", Right.USERS),
    ("Your own language, zone and ways to sign in", "/me", Right.READ),
)
STRINGS = (
    *GRADES.values(),
    *ABOUT.values(),
    *(name for name, _, _ in CHANGED_HERE),
)
ORDER = tuple(GRADES)  # the worst first
CONFIG = "config.toml"


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteState:
    """What was found in a site, and the figures of its delivery."""

    findings: list[Finding]
    values: dict[str, float]


@get("/health", right=Right.HEALTH)
async def health(
    request: Asking, figures: NamedDependency[CampaignFigures]
) -> Response[Any]:
    """Show how delivery goes, and what the doctor finds that may fail by itself."""
    asked = request.user
    kept = await figures.of_directory("health", partial(_examined, asked))
    async with asked.site.database.reading() as session:
        halted = bool((await identity.read(session)).halt)
    return _page(asked, kept, halted=halted)


async def _examined(asked: Visit) -> SiteState:
    """Return what the doctor watches, and the figures of delivery."""
    found = await examine.watched(asked.site, now=asked.now)
    return SiteState(findings=found, values=await _measured(asked))


@post("/health", right=Right.HEALTH, status_code=200)
async def full(request: Asking) -> Response[Any]:
    """Examine everything, as the doctor does, also the DNS; nothing is changed."""
    asked = request.user
    found = await examine.examine(asked.site.root / CONFIG, now=asked.now)
    seen = SiteState(findings=found, values=await _measured(asked))
    kept = Kept(value=seen, at=asked.now)
    return _page(asked, kept, halted=bool(seen.values["halted"]), everything=True)


async def _measured(asked: Visit) -> dict[str, float]:
    """Return the figures of delivery by their names."""
    site = asked.site
    async with site.database.reading() as session:
        measured = await metrics.measure(
            session, site.root, is_sqlite=site.database.is_sqlite, now=asked.now
        )
    return {
        each.name: each.samples[0].value for each in measured if len(each.samples) == 1
    }


def _about(text: Callable[[str], str], given: str) -> str:
    """Return what a finding is about, in the language of the page."""
    kind, _, name = given.partition(" ")
    return f"{text(ABOUT[kind])} {name}".strip() if kind in ABOUT else given


def _page(
    asked: Visit,
    kept: Kept[SiteState] | None,
    *,
    halted: bool,
    everything: bool = False,
) -> Response[Any]:
    """Show what was found; whether sending is stopped is always of now."""
    found = kept.value.findings if kept else []
    return showing.show(
        asked,
        "site/health.html",
        findings=sorted(found, key=lambda each: ORDER.index(each.level)),
        about=partial(_about, asked.words.text),
        grades={str(key): asked.words.text(name) for key, name in GRADES.items()},
        values=kept.value.values if kept else None,
        everything=everything,
        halted=halted,
        kept=kept,
        counted_at=showing.earlier(asked, kept.at if kept else None),
    )


@get("/settings", right=Right.HEALTH)
async def settings(request: Asking) -> Response[Any]:
    """Show each setting with its sentence; secrets only as set or not."""
    asked = request.user
    text = bundled(CONFIG).read_text(encoding="utf-8")
    sections: dict[str, list[described.DescribedSetting]] = {}
    for each in described.described(asked.site.settings, text):
        sections.setdefault(each.key.partition(".")[0], []).append(each)
    return showing.show(
        asked,
        "site/settings.html",
        sections=sections,
        ordered=described.ordered,
        changed_here=[
            (asked.words.text(name), path)
            for name, path, right in CHANGED_HERE
            if asked.could(right)
        ],
    )


HANDLERS = (health, full, settings)
