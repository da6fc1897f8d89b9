"""/metrics: the numbers of a site for a monitor on this machine, or with the token."""

import hmac
from ipaddress import ip_address
from typing import Any

from litestar import MediaType, Request, Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException

from mailer import clock
from mailer.reports import metrics
from mailer.settings import secrets
from mailer.sites.site import Site

FORMAT = "text/plain; version=0.0.4"  # Litestar adds the charset


@get("/metrics", media_type=MediaType.TEXT)
async def show(
    request: Request[Any, Any, Any], mail_site: NamedDependency[Site]
) -> Response[str]:
    """Answer with the metrics; a request that may not see them gets 404."""
    if not (_is_of_this_machine(request) or _has_token(request, mail_site)):
        raise NotFoundException
    database = mail_site.database
    async with database.reading() as session:
        measured = await metrics.measure(
            session, mail_site.root, is_sqlite=database.is_sqlite, now=clock.now()
        )
    return Response(metrics.exposition(measured), media_type=FORMAT)


def _is_of_this_machine(request: Request[Any, Any, Any]) -> bool:
    """Whether a program of this machine asks itself, and not through a proxy."""
    if request.client is None or "x-forwarded-for" in request.headers:
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _has_token(request: Request[Any, Any, Any], site: Site) -> bool:
    """Whether a request has the token of `web.metrics_token_file`."""
    file = site.settings.web.metrics_token_file
    if file is None:
        return False
    token = secrets.read_key(site.root / file, "", "web.metrics_token_file")
    given = request.headers.get("authorization", "").encode()
    return hmac.compare_digest(given, b"Bearer " + token)
