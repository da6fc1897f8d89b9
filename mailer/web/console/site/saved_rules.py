"""/console/audiences: rules that are kept under a name: counted, changed, renamed."""

from dataclasses import replace
from functools import partial
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.segments import compiler, save, saved, vocabularies
from audiences.segments.saved import SavedSegment
from audiences.store.permission import DirectoryRight
from mailer.campaigns.writing import saved_rules
from mailer.errors import RefusedError
from mailer.reports.figures.campaign_figures import CampaignFigures
from mailer.users.acts import Right
from mailer.web import forms
from mailer.web.console import acting, showing
from mailer.web.console.acting import Asking
from mailer.web.console.guard import Visit
from mailer.web.console.rules import naming, rule_form
from mailer.web.console.rules.rule_form import Keep, TriedRule
from mailer.web.console.rules.sentence import Row
from mailer.web.console.showing import HOME

ROOM = f"{HOME}/audiences"
NOT_SURE = "Tick the box to remove it."
NO_RULE = "There is no condition yet; give one at least."
EXAMPLES = (
    "kind = ngo and country in region(AFR)",
    "kind = natcom and speaks(fr)",
    "fields has ED and not status = observer",
)
STRINGS = (NOT_SURE, NO_RULE)


@get("/audiences", right=Right.READ)
async def listed(request: Asking) -> Response[Any]:
    """Show the saved rules, with where each is used."""
    asked = request.user
    async with asked.site.database.reading() as session:
        rows = await saved.listed(session)
        uses = await saved_rules.all_uses(session)
        told = (each.rule for each in rows)
        teller = await naming.for_page(asked, session, *told)
    return showing.show(
        asked,
        "site/saved-rules.html",
        rows=[(each, uses[each.name]) for each in rows],
        teller=teller,
        examples=EXAMPLES,
        may=asked.could(DirectoryRight.RULES),
    )


@get("/new-rule", right=DirectoryRight.RULES)
async def new(request: Asking) -> Response[Any]:
    """Show the form for a new rule; `rule` may be given."""
    rule = request.query_params.get("rule", "")[: acting.LONGEST]
    return await _page(request.user, None, "", TriedRule(rule=rule))


@get("/audiences/{name:str}", right=Right.READ)
async def one(
    request: Asking, name: FromPath[str], figures: NamedDependency[CampaignFigures]
) -> Response[Any]:
    """Show a saved rule: the contacts it picks, its uses, and its versions."""
    asked = request.user
    versions = await _versions(asked, name)
    tried = TriedRule(rule=versions[0].rule)
    version = versions[0].version, asked.now.date()
    keep = partial(figures.of_directory, ("rule", name), version=version)
    return await _page(asked, versions, name, tried, keep=keep)


@post("/new-rule", right=DirectoryRight.RULES, status_code=200)
async def add(request: Asking) -> Response[Any]:
    """Try a rule, or keep it under a name."""
    asked, form = request.user, await forms.form_of(request)
    return await _changed(asked, form, None, acting.typed(form, "name"))


@post("/audiences/{name:str}", right=DirectoryRight.RULES, status_code=200)
async def change(request: Asking, name: FromPath[str]) -> Response[Any]:
    """Try another rule for a name, or save it."""
    asked, form = request.user, await forms.form_of(request)
    return await _changed(asked, form, await _versions(asked, name), name)


@post("/audiences/{name:str}/rename", right=DirectoryRight.RULES, status_code=200)
async def rename(request: Asking, name: FromPath[str]) -> Response[Any]:
    """Give a saved rule another name."""
    asked, form = request.user, await forms.form_of(request)
    versions, wanted = await _versions(asked, name), acting.typed(form, "name")
    try:
        async with asked.site.database.writing() as session:
            await saved_rules.rename(
                session, name, wanted, by=asked.user.name, now=asked.now
            )
    except acting.REFUSALS as refused:
        tried = TriedRule(rule=versions[0].rule)
        said = str(refused)
        return await _page(asked, versions, name, tried, fault=said, renamed=wanted)
    return showing.to(asked.site, f"{ROOM}/{wanted}", "saved")


@post("/audiences/{name:str}/remove", right=DirectoryRight.RULES, status_code=200)
async def remove(request: Asking, name: FromPath[str]) -> Response[Any]:
    """Remove a saved rule; the box that says so was ticked."""
    asked, form = request.user, await forms.form_of(request)
    versions = await _versions(asked, name)
    try:
        if form.get("sure") != "yes":
            raise RefusedError(asked.words.text(NOT_SURE))
        async with asked.site.database.writing() as session:
            await saved_rules.remove(session, name, by=asked.user.name, now=asked.now)
    except acting.REFUSALS as refused:
        tried = TriedRule(rule=versions[0].rule)
        return await _page(asked, versions, name, tried, fault=str(refused))
    return showing.to(asked.site, ROOM, "gone")


async def _versions(asked: Visit, name: str) -> list[SavedSegment]:
    """Return the versions of a saved rule, the latest first."""
    async with asked.site.database.reading() as session:
        versions = list(await saved.versions(session, name[:60]))
    if not versions or not versions[0].rule:
        raise NotFoundException
    return versions


async def _changed(
    asked: Visit, form: Any, versions: list[SavedSegment] | None, name: str
) -> Response[Any]:
    """Save the rule of a form if that was pressed, or show what it picks."""
    tried, fault = await rule_form.tried(asked, form), ""
    rule, seen = tried.rule, str(form.get("seen") or "0")
    if form.get("act") == "save":
        try:
            if not rule:
                raise RefusedError(asked.words.text(NO_RULE))
            async with asked.site.database.reading() as session:
                await save.check(session, name, rule, now=asked.now)
            async with asked.site.database.writing() as session:
                await save.save(
                    session,
                    *(name, rule),
                    by=asked.user.name,
                    now=asked.now,
                    seen=forms.number(seen),
                )
        except acting.REFUSALS as refused:
            fault = str(refused)
        else:
            return showing.to(asked.site, f"{ROOM}/{name}", "saved")
    seen = "" if fault else seen  # after a refusal, the version that is shown
    return await _page(asked, versions, name, tried, fault=fault, seen=seen)


async def _page(
    asked: Visit,
    versions: list[SavedSegment] | None,  # None: a new rule
    name: str,
    tried: TriedRule,
    *,
    fault: str = "",
    seen: str = "",  # the version that the user saw; empty: the latest
    renamed: str = "",
    keep: Keep | None = None,
) -> Response[Any]:
    """Show a rule with the contacts it picks; with `keep` their count may be older."""
    async with asked.site.database.reading() as session:
        context = await _context(session, asked)
        used = await saved_rules.uses(session, name) if versions else None
        found = rule_form.nothing()
        rows = tried.given
        try:
            rows = _rows(tried)
            if tried.rule:
                found = await rule_form.found(asked, session, tried.rule, context, keep)
        except acting.REFUSALS as wrong:
            fault = rule_form.said(wrong, rows, fault)
        told = (tried.rule, *(each.rule for each in versions or ()))
        teller = await naming.for_page(asked, session, *told)
        words = await rule_form.words(asked, session, context, rows)
    return showing.show(
        asked,
        "site/saved-rule.html",
        status=showing.UNPROCESSABLE if fault else 200,
        fault=fault,
        **_of_versions(versions, tried.rule, seen),
        name=name,
        teller=teller,
        renamed=renamed or name,
        used=used,
        may=asked.could(DirectoryRight.RULES),
        **found,
        **words,
    )


def _of_versions(
    versions: list[SavedSegment] | None, rule: str, seen: str
) -> dict[str, Any]:
    """Return a rule and its versions, and how it stands to the last one."""
    if not versions:
        return {"rule": rule, "versions": (), "saved": False, "seen": seen or "0"}
    last = versions[0]
    return {
        "rule": rule,
        "versions": versions,
        "saved": last.rule == rule,
        "seen": seen or str(last.version),
    }


def _rows(tried: TriedRule) -> list[Row] | None:
    """Return the rows of a rule, an empty one without a rule; None for a text."""
    if not tried.rule and tried.given is None and not tried.as_text:
        tried = replace(tried, given=[rule_form.EMPTY])
    return tried.rows()


async def _context(session: AsyncSession, asked: Visit) -> compiler.Context:
    """Return the context of a rule that is of no letter, with a theme, as in saving."""
    vocabulary = await vocabularies.load(session)
    return compiler.Context(
        vocabulary=vocabulary,
        today=asked.now.date(),
        themes=tuple(vocabulary.themes)[:1],
    )


HANDLERS = (listed, new, one, add, change, rename, remove)
