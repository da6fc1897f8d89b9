"""/console/words and /console/topics: the words that rules and lists may use."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from audiences import directory
from audiences.export import listed_bodies
from audiences.export.listed_bodies import WantedBodies
from audiences.institution import LEVELS, REGIONS, STATUSES
from audiences.languages import OFFERED
from audiences.organisations import Kind
from audiences.people import site_roles
from audiences.store import folding
from audiences.upkeep import topics
from audiences.upkeep.words import themes
from mailer.rendering.entry import role_names
from mailer.rendering.language.catalogues import Catalogue
from mailer.reports.figures.campaign_figures import CampaignFigures
from mailer.users.acts import Right
from mailer.web.console import showing
from mailer.web.console.acting import Asking
from mailer.web.console.guard import Visit
from mailer.web.console.names import directory_names

SHOWN = 100  # words on a page
LISTS = {
    "fields": "Fields of work",
    "themes": "Themes",
    "countries": "Countries",
    "offices": "Field offices",
    "sectors": "Sectors of the Secretariat",
    "topics": "Topics",
    "regions": "Regions",
    "kinds": "Kinds of organisation",
    "statuses": "Official statuses",
    "levels": "Reach",
    "roles": "Roles of contacts",
}
FIXED = {"regions": REGIONS, "statuses": STATUSES, "levels": LEVELS}
BODIES = {"offices": Kind.FIELD_OFFICE, "sectors": Kind.SECTOR}
EDITED = {"themes": "theme", "roles": "role"}  # list → kind of words with a form
NEW = {"theme": "New theme", "role": "New role"}
STRINGS = (*LISTS.values(), *NEW.values())
Words = Mapping[str, Mapping[str, str]]  # code → language → name


@get("/words", right=Right.READ)
async def words(request: Asking) -> Response[Any]:
    """Show the words of one list, with their official names in six languages."""
    asked, query = request.user, request.query_params
    chosen = query.get("list", "")
    chosen = chosen if chosen in LISTS else next(iter(LISTS))
    search = query.get("search", "").strip()[:100]
    known, edited = await _words(asked, chosen), EDITED.get(chosen, "")
    found = [
        (code, by_language)
        for code, by_language in known.items()
        if not search or _matches(search, [code, *by_language.values()])
    ]
    return showing.show(
        asked,
        "site/words.html",
        lists={key: asked.words.text(name) for key, name in LISTS.items()},
        chosen=chosen,
        kind=BODIES.get(chosen, ""),
        edited=edited,
        new=asked.words.text(NEW[edited]) if edited else "",
        search=search,
        rows=found[:SHOWN],
        count=len(found),
        offered=OFFERED,
    )


def _matches(search: str, texts: list[str]) -> bool:
    wanted = folding.folded(search) or ""
    return any(wanted in (folding.folded(each) or "") for each in texts)


def _fixed(chosen: str, catalogues: Mapping[str, Catalogue]) -> Words:
    """Return the words of a list that is part of the program."""
    if chosen == "kinds":
        return {str(code): {"en": name} for code, name in directory_names.KINDS.items()}
    return {
        code: {language: each.text(name) for language, each in catalogues.items()}
        for code, name in FIXED[chosen].items()
    }


async def _words(asked: Visit, chosen: str) -> Words:
    """Return the words of a list."""
    catalogues = {each: asked.site.catalogue(each) for each in OFFERED}
    if chosen in {"kinds", *FIXED}:
        return _fixed(chosen, catalogues)
    async with asked.site.database.reading() as session:
        if chosen in {"countries", "fields"}:
            country = chosen == "countries"
            read = directory.country_names if country else directory.subject_names
            return dict(sorted((await read(session)).items()))
        if chosen in BODIES:
            wanted = WantedBodies(kind=BODIES[chosen])
            rows = await listed_bodies.page(session, wanted, after=0, limit=1_000)
            return {each.code: each.names or {"en": each.name} for each in rows}
        if chosen == "themes":
            return {each.code: each.labels for each in await themes(session)}
        if chosen == "roles":
            return {
                each.code: role_names(each, catalogues)
                for each in await site_roles.load(session)
            }
        return {topic.code: topic.names for topic in await topics.listed(session)}


@get("/topics", right=Right.READ)
async def topics_page(
    request: Asking, figures: NamedDependency[CampaignFigures]
) -> Response[Any]:
    """Show what readers may subscribe to, and how many do."""
    asked = request.user
    read = partial(asked.site.database.query, topics.active)
    kept = await figures.of_directory("subscribers", read)
    async with asked.site.database.reading() as session:
        listed = await topics.listed(session)
    counts = kept.value if kept else {}
    rows = [
        (each.code, each.names, each.rhythm(asked.language), counts.get(each.code, 0))
        for each in listed
    ]
    return showing.show(
        asked,
        "site/topics.html",
        rows=rows,
        offered=OFFERED,
        kept=kept,
        counted_at=showing.earlier(asked, kept.at if kept else None),
    )


HANDLERS = (words, topics_page)
