"""/console/campaigns/{id}/approval: asking for an approval, giving it, sending back."""

from datetime import date
from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath

from mailer.campaigns import lookup
from mailer.campaigns.asking import approving, requests
from mailer.campaigns.campaign_states import RETURNABLE
from mailer.campaigns.review import approval, gate
from mailer.campaigns.writing.drafting import desk
from mailer.delivery.direct import asking
from mailer.errors import RefusedError
from mailer.users.acts import Right
from mailer.web import forms
from mailer.web.console import showing
from mailer.web.console.guard import Visit
from mailer.web.console.letters import returning
from mailer.web.console.letters.versions import seen_of
from mailer.web.console.names.state_names import named
from mailer.web.console.remarks import places
from mailer.web.console.rules import differing, naming
from mailer.web.console.showing import HOME

NO_DAY = "“%(given)s” is no day; write it as 2027-05-04, or leave it empty."
NOT_MAILED = (
    "The request to %(name)s was made, but its letter did not leave: %(reply)s. Ask"
    " again when the mail server works."
)
STRINGS = (NO_DAY, NOT_MAILED)
Asking = Request[Visit, Any, Any]


@get("/campaigns/{number:int}/approval", right=Right.READ)
async def page(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Show what an approver decides about, who is asked, and approvals given."""
    return await _page(request.user, number)


@post("/campaigns/{number:int}/approval", right=Right.APPROVE, status_code=200)
async def approve(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Approve a letter as it was shown."""
    asked, form = request.user, await forms.form_of(request)
    try:
        await requests.approve(
            asked.site, number, by=asked.user.name, seen=seen_of(form), now=asked.now
        )
    except RefusedError as refused:
        return await _page(asked, number, fault=str(refused))
    return showing.to(asked.site, f"{HOME}/campaigns/{number}", done="approved")


@post("/campaigns/{number:int}/return", right=Right.APPROVE, status_code=200)
async def send_back(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Send a draft back to its author with a reason."""
    asked, form = request.user, await forms.form_of(request)
    reason = str(form.get("reason") or "")
    try:
        await returning.send_back(
            asked.site,
            number,
            by=asked.user,
            seen=seen_of(form),
            reason=reason,
            block=str(form.get("block") or ""),
            now=asked.now,
        )
    except RefusedError as refused:
        return await _page(asked, number, fault=str(refused), form=form)
    return showing.to(asked.site, f"{HOME}/campaigns/{number}", done="returned")


@post("/campaigns/{number:int}/ask", right=Right.WRITE, status_code=200)
async def ask(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Ask users for their approval: each gets a letter with a link."""
    asked, form = request.user, await forms.form_of(request)
    names = [str(each) for each in form.getall("approver", [])]
    try:
        wished_by = _day(asked, str(form.get("wished_by") or ""))
        made = await asking.ask(
            asked.site,
            number,
            names,
            by=asked.user.name,
            wished_by=wished_by,
            now=asked.now,
        )
    except RefusedError as refused:
        return await _page(asked, number, fault=str(refused), form=form)
    if made.not_mailed:
        name, reply = next(iter(made.not_mailed.items()))
        said = asked.words.text(NOT_MAILED, name=asked.called(name), reply=reply)
        return await _page(asked, number, fault=said)
    return showing.to(asked.site, f"{HOME}/campaigns/{number}/approval", done="asked")


@post("/campaigns/{number:int}/withdraw", right=Right.WRITE, status_code=200)
async def withdraw(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Take back the requests for an approval."""
    asked = request.user
    async with asked.site.database.writing() as session:
        campaign = await lookup.get(session, number)
        await requests.withdraw(session, campaign, by=asked.user.name, now=asked.now)
    path = f"{HOME}/campaigns/{number}/approval"
    return showing.to(asked.site, path, done="withdrawn")


async def _page(
    asked: Visit, number: int, *, fault: str = "", form: FormMultiDict | None = None
) -> Response[Any]:
    site = asked.site
    async with site.database.reading() as session:
        campaign = await lookup.get(session, number)
        given = await lookup.current_approval(session, campaign)
        waiting = await requests.open_of(session, campaign, now=asked.now)
        able = await approving.able(session, site, campaign, now=asked.now)
        opened = await desk.read(session, campaign, site.templates)
        changes = await differing.since_decision(session, site, campaign)
        rules = (campaign.audience, *differing.rules_in(changes))
        teller = await naming.for_page(asked, session, *rules)
        placed = await places.of_letter(session, opened, asked.words)
    found = await gate.check(site, number, now=asked.now, scored=False)
    return showing.show(
        asked,
        "approval.html",
        status=409 if fault else 200,
        fault=fault,
        given_form=form or {},
        chosen=form.getall("approver", []) if form else [],
        returnable=campaign.state in RETURNABLE,
        places=places.named(opened, asked.words),
        placed=placed.of,
        campaign=campaign,
        given=given,
        found=found,
        readers=sum(found.readers.values()),
        is_open=requests.is_open(campaign),
        may=asked.user.name in able,
        able=able,
        who=asked.all_called(able),
        waiting=waiting,
        teller=teller,
        changes=differing.shown(changes, asked.words, teller, placed.names),
        states=named(asked.words),
        version=campaign.updated_at.isoformat(),
        last=approval.last_day(given, campaign) if given else None,
    )


def _day(asked: Visit, given: str) -> date | None:
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        raise RefusedError(asked.words.text(NO_DAY, given=given[:40])) from None


HANDLERS = (page, approve, send_back, ask, withdraw)
