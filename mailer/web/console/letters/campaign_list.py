"""/console/campaigns: all letters with their state, time and author; newest first."""

from typing import Any

from litestar import Request, Response, get

from mailer.campaigns import lookup
from mailer.campaigns.campaign_states import CampaignState
from mailer.users.acts import Right
from mailer.web import forms
from mailer.web.console import showing
from mailer.web.console.guard import Visit
from mailer.web.console.names.state_names import named

PAGE = 50  # letters


@get("/campaigns", right=Right.READ)
async def listed(request: Request[Visit, Any, Any]) -> Response[Any]:
    """Show the letters, fifty on a page, of one state or with a word in their name."""
    asked, query = request.user, request.query_params
    state = query.get("state", "")
    wanted = CampaignState(state) if state in set(CampaignState) else None
    search = query.get("search", "").strip()[:100]
    before = forms.number(query.get("before"))
    async with asked.site.database.reading() as session:
        rows = await lookup.page(
            session,
            state=wanted,
            search=search,
            before=before or None,
            size=PAGE + 1,
        )
    return showing.show(
        asked,
        "campaigns.html",
        rows=rows[:PAGE],
        more=rows[PAGE - 1].id if len(rows) > PAGE else None,
        state=wanted or "",
        search=search,
        states=named(asked.words),
    )


HANDLERS = (listed,)
