"""Who else has a letter open to write in it: said on the page, and asked by script."""

import json
from typing import Any

from litestar import MediaType, Request, Response, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns import lookup
from mailer.campaigns.models import Campaign
from mailer.campaigns.writing.drafting import desk
from mailer.campaigns.writing.together import presence
from mailer.users.acts import Right
from mailer.web.console import showing
from mailer.web.console.guard import Visit
from mailer.web.console.names.languages import tag_of

OTHERS = "Also writing in this letter now: %(names)s."
STRINGS = (OTHERS,)
Asking = Request[Visit, Any, Any]


@post(
    "/campaigns/{number:int}/write/{language:str}/here",
    right=Right.READ,
    status_code=200,
)
async def here(
    request: Asking, number: FromPath[int], language: FromPath[str]
) -> Response[str]:
    """Note that the page is open, and return who else writes."""
    asked, tag = request.user, tag_of(request.user, language)
    by, now = asked.user.name, asked.now
    async with asked.site.database.writing() as session:
        campaign = await lookup.get(session, number)
        await desk.require_right(session, campaign, tag, by=by)
        await presence.seen(session, campaign, tag, by=by, now=now)
        said = await sentence(session, asked, campaign)
    return Response(
        json.dumps({"others": said}, ensure_ascii=False),
        media_type=MediaType.JSON,
        headers=showing.HEADERS,
    )


async def sentence(session: AsyncSession, asked: Visit, campaign: Campaign) -> str:
    """Return who else writes in a letter; empty if it is only the user."""
    words = asked.words
    found = await presence.others(session, campaign, by=asked.user.name, now=asked.now)
    names = [
        words.noted(asked.called(each.user), words.language_name(each.language))
        for each in found
    ]
    return words.text(OTHERS, names=words.listed(names)) if names else ""


HANDLERS = (here,)
