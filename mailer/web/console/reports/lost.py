"""/console/answers/tasks: contacts whose mailbox is gone, or takes letters again.

Each act is a verb of `mailer tasks`.
"""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from audiences.store.permission import DirectoryRight
from mailer.feedback.lost import asking, tasks
from mailer.feedback.lost.tasks import TaskKind
from mailer.users.acts import Right
from mailer.web import forms
from mailer.web.console import acting, showing
from mailer.web.console.acting import Asking
from mailer.web.console.reports import answers

ROOM = f"{answers.ROOM}/tasks"


@get("/answers/tasks", right=Right.NAMES)
async def page(request: Asking) -> Response[Any]:
    """Show the open tasks, with who else is known at each organisation."""
    return await _page(request)


@post(
    "/answers/tasks/{number:int}/done", right=DirectoryRight.DIRECTORY, status_code=200
)
async def finish(request: Asking, number: FromPath[int]) -> Response[Any]:
    """End a task, with a note."""
    asked, form = request.user, await forms.form_of(request)
    note = acting.typed(form, "because")[:500]
    try:
        async with asked.site.database.writing() as session:
            await tasks.finish(
                session, number, note=note, by=asked.user.name, now=asked.now
            )
    except acting.REFUSALS as refused:
        return await _page(request, fault=str(refused))
    return showing.to(asked.site, ROOM, "finished")


@post("/answers/tasks/ask", right=DirectoryRight.DIRECTORY, status_code=200)
async def ask(request: Asking) -> Response[Any]:
    """Draft the letter about all open tasks, and show it."""
    asked, form = request.user, await forms.form_of(request)
    back = acting.typed(form, "act") == "back"
    try:
        async with asked.site.database.writing() as session:
            made = await asking.draft(
                session, asked.site, back=back, by=asked.user.name, now=asked.now
            )
    except acting.REFUSALS as refused:
        return await _page(request, fault=str(refused))
    return showing.to(asked.site, f"{showing.HOME}/campaigns/{made.id}")


async def _page(request: Asking, *, fault: str = "") -> Response[Any]:
    asked = request.user
    after = forms.number(request.query_params.get("after", ""))
    async with asked.site.database.reading() as session:
        found = await tasks.listed(session, after=after, limit=answers.PAGE + 1)
        shown = [await tasks.show(session, each.id) for each in found[: answers.PAGE]]
    waiting = {each.kind for each, _ in shown if each.draft is None}
    return showing.show(
        asked,
        "answers/tasks.html",
        status=showing.UNPROCESSABLE if fault else 200,
        tasks=shown,
        more=shown[-1][0].id if len(found) > len(shown) else None,
        back=TaskKind.BACK,
        may_ask=TaskKind.LOST in waiting,
        may_tell=TaskKind.BACK in waiting,
        may=asked.could(DirectoryRight.DIRECTORY),
        fault=fault,
    )


HANDLERS = (page, finish, ask)
