"""/console/directory/proposals: corrections of organisations, decided line by line."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from audiences import directory
from audiences.entry import Decision
from audiences.store.permission import DirectoryRight
from audiences.upkeep import proposals
from mailer.errors import RefusedError
from mailer.web import forms
from mailer.web.console import acting, showing
from mailer.web.console.acting import Asking
from mailer.web.console.names import directory_names

ROOM = f"{showing.HOME}/directory/proposals"
SHOWN = 50  # proposals on a page, the oldest first
NO_DECISION = "Press one of the buttons at the line."
STRINGS = (NO_DECISION,)


@get("/directory/proposals", right=DirectoryRight.DIRECTORY)
async def page(request: Asking) -> Response[Any]:
    """Show the proposals that wait, each line as it is held and as proposed."""
    return await _page(request)


@post(
    "/directory/proposals/{number:int}",
    right=DirectoryRight.DIRECTORY,
    status_code=200,
)
async def settle(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Apply or decline one line of a proposal."""
    asked, form = request.user, await forms.form_of(request)
    line, wanted = acting.typed(form, "line"), acting.typed(form, "act")
    try:
        if wanted not in set(Decision):
            raise RefusedError(asked.words.text(NO_DECISION))
        cell = acting.typed(form, "cell") if "cell" in form else None
        author = acting.author(asked, form)
        async with asked.site.database.writing() as session:
            decision = Decision(wanted)
            await proposals.settle(session, number, line, decision, author, cell=cell)
    except acting.REFUSALS as refused:
        at = (number, line, acting.typed(form, "cell"))
        return await _page(request, fault=str(refused), at=at)
    return showing.to(asked.site, ROOM, wanted)


async def _page(
    request: Asking, *, fault: str = "", at: tuple[int, str, str] = (0, "", "")
) -> Response[Any]:
    """Return the page; `at` is the line of a fault, with what was typed."""
    asked = request.user
    async with asked.site.database.reading() as session:
        found = await directory.proposals(session, waiting=True)
        bodies = [each.organisation_id for each, _ in found[:SHOWN]]
        body_names = await directory.names_by_number(session, bodies)
    return showing.show(
        asked,
        "directory/proposals.html",
        status=showing.UNPROCESSABLE if fault else 200,
        proposals=found[:SHOWN],
        body_names=body_names,
        waiting=len(found),
        columns=proposals.CELLS,
        cell_of=proposals.cell_of,
        fault=fault,
        at=at,
        **directory_names.of(asked),
    )


HANDLERS = (page, settle)
