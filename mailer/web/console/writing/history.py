"""/console/campaigns/{id}/versions: the versions of a letter, compared and restored."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from mailer.campaigns import lookup
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.writing.drafting import arranging, desk, versions
from mailer.campaigns.writing.drafting.arranging import By
from mailer.reports.review import differences
from mailer.reports.review.differences import Difference
from mailer.users.acts import Right
from mailer.web import forms
from mailer.web.console import showing
from mailer.web.console.guard import Visit
from mailer.web.console.remarks import places
from mailer.web.console.rules import differing, naming
from mailer.web.console.showing import HOME

SHOWN = 100  # versions on a page
Asking = Request[Visit, Any, Any]


@get("/campaigns/{number:int}/versions", right=Right.READ)
async def listed(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Show the versions of a letter, and what changed between two of them."""
    asked, query = request.user, request.query_params
    templates = asked.site.templates
    async with asked.site.database.reading() as session:
        campaign = await lookup.get(session, number)
        kept = await versions.listed(session, campaign)
        numbers = [each.number for each in kept]
        after = _number(query.get("after"), numbers, numbers[-1:])
        earlier = [each for each in numbers if each < after][-1:]
        before = _number(query.get("before"), numbers, earlier or numbers[-1:])
        found: list[Difference] = []
        if kept and before != after:
            found = await differences.between(
                session, campaign, templates, before, after
            )
        teller = await naming.for_page(asked, session, *differing.rules_in(found))
        opened = await desk.read(session, campaign, templates)
    names = dict(places.named(opened, asked.words))
    return showing.show(
        asked,
        "versions.html",
        campaign=campaign,
        kept=kept[::-1][:SHOWN],
        before=before,
        after=after,
        changes=differing.shown(found, asked.words, teller, names),
        may=asked.could(Right.WRITE) and campaign.state == CampaignState.DRAFT,
    )


@post("/campaigns/{number:int}/versions", right=Right.WRITE, status_code=200)
async def restore(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Make an earlier version the present one."""
    asked, form = request.user, await request.form()
    by = By(name=asked.user.name, now=asked.now)
    async with asked.site.database.writing() as session:
        taken = await desk.take(session, number, asked.site.templates, by=by.name)
        version = forms.number(form.get("version"))
        await arranging.restore(session, taken, version, by=by)
    return showing.to(asked.site, f"{HOME}/campaigns/{number}/versions", "restored")


def _number(given: str | None, known: list[int], otherwise: list[int]) -> int:
    """Return the number of a version that a query names, else another one."""
    if given and forms.number(given) in known:
        return forms.number(given)
    return otherwise[0] if otherwise else 0


HANDLERS = (listed, restore)
