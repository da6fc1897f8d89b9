"""/console: what waits for the user, and what leaves next."""

from typing import Any

from litestar import Request, Response, get

from mailer.campaigns import lookup
from mailer.campaigns.asking import requests
from mailer.campaigns.campaign_states import CampaignState
from mailer.store import identity
from mailer.users.acts import Right
from mailer.web.console import showing
from mailer.web.console.guard import Visit
from mailer.web.console.names.state_names import named

SHOWN = 20  # letters of a kind
# state → the right of those for whom it waits
TURNS = {
    CampaignState.DRAFT: (Right.WRITE, Right.APPROVE, Right.TRANSLATE),
    CampaignState.APPROVED: (Right.SCHEDULE,),
    CampaignState.EXPIRED: (Right.SCHEDULE,),
    CampaignState.PAUSED: (Right.SEND,),
}


@get("/", right=Right.READ)
async def home(request: Request[Visit, Any, Any]) -> Response[Any]:
    """Show what waits for the user, what is being sent, and what leaves next."""
    asked = request.user
    waits = [state for state, rights in TURNS.items() if any(map(asked.could, rights))]
    async with asked.site.database.reading() as session:
        mine = await lookup.in_states(session, waits, size=SHOWN)
        wished = await requests.waiting_for(session, asked.user.name, now=asked.now)
        going = await lookup.in_states(session, [CampaignState.SENDING], size=SHOWN)
        coming = await lookup.next_to_leave(session, size=SHOWN)
        halt = (await identity.read(session)).halt
    return showing.show(
        asked,
        "home.html",
        wished=wished,
        mine=[each for each in mine if each not in wished],
        going=going,
        coming=coming,
        shown=SHOWN,
        halt=halt,
        states=named(asked.words),
    )


HANDLERS = (home,)
