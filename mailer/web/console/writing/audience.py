"""/console/campaigns/{id}/audience: who gets a letter, counted, named and explained.

The rule is a sentence of rows, or a text; trying one changes nothing until it is saved.
"""

import secrets
from functools import partial
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from audiences.errors import AudienceError
from mailer.campaigns import lookup
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign
from mailer.campaigns.writing.drafting import desk, pieces, saving
from mailer.campaigns.writing.drafting.saving import ChangedMeanwhileError
from mailer.campaigns.writing.drafting.standing import SaveStamp
from mailer.errors import MailerError
from mailer.reports.figures.campaign_figures import CampaignFigures
from mailer.users.acts import Right
from mailer.web import forms
from mailer.web.console import showing
from mailer.web.console.guard import Visit
from mailer.web.console.rules import explained, naming, rule_form
from mailer.web.console.rules.rule_form import Keep, TriedRule
from mailer.web.console.showing import CONFLICT, HOME

CHANGED = "%(name)s changed the rule meanwhile. It is shown below; yours is not saved."
STRINGS = (CHANGED,)
Asking = Request[Visit, Any, Any]


@get("/campaigns/{number:int}/audience", right=Right.READ)
async def page(
    request: Asking, number: FromPath[int], figures: NamedDependency[CampaignFigures]
) -> Response[Any]:
    """Show the rule of a letter with its readers, or why one person is one."""
    address = request.query_params.get("address", "").strip()[:200]
    return await _page(request.user, number, address=address, figures=figures)


@post("/campaigns/{number:int}/audience", right=Right.WRITE, status_code=200)
async def change(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Try another rule, or save it."""
    asked, form = request.user, await forms.form_of(request)
    tried, by = await rule_form.tried(asked, form), asked.user.name
    if form.get("act") != "save":
        return await _page(asked, number, tried)
    stamp = SaveStamp(base=str(form.get("base") or ""), page=secrets.token_hex(8), n=1)
    try:
        async with asked.site.database.writing() as session:
            taken = await desk.take(session, number, asked.site.templates, by=by)
            await saving.save_audience(
                session, taken, tried.rule, stamp, by=by, now=asked.now
            )
    except ChangedMeanwhileError as changed:
        said = asked.words.text(CHANGED, name=asked.called(changed.by))
        return await _page(asked, number, fault=said, status=CONFLICT)
    except MailerError as fault:
        return await _page(
            asked, number, tried, fault=str(fault), status=showing.UNPROCESSABLE
        )
    return showing.to(asked.site, f"{HOME}/campaigns/{number}/audience", "saved")


async def _page(
    asked: Visit,
    number: int,
    tried: TriedRule | None = None,
    *,
    address: str = "",
    fault: str = "",
    status: int = 200,
    figures: CampaignFigures | None = None,
) -> Response[Any]:
    """Show a rule, for None the letter's; with `figures` its readers may be older."""
    async with asked.site.database.reading() as session:
        campaign = await lookup.get(session, number)
        context = await lookup.context_of(session, campaign, now=asked.now)
        tried = tried or TriedRule(rule=campaign.audience)
        rule, rows = tried.rule, tried.given
        found = rule_form.nothing()
        try:
            rows, keep = tried.rows(), _keeping(figures, campaign)
            found = await rule_form.found(asked, session, rule, context, keep, address)
        except (AudienceError, MailerError) as wrong:
            fault = rule_form.said(wrong, rows, fault)
            status = max(status, showing.UNPROCESSABLE)
        clauses = found["why"].clauses if found["why"] else ()
        told = explained.rules_of(clauses)
        teller = await naming.for_page(asked, session, rule, *told)
        words = await rule_form.words(asked, session, context, rows)
    return showing.show(
        asked,
        "audience.html",
        status=status,
        fault=fault,
        rule=rule,
        teller=teller,
        clauses=explained.shown(clauses, teller),
        address=address,
        **_of_campaign(asked, campaign, rule),
        **found,
        **words,
    )


def _keeping(figures: CampaignFigures | None, campaign: Campaign) -> Keep | None:
    return partial(figures.of_audience, "readers", campaign) if figures else None


def _of_campaign(asked: Visit, campaign: Campaign, rule: str) -> dict[str, Any]:
    """Return what stands of the letter, and what the user may do with its rule."""
    return {
        "campaign": campaign,
        "saved": rule == campaign.audience,
        "stands": pieces.digest_of(campaign.audience),
        "may": asked.could(Right.WRITE) and campaign.state == CampaignState.DRAFT,
        "names": asked.could(Right.NAMES),
    }


HANDLERS = (page, change)
