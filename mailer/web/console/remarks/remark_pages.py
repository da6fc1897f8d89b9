"""/console/campaigns/{id}/remarks: what people say of a letter, block by block."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from mailer.campaigns import lookup
from mailer.campaigns.version_models import Remark
from mailer.campaigns.writing.drafting import desk
from mailer.campaigns.writing.drafting.desk import DraftDesk
from mailer.campaigns.writing.together import remarks
from mailer.errors import MailerError
from mailer.users.acts import Right
from mailer.web import forms
from mailer.web.console import showing
from mailer.web.console.guard import Visit
from mailer.web.console.remarks import places
from mailer.web.console.showing import HOME

Asking = Request[Visit, Any, Any]


@get("/campaigns/{number:int}/remarks", right=Right.READ)
async def page(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Show the remarks on a letter, those that wait first, and the form for one."""
    return await _page(request.user, number)


@post("/campaigns/{number:int}/remarks", right=Right.READ, status_code=200)
async def change(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Make a remark, or settle one."""
    asked, form = request.user, await forms.form_of(request)
    text, block = str(form.get("text") or ""), str(form.get("block") or "")
    settled, by = str(form.get("settle") or ""), asked.user.name
    try:
        async with asked.site.database.writing() as session:
            if settled:
                remark = forms.number(settled)
                await remarks.settle(session, number, remark, by=by, now=asked.now)
            else:
                campaign = await lookup.get(session, number)
                await remarks.add(
                    session, campaign, text, block=block, by=by, now=asked.now
                )
    except MailerError as fault:
        return await _page(asked, number, fault=str(fault), text=text, block=block)
    return showing.to(
        asked.site,
        f"{HOME}/campaigns/{number}/remarks",
        "settled" if settled else "new",
    )


async def _page(
    asked: Visit, number: int, *, fault: str = "", text: str = "", block: str = ""
) -> Response[Any]:
    async with asked.site.database.reading() as session:
        campaign = await lookup.get(session, number)
        opened = await desk.read(session, campaign, asked.site.templates)
        found = await remarks.of(session, campaign)
    named = places.named(opened, asked.words)
    return showing.show(
        asked,
        "remarks.html",
        status=showing.UNPROCESSABLE if fault else 200,
        fault=fault,
        campaign=campaign,
        waiting=[each for each in found if each.settled_at is None],
        settled=[each for each in found[::-1] if each.settled_at is not None],
        places=named,
        names=dict(named),
        text=text,
        block=block,
        may_settle=asked.could(Right.WRITE),
    )


def by_block(
    opened: DraftDesk, found: Sequence[Remark], language: str
) -> Mapping[str, list[Remark]]:
    """Return the remarks that wait on a page, by block; "": on the whole letter.

    A remark on a block that was deleted is among those on the letter.
    """
    known = {*places.PLACES, *(each.id for each in opened.model.pieces)}
    sorted_ones: dict[str, list[Remark]] = {}
    for each in found:
        if each.settled_at is None and each.language in {"", language}:
            place = each.block if each.block in known else remarks.WHOLE
            sorted_ones.setdefault(place, []).append(each)
    return sorted_ones


HANDLERS = (page, change)
