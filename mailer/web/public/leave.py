"""/u/{token}: leave one letter; a POST may be RFC 8058's one click."""

from litestar.datastructures import FormMultiDict
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import topics
from audiences.subscriptions import How
from mailer.errors import TokenError
from mailer.links import Purpose
from mailer.readers import preferences
from mailer.web.public.link_page import Asked, LinkPage, Shown

ONE_CLICK = ("List-Unsubscribe", "One-Click")


async def look(session: AsyncSession, asked: Asked) -> Shown:
    """Show what would be left, and a button."""
    return await _shown("leave.html", session, asked)


async def act(session: AsyncSession, asked: Asked) -> Shown:
    """End the subscription at once."""
    how = How.ONE_CLICK if _one_click(asked.form) else How.PAGE
    await preferences.leave(session, asked.holder, how=how, now=asked.now)
    return await _shown("left.html", session, asked)


async def _shown(template: str, session: AsyncSession, asked: Asked) -> Shown:
    if asked.holder.topic is None:
        raise TokenError("this letter is not subscribed to")
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
    look=look,
    act=act,
    changes=lambda form: _one_click(form) or form.get("leave") == "yes",
)
