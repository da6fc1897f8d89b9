"""/u/{token}: unsubscribe from one topic; a POST may be RFC 8058's one click.

Where the store has lost the letter, its topic is not known: then the link stops all
letters to its reader.
"""

from litestar.datastructures import FormMultiDict
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import topics
from audiences.subscriptions import How
from mailer.errors import TokenError
from mailer.links import Purpose
from mailer.readers import preferences
from mailer.web.public.link_page import Asked, LinkPage, Shown

ONE_CLICK = ("List-Unsubscribe", "One-Click")


async def show(session: AsyncSession, asked: Asked) -> Shown:
    """Show the topic to unsubscribe from, and a button."""
    if asked.holder.lost:
        return Shown(template="stop.html")
    return await _page("leave.html", session, asked)


async def act(session: AsyncSession, asked: Asked) -> Shown:
    """End the subscription, and show that it has ended."""
    how = How.ONE_CLICK if _one_click(asked.form) else How.PAGE
    if asked.holder.lost:
        await preferences.stop(session, asked.holder, how=how, now=asked.now)
        return Shown(
            template="message.html",
            values={
                "heading": asked.text("Stop everything"),
                "sentence": asked.text(
                    "You will receive no letter any more, as of now."
                ),
            },
        )
    await preferences.leave(session, asked.holder, how=how, now=asked.now)
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


def _one_click(form: FormMultiDict) -> bool:
    return form.get(ONE_CLICK[0]) == ONE_CLICK[1]


PAGE = LinkPage(
    purpose=Purpose.UNSUBSCRIBE,
    show=show,
    act=act,
    changes=lambda form: (
        _one_click(form) or form.get("leave") == "yes" or form.get("act") == "stop-now"
    ),
)
