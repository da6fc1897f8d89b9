"""/hooks/{provider}: what providers report; authenticated, without cookie or page."""

from typing import Any

from litestar import MediaType, Request, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.exc import DBAPIError

from mailer import clock
from mailer.errors import MailerError, NotFoundError
from mailer.feedback.providers import receiving
from mailer.feedback.providers.authentic import NotAuthenticError
from mailer.feedback.providers.receiving import MAX_BODY, NotReadableError
from mailer.sites.site import Site

OK, BAD, UNAUTHENTIC, UNKNOWN, LATER = 200, 400, 403, 404, 503


@post(
    "/hooks/{provider:str}",
    media_type=MediaType.TEXT,
    status_code=OK,
    request_max_body_size=MAX_BODY,
)
async def receive(
    provider: FromPath[str],
    request: Request[Any, Any, Any],
    mail_site: NamedDependency[Site],
) -> Response[str]:
    """Take a webhook in; a provider sends it again unless the answer is 200."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    body = await request.body()
    try:
        new = await receiving.receive(
            mail_site, provider, headers, body, now=clock.now()
        )
    except NotFoundError:
        return Response("no such provider", status_code=UNKNOWN)
    except NotAuthenticError as fault:
        return Response(str(fault), status_code=UNAUTHENTIC)
    except NotReadableError as fault:
        return Response(str(fault), status_code=BAD)
    except (MailerError, DBAPIError):
        return Response("try again later", status_code=LATER)
    return Response(f"{new} new")
