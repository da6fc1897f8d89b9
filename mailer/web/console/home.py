"""/console: what waits for the user, and what leaves next."""

from typing import Any

from litestar import Request, Response, get

from mailer.users.acts import Right
from mailer.web.console import showing
from mailer.web.console.guard import Asked


@get("/", right=Right.READ)
async def home(request: Request[Asked, Any, Any]) -> Response[Any]:
    """Show what waits for the user, and what leaves next."""
    return showing.show(request.user, "home.html")


HANDLERS = (home,)
