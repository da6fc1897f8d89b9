"""/console/campaigns/{id}/erratum: a draft to exactly those who got a letter."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from audiences.errors import AudienceError
from mailer.campaigns import lookup
from mailer.errors import MailerError
from mailer.outbox.waves import erratum
from mailer.users.acts import Right
from mailer.web import forms
from mailer.web.console import showing
from mailer.web.console.guard import Visit
from mailer.web.console.names.state_names import named
from mailer.web.console.showing import HOME

Asking = Request[Visit, Any, Any]


@get("/campaigns/{number:int}/erratum", right=Right.WRITE)
async def page(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Show to how many an erratum goes, and the errata that were begun."""
    return await _page(request.user, number)


@post("/campaigns/{number:int}/erratum", right=Right.WRITE, status_code=200)
async def begin(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Begin an erratum, and lead to its text; a second press leads to the same one."""
    asked, form = request.user, await forms.form_of(request)
    try:
        async with asked.site.database.writing() as session:
            campaign = await lookup.get(session, number)
            await lookup.lock(session, campaign)
            known = await erratum.begun(session, number)
            if known and str(len(known)) != form.get("known"):
                return _to(asked, known[-1].id)
            made = await erratum.draft(
                session,
                asked.site,
                number,
                uncertain=form.get("uncertain") == "yes",
                by=asked.user.name,
                now=asked.now,
            )
    except (MailerError, AudienceError) as refused:
        return await _page(asked, number, fault=str(refused))
    return _to(asked, made.id)


def _to(asked: Visit, number: int) -> Response[Any]:
    return showing.to(asked.site, f"{HOME}/campaigns/{number}/write")


async def _page(asked: Visit, number: int, *, fault: str = "") -> Response[Any]:
    async with asked.site.database.reading() as session:
        campaign = await lookup.get(session, number)
        known = await erratum.begun(session, number)
        got, doubtful = await erratum.reached(session, number)
    return showing.show(
        asked,
        "erratum.html",
        status=409 if fault else 200,
        campaign=campaign,
        known=known,
        got=got,
        doubtful=doubtful,
        may=erratum.is_over(campaign),
        states=named(asked.words),
        fault=fault,
    )


HANDLERS = (page, begin)
