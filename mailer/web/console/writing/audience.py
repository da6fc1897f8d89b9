"""/console/campaigns/{id}/audience: who gets a letter, counted, named and explained.

The rule is a sentence of rows, or a text; trying one changes nothing until it is saved.
"""

import secrets
from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import contacts
from audiences.errors import AudienceError
from audiences.segments import compiler, explanation, facts, grammar, named, resolve
from audiences.segments.compiler import Context
from audiences.segments.resolve import Counted
from mailer import clock
from mailer.campaigns import lookup
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign
from mailer.campaigns.writing.drafting import desk, pieces, saving
from mailer.campaigns.writing.drafting.saving import ChangedMeanwhileError
from mailer.campaigns.writing.drafting.standing import SaveStamp
from mailer.errors import MailerError
from mailer.reports.figures.campaign_figures import CampaignFigures
from mailer.reports.figures.kept import Kept
from mailer.users.acts import Right
from mailer.web import forms
from mailer.web.console import showing
from mailer.web.console.guard import Visit
from mailer.web.console.showing import CONFLICT, HOME
from mailer.web.console.writing import sentence
from mailer.web.console.writing.sentence import Row

UNPROCESSABLE = 422
SHOWN = 20  # readers by name
CHANGED = "%(name)s changed the rule meanwhile. It is shown below; yours is not saved."
KINDS = {
    "ngo": "NGOs",
    "delegation": "permanent delegations",
    "natcom": "National Commissions",
    "field_office": "field offices",
    "sector": "sectors of the Secretariat",
    "liaison_committee": "the liaison committee",
    "observer": "observers",
}
LEFT_OUT = {
    "no_address": "have no address",
    "suppressed": "must not be written to",
    "stopped": "asked for no more letters",
    "unsubscribed": "left this topic",
    "paused": "asked for a break",
    "unconfirmed": "have not confirmed their wish yet",
    "not_subscribed": "never asked for this topic",
}
_EMPTY = Row(part=sentence.ALL, fact="", sign="=", values="")
STRINGS = (CHANGED, *KINDS.values(), *LEFT_OUT.values())
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
    act, by = str(form.get("act") or "try"), asked.user.name
    given = _given(form)
    rule = str(form.get("rule") or "") if given is None else sentence.text(given)
    if act != "save":
        shown = given if act in {"add", "try"} else None
        return await _page(
            asked,
            number,
            rule=rule,
            given=shown,
            as_text=act == "text",
            more=act == "add",
        )
    stamp = SaveStamp(base=str(form.get("base") or ""), page=secrets.token_hex(8), n=1)
    try:
        async with asked.site.database.writing() as session:
            taken = await desk.take(session, number, asked.site.templates, by=by)
            await saving.save_audience(
                session, taken, rule, stamp, by=by, now=asked.now
            )
    except ChangedMeanwhileError as changed:
        said = asked.words.text(CHANGED, name=changed.by)
        return await _page(asked, number, fault=said, status=CONFLICT)
    except MailerError as fault:
        return await _page(
            asked,
            number,
            rule=rule,
            given=given,
            fault=str(fault),
            status=UNPROCESSABLE,
        )
    return showing.to(asked.site, f"{HOME}/campaigns/{number}/audience")


def _given(form: FormMultiDict) -> list[Row] | None:
    """Return the rows of a form; None if it has a text."""
    keys = ("part", "fact", "sign", "values")
    columns = [[str(each) for each in form.getall(key, [])] for key in keys]
    if not columns[0]:
        return None
    return [
        Row(part=part, fact=fact, sign=sign, values=values)
        for part, fact, sign, values in list(zip(*columns, strict=False))[
            : sentence.MOST_ROWS
        ]
    ]


async def _page(
    asked: Visit,
    number: int,
    *,
    rule: str | None = None,
    given: list[Row] | None = None,
    as_text: bool = False,
    more: bool = False,
    address: str = "",
    fault: str = "",
    status: int = 200,
    figures: CampaignFigures | None = None,
) -> Response[Any]:
    """Show a rule; with `figures` the readers of a large directory may be older."""
    async with asked.site.database.reading() as session:
        campaign = await lookup.get(session, number)
        context = await lookup.context_of(session, campaign, now=asked.now)
        tried = campaign.audience if rule is None else " ".join(rule.split())
        found: dict[str, Any] = {"people": [], "why": None}
        kept: Kept[Counted] | None = None
        try:
            parsed = grammar.parse(tried)
            if given is None and not as_text:
                given = sentence.rows(parsed)
            found = await _found(asked, session, tried, context, address)
            kept = await _counted(asked, campaign, tried, context, figures)
        except (AudienceError, MailerError) as wrong:
            fault, status = fault or str(wrong), max(status, UNPROCESSABLE)
    return showing.show(
        asked,
        "audience.html",
        status=status,
        fault=fault,
        campaign=campaign,
        rule=tried,
        saved=tried == campaign.audience,
        stands=pieces.digest_of(campaign.audience),
        rows=[*given, _EMPTY] if more and given is not None else given,
        address=address,
        may=_may(asked, campaign),
        names=asked.could(Right.NAMES),
        counted=kept.value if kept else None,
        kept=kept,
        counted_at=showing.earlier(asked, kept.at if kept else None),
        pending=kept is None and not fault,
        **found,
        **_words(asked, context),
    )


def _may(asked: Visit, campaign: Campaign) -> bool:
    return asked.could(Right.WRITE) and campaign.state == CampaignState.DRAFT


async def _found(
    asked: Visit, session: AsyncSession, rule: str, context: Context, address: str
) -> dict[str, Any]:
    """Return the count of a rule, some of its readers, and why a person is one."""
    await named.require_known(session, [rule], context.vocabulary)
    compiler.condition(rule, context)
    people, why = [], None
    if asked.could(Right.NAMES):
        async for each in resolve.members(session, rule, context):
            people.append(each)
            if len(people) == SHOWN:
                break
        if address:
            contact = await contacts.find(session, address, key=asked.site.address_key)
            why = await explanation.explain(session, rule, contact, context)
    return {"people": people, "why": why}


async def _counted(
    asked: Visit,
    campaign: Campaign,
    rule: str,
    context: Context,
    figures: CampaignFigures | None,
) -> Kept[Counted] | None:
    """Count the readers of a rule; None while they are counted at first."""

    async def count() -> Counted:
        async with asked.site.database.reading() as session:
            return await resolve.count(session, rule, context)

    if figures is None:
        return Kept(value=await count(), at=clock.now())
    return await figures.of_audience("readers", campaign, count)


def _words(asked: Visit, context: Context) -> dict[str, Any]:
    """Return what the page calls things, and the words that a rule may have."""
    words = asked.words
    parts = {
        part: words.text(said, number=part.removeprefix("group-"))
        if "%(number)s" in said
        else words.text(said)
        for part, said in sentence.PARTS.items()
    }
    offered = {
        name: sorted(map(str, context.vocabulary.known(fact.values)))[:300]
        for name, fact in facts.FACTS.items()
    } | {
        name: sorted(map(str, context.vocabulary.known(test.takes)))[:300]
        for name, test in facts.TESTS.items()
    }
    return {
        "parts_named": parts,
        "facts_named": {k: words.text(v) for k, v in sentence.FACTS.items()},
        "signs_named": {str(k): words.text(v) for k, v in sentence.SIGNS.items()},
        "kinds_named": {k: words.text(v) for k, v in KINDS.items()},
        "left_out_named": {k: words.text(v) for k, v in LEFT_OUT.items()},
        "vocabulary": offered,
    }


HANDLERS = (page, change)
