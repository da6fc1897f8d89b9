"""/u/{token}: leave one letter. GET shows; POST acts, also as RFC 8058's one click.

No cookie, no CSRF token, no redirect: the token in the path is the authority, and all
it allows is to receive less. Told twice, it is done once.
"""

from typing import Any

from litestar import HttpMethod, Request, Response, post, route
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import subscriptions, topics
from audiences.subscriptions import How
from mailer import clock, links
from mailer.errors import TokenError
from mailer.links import Purpose
from mailer.sites.site import Site
from mailer.web import page
from mailer.web.public.reader import Reader, holder

ONE_CLICK = ("List-Unsubscribe", "One-Click")


@route(
    links.path(Purpose.UNSUBSCRIBE, "{token:str}"),
    http_method=[HttpMethod.GET, HttpMethod.HEAD],
)
async def show(
    request: Request[Any, Any, Any],
    token: FromPath[str],
    mail_site: NamedDependency[Site],
) -> Response[str]:
    """Show what would be left, and a button."""
    async with mail_site.database.reading() as session:
        reader = await holder(session, mail_site, token, Purpose.UNSUBSCRIBE)
        return await _page("leave.html", request, session, mail_site, reader, token)


@post(links.path(Purpose.UNSUBSCRIBE, "{token:str}"), status_code=200)
async def act(
    request: Request[Any, Any, Any],
    token: FromPath[str],
    mail_site: NamedDependency[Site],
) -> Response[str]:
    """End the subscription at once."""
    form = await request.form()
    one_click = form.get(ONE_CLICK[0]) == ONE_CLICK[1]
    async with mail_site.database.writing() as session:
        reader = await holder(session, mail_site, token, Purpose.UNSUBSCRIBE)
        if not one_click and form.get("leave") != "yes":
            return await _page("leave.html", request, session, mail_site, reader, token)
        if reader.topic is not None:
            how = How.ONE_CLICK if one_click else How.PAGE
            await subscriptions.leave(
                session,
                reader.contact_id,
                reader.topic,
                evidence=reader.evidence(how, clock.now()),
            )
        return await _page("left.html", request, session, mail_site, reader, token)


async def _page(
    template: str,
    request: Request[Any, Any, Any],
    session: AsyncSession,
    mail_site: Site,
    reader: Reader,
    token: str,
) -> Response[str]:
    if reader.topic is None:
        raise TokenError("this letter is not subscribed to")
    topic = await topics.named(session, reader.topic)
    language = page.language_of(mail_site, request, reader.language)
    return page.show(
        mail_site,
        template,
        language=language,
        topic=topic.name(language),
        masked=reader.masked,
        path=links.path(Purpose.UNSUBSCRIBE, token),
        preferences=reader.preferences,
    )
