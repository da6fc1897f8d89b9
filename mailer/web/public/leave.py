"""/u/{token}: unsubscribe from one topic; every POST does (RFC 8058 and the button).

Programs of mailboxes send the request, and not all send it well. So neither its body
nor the kind of its body decides anything except what the evidence says.

Where the store has lost the letter, its topic is not known: then the link stops all
letters to its reader.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from litestar import Request
from litestar.datastructures import FormMultiDict
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import subscriptions, topics
from audiences.subscriptions import How, Standing
from mailer.errors import TokenError
from mailer.links import Purpose, Stamp
from mailer.readers import optouts
from mailer.readers.optouts import OptOut, Wish
from mailer.web import forms
from mailer.web.public.link_page import Asked, LinkPage, Shown

BUTTON = ("leave", "yes")  # of the page
ONE_CLICK = ("List-Unsubscribe", "One-Click")


async def show(session: AsyncSession, asked: Asked) -> Shown:
    """Show the topic to unsubscribe from and a button, or that the reader has left."""
    if asked.holder.lost:
        return Shown(template="stop.html")
    shown = await _page("leave.html", session, asked)
    standing = await subscriptions.standings(session, asked.holder.contact_id)
    now = standing.get(asked.holder.topic or "")
    if now in {None, Standing.ENDED}:
        return replace(shown, template="left.html")
    waits = now is Standing.PENDING
    return replace(shown, values={**shown.values, "waits": waits})


async def show_left(session: AsyncSession, asked: Asked) -> Shown:
    """Show that the subscription has ended."""
    if asked.holder.lost:
        return Shown(
            template="message.html",
            values={
                "heading": asked.text("Stop everything"),
                "sentence": asked.text(
                    "You will receive no letter any more, as of now."
                ),
            },
        )
    return await _page("left.html", session, asked)


async def _page(template: str, session: AsyncSession, asked: Asked) -> Shown:
    if asked.holder.topic is None:
        raise TokenError("this letter has no topic to unsubscribe from")
    topic = await topics.named(session, asked.holder.topic)
    return Shown(
        template=template,
        values={
            "topic": topic.name(asked.language),
            "preferences": asked.holder.preferences,
        },
    )


async def read(request: Request[Any, Any, Any]) -> FormMultiDict:
    """Return the form of the page's button; for any other body, that of one click."""
    body = await forms.beginning_of(request)
    return FormMultiDict([BUTTON if b"leave=yes" in body else ONE_CLICK])


def opt_outs(form: FormMultiDict, stamp: Stamp, now: datetime) -> list[OptOut]:
    """Return the one opt-out of a POST."""
    how = How.PAGE if form.get(BUTTON[0]) else How.ONE_CLICK
    return [optouts.of_link(stamp, at=now, kind=Wish.LEAVE, by=how)]


PAGE = LinkPage(
    purpose=Purpose.UNSUBSCRIBE,
    show=show,
    act=show_left,
    changes=bool,
    opt_outs=opt_outs,
    writes=False,
    read=read,
    any_size=True,
)
